import { LONGEST_RECORD_MS } from '../lib/landing/envelope.ts';
import type { TelemetryRecord, WorkloadShare } from '../lib/landing/record.ts';
import { type Shares, summedByKey } from './attribution/shares.ts';
import type { Workload } from './attribution/workload.ts';
import { decimalText } from './decimals.ts';
import type { Host, Moment } from './look.ts';
import type { Device, Spending } from './spending.ts';

/** The wall clock is slewed by some milliseconds at any time; more than this was a step. */
const CLOCK_STEP_MS = 1000;

/** An unbroken stretch of one device: its energy is known throughout, or unknown for one reason throughout. */
interface Stretch extends Shares {
  readonly device: Device;
  readonly from: Moment;
  readonly to: Moment;
  readonly gap: string | undefined;
  readonly energyMicrojoules: bigint;
  readonly idle: bigint;
  readonly unattributed: bigint;
  readonly quality: readonly string[];
}

/** What an interval has come to so far: the stretches of each device, by its domain. */
export type Account = ReadonlyMap<string, readonly Stretch[]>;

export const EMPTY_ACCOUNT: Account = new Map();

/** The account with one more tick in it. Parts of a tick add up to its energy, so parts of the account do. */
export function withTick(account: Account, spendings: readonly Spending[]): Account {
  const grown = new Map(account);
  for (const spending of spendings) {
    const { domain } = spending.device;
    grown.set(domain, extended(grown.get(domain) ?? [], stretchOf(spending)));
  }
  return grown;
}

/** The telemetry of an account, numbered from `firstSeq`, device by device in the order they were seen. */
export function recordsOf(
  account: Account,
  named: { host: Host; bootId: string; firstSeq: number },
): TelemetryRecord[] {
  const stretches = [...account.values()].flat();
  return stretches.map((stretch, index) => ({
    schema: 'joulebook.telemetry/1',
    host_id: named.host.hostId,
    resource_id: named.host.resourceId,
    boot_id: named.bootId,
    seq: named.firstSeq + index,
    period_start: startOf(stretch).toISOString(),
    period_end: stretch.to.readAt.toISOString(),
    component: stretch.device.component,
    domain: stretch.device.domain,
    method: stretch.device.method,
    basis: stretch.device.basis,
    ...energyOf(stretch),
    u95_ratio: stretch.device.u95Ratio,
    quality: stretch.quality,
  }));
}

/** A clock that was set back by less than a step may leave a short stretch without length: it began as long ago as it lasted. */
function startOf({ from, to }: Stretch): Date {
  if (from.readAt < to.readAt) return from.readAt;
  return new Date(to.readAt.getTime() - (to.runningMs - from.runningMs));
}

function stretchOf({ device, spent, ...spending }: Spending): Stretch {
  const { from, to, quality } = onOneClock(spending);
  if ('gap' in spent) return { ...NOTHING, device, from: withinAnHour(from, to), to, gap: spent.gap, quality };
  const { users, energies, idle, unattributed } = spent.parts;
  const { energyMicrojoules } = spent;
  return { device, from, to, gap: undefined, energyMicrojoules, users, energies, idle, unattributed, quality };
}

/** Of a longer gap the last hour is told: the time before has no record, and is known by nobody all the same. */
function withinAnHour(from: Moment, to: Moment): Moment {
  const tooLongMs = to.runningMs - from.runningMs - LONGEST_RECORD_MS;
  if (tooLongMs <= 0) return from;
  return { ...from, readAt: new Date(to.readAt.getTime() - LONGEST_RECORD_MS), runningMs: from.runningMs + tooLongMs };
}

/** Where the wall clock was set, the tick ends now and began as long ago as it lasted by the clock that only runs. */
function onOneClock({ from, to, quality }: Pick<Spending, 'from' | 'to' | 'quality'>) {
  const start = new Date(to.readAt.getTime() - (to.runningMs - from.runningMs));
  if (isNear(start, from.readAt)) return { from, to, quality };
  return { from: { ...from, readAt: start }, to, quality: [...quality, 'clock-stepped'] };
}

function isNear(a: Date, b: Date): boolean {
  return Math.abs(a.getTime() - b.getTime()) <= CLOCK_STEP_MS;
}

const NOTHING = { energyMicrojoules: 0n, users: [], energies: [], idle: 0n, unattributed: 0n } as const;

function extended(stretches: readonly Stretch[], next: Stretch): readonly Stretch[] {
  const last = stretches.at(-1);
  return last && isOneStretch(last, next) ? [...stretches.slice(0, -1), joined(last, next)] : [...stretches, next];
}

/** Energy that was measured across a gap stands beside it: it begins before the gap did. */
function isOneStretch(last: Stretch, next: Stretch): boolean {
  const { device } = last;
  const isSame = device.method === next.device.method && device.basis === next.device.basis && last.gap === next.gap;
  const isNext = last.to.runningMs === next.from.runningMs && isNear(last.to.readAt, next.from.readAt);
  return isSame && isNext && next.to.runningMs - last.from.runningMs <= LONGEST_RECORD_MS;
}

function joined(last: Stretch, next: Stretch): Stretch {
  return {
    device: next.device,
    from: last.from,
    to: next.to,
    gap: next.gap,
    energyMicrojoules: last.energyMicrojoules + next.energyMicrojoules,
    ...summed(last, next),
    idle: last.idle + next.idle,
    unattributed: last.unattributed + next.unattributed,
    quality: next.quality.length === 0 ? last.quality : [...new Set([...last.quality, ...next.quality])],
  };
}

/** From tick to tick the users are nearly always the same ones, in the same order. */
function summed(before: Shares, after: Shares): Shares {
  if (!isSame(before.users, after.users)) return summedByKey(before, after);
  return { users: before.users, energies: after.energies.map((energy, at) => energy + (before.energies[at] ?? 0n)) };
}

function isSame(before: readonly Workload[], after: readonly Workload[]): boolean {
  return before.length === after.length && after.every((workload, at) => before[at] === workload);
}

function energyOf({ gap, energyMicrojoules, users, energies, idle, unattributed }: Stretch) {
  if (gap !== undefined)
    return { energy_joules: null, gap_reason: gap, shares: [], idle_joules: null, unattributed_joules: null };
  return {
    energy_joules: decimalText(energyMicrojoules),
    gap_reason: null,
    shares: users.flatMap((workload, at) => maybeShare(workload, energies[at] ?? 0n)),
    idle_joules: decimalText(idle),
    unattributed_joules: decimalText(unattributed),
  };
}

function maybeShare({ names, labels }: Workload, energyMicrojoules: bigint): WorkloadShare[] {
  return energyMicrojoules > 0n ? [{ ...names, labels, energy_joules: decimalText(energyMicrojoules) }] : [];
}
