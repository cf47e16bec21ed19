import type { ActivityRecord, LevelOfInterval } from '../../lib/landing/activity-record.ts';
import { LONGEST_RECORD_MS } from '../../lib/landing/envelope.ts';
import type { WorkloadNames } from '../attribution/workload.ts';
import { decimalText } from '../decimals.ts';
import type { Host, Moment } from '../look.ts';
import type { Activity, ActivityIncrease, BucketIncrease } from './activity.ts';
import { type LevelSpan, meanOf } from './levels.ts';

interface Named {
  /** Whose work it was, as far as the settings of its target say. */
  readonly names: WorkloadNames;
  readonly labels: Readonly<Record<string, string>>;
}

export type NamedIncrease = ActivityIncrease & Named;
export type NamedActivity = Activity & Named;

/** The wall clock is slewed by some milliseconds at any time; more than this was a step. */
const CLOCK_STEP_MS = 1000;
/** Twelve digits before the point (lib/landing/activity-record.ts): no server does more in an hour. */
const MOST_MICROS = 10n ** 18n - 1n;
const MOST_COUNTED = 10n ** 12n - 1n;
const IMPLAUSIBLE = 'implausible-quantity';

/**
 * The activity records of what was told, numbered from `firstSeq`. What a target told after a longer silence than a record may
 * span is spread evenly over it, as the source `activity` does, in records that add up to it exactly; a level, which is known
 * at its end alone then, belongs to the last of them.
 */
export function activityRecordsOf(
  told: readonly NamedActivity[],
  named: { readonly host: Host; readonly bootId: string; readonly firstSeq: number },
): ActivityRecord[] {
  const pieces = told.filter(({ from, to }) => to.runningMs > from.runningMs).flatMap(piecesOf);
  return pieces.map(({ of, start, end, amount }, index) => ({
    schema: 'joulebook.activity/1',
    host_id: named.host.hostId,
    resource_id: named.host.resourceId,
    boot_id: named.bootId,
    seq: named.firstSeq + index,
    period_start: new Date(start).toISOString(),
    period_end: new Date(end).toISOString(),
    target: of.target,
    framework: of.framework,
    measure: of.measure,
    ...amount,
    ...of.names,
    model_id: of.names.model_id ?? of.model ?? null,
    labels: { ...of.labels, ...(of.model && { model_name: of.model }) },
    quality: isStepped(of) ? [...of.quality, 'clock-stepped'] : of.quality,
  }));
}

type Amount = Pick<ActivityRecord, 'quantity' | 'level' | 'buckets' | 'gap_reason'>;

interface Piece {
  readonly of: NamedActivity;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly amount: Amount;
}

/** Where the wall clock was set, the whole ends now and began as long ago as it lasted by the clock that only runs. */
function piecesOf(of: NamedActivity): Piece[] {
  const { from, to } = of;
  const end = to.readAt.getTime();
  const length = isStepped(of) ? to.runningMs - from.runningMs : end - from.readAt.getTime();
  const count = Math.ceil(length / LONGEST_RECORD_MS);
  const cut = (index: number) => end - length + Math.round((length * index) / count);
  const amounts = amountsOf(of, count);
  const first = count - amounts.length;
  return amounts.flatMap((amount, index) =>
    amount ? [{ of, start: cut(first + index), end: cut(first + index + 1), amount }] : [],
  );
}

/** The amounts of the last records of so many that the time is cut into; `undefined` where there is nothing to tell. */
function amountsOf(of: NamedActivity, count: number): (Amount | undefined)[] {
  if ('level' in of) return [levelAmount(of.level, of.gap)];
  const parts = Array.from({ length: count }, (_, index) => ({ index, count }));
  return parts.map((part) => ('micros' in of ? quantityAmount(of, part) : bucketAmount(of, part)));
}

interface Part {
  readonly index: number;
  readonly count: number;
}

/** An even part of a whole number; all parts add up to it. */
function partOf(whole: bigint, { index, count }: Part): bigint {
  return (whole * BigInt(index + 1)) / BigInt(count) - (whole * BigInt(index)) / BigInt(count);
}

function quantityAmount({ micros, gap = 'not-known' }: ActivityIncrease, part: Part): Amount {
  const quantity = micros === undefined ? undefined : partOf(micros, part);
  if (quantity === undefined) return { quantity: null, gap_reason: gap };
  if (quantity > MOST_MICROS) return { quantity: null, gap_reason: IMPLAUSIBLE };
  return { quantity: decimalText(quantity), gap_reason: null };
}

/** A histogram that counted nothing has no record: `requests` says that there were none. */
function bucketAmount({ buckets }: BucketIncrease, part: Part): Amount | undefined {
  const counted = buckets
    .map(({ over, upTo, count }) => ({ over, up_to: upTo, count: partOf(count, part) }))
    .filter(({ count }) => count > 0n);
  if (counted.length === 0) return undefined;
  if (counted.some(({ count }) => count > MOST_COUNTED)) return { quantity: null, gap_reason: IMPLAUSIBLE };
  return { quantity: null, buckets: counted.map((each) => ({ ...each, count: String(each.count) })), gap_reason: null };
}

function levelAmount(span: LevelSpan | undefined, gap = 'not-known'): Amount {
  if (!span) return { quantity: null, gap_reason: gap };
  const { last, minimum, maximum, samples, seconds } = span;
  const level: LevelOfInterval = { last, mean: meanOf(span) ?? null, minimum, maximum, samples, seconds };
  return { quantity: null, level, gap_reason: null };
}

function isStepped({ from, to }: { readonly from: Moment; readonly to: Moment }): boolean {
  const byWall = to.readAt.getTime() - from.readAt.getTime();
  return byWall <= 0 || Math.abs(byWall - (to.runningMs - from.runningMs)) > CLOCK_STEP_MS;
}
