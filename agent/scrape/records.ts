import type { ActivityRecord } from '../../lib/landing/activity-record.ts';
import type { WorkloadNames } from '../attribution/workload.ts';
import { decimalText } from '../decimals.ts';
import type { Host, Moment } from '../look.ts';
import type { ActivityIncrease } from './activity.ts';

/** An increase with whose work it was, as far as the settings of its target say. */
export interface NamedIncrease extends ActivityIncrease {
  readonly names: WorkloadNames;
  readonly labels: Readonly<Record<string, string>>;
}

/** No record may span more (lib/landing/activity-record.ts). */
const LONGEST_MS = 3_600_000;
/** The wall clock is slewed by some milliseconds at any time; more than this was a step. */
const CLOCK_STEP_MS = 1000;
/** Twelve digits before the point (lib/landing/activity-record.ts): no server does more in an hour. */
const MOST_MICROS = 10n ** 18n - 1n;

/**
 * The activity records of some increases, numbered from `firstSeq`. What a target told after a longer silence than a record
 * may span is spread evenly over it, as the source `activity` does, in records that add up to it exactly.
 */
export function activityRecordsOf(
  increases: readonly NamedIncrease[],
  named: { readonly host: Host; readonly bootId: string; readonly firstSeq: number },
): ActivityRecord[] {
  const pieces = increases.filter(({ from, to }) => to.runningMs > from.runningMs).flatMap(piecesOf);
  return pieces.map(({ increase, start, end, micros }, index) => ({
    schema: 'joulebook.activity/1',
    host_id: named.host.hostId,
    resource_id: named.host.resourceId,
    boot_id: named.bootId,
    seq: named.firstSeq + index,
    period_start: new Date(start).toISOString(),
    period_end: new Date(end).toISOString(),
    target: increase.target,
    framework: increase.framework,
    measure: increase.measure,
    ...quantityOf(micros, increase.gap),
    ...increase.names,
    model_id: increase.names.model_id ?? increase.model ?? null,
    labels: { ...increase.labels, ...(increase.model && { model_name: increase.model }) },
    quality: isStepped(increase) ? [...increase.quality, 'clock-stepped'] : increase.quality,
  }));
}

function quantityOf(micros: bigint | undefined, gap = 'not-known'): Pick<ActivityRecord, 'quantity' | 'gap_reason'> {
  if (micros === undefined) return { quantity: null, gap_reason: gap };
  if (micros > MOST_MICROS) return { quantity: null, gap_reason: 'implausible-quantity' };
  return { quantity: decimalText(micros), gap_reason: null };
}

interface Piece {
  readonly increase: NamedIncrease;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly micros: bigint | undefined;
}

/** Where the wall clock was set, the whole ends now and began as long ago as it lasted by the clock that only runs. */
function piecesOf(increase: NamedIncrease): Piece[] {
  const { from, to, micros } = increase;
  const end = to.readAt.getTime();
  const length = isStepped(increase) ? to.runningMs - from.runningMs : end - from.readAt.getTime();
  const count = Math.ceil(length / LONGEST_MS);
  const cut = (index: number) => Math.round((length * index) / count);
  const until = (index: number) => (micros === undefined ? undefined : (micros * BigInt(index)) / BigInt(count));
  return Array.from({ length: count }, (_, index) => {
    const [lower, upper] = [until(index), until(index + 1)];
    const part = lower === undefined || upper === undefined ? undefined : upper - lower;
    return { increase, start: end - length + cut(index), end: end - length + cut(index + 1), micros: part };
  });
}

function isStepped({ from, to }: { readonly from: Moment; readonly to: Moment }): boolean {
  const byWall = to.readAt.getTime() - from.readAt.getTime();
  return byWall <= 0 || Math.abs(byWall - (to.runningMs - from.runningMs)) > CLOCK_STEP_MS;
}
