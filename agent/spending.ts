import { LONGEST_RECORD_MS } from '../lib/landing/envelope.ts';
import { deviceUseOf } from './attribution/device-use.ts';
import {
  type CpuTime,
  cpuUseBetween,
  type Deal,
  dealOf,
  dealt,
  type KnownTime,
  type Parts,
  type Use,
  workloadsSince,
} from './attribution/shares.ts';
import { type CounterReading, energyBetween } from './counter.ts';
import type { DeviceReading, Look, Moment } from './look.ts';

/** Components that every host has: one without a device is a gap, since it draws energy all the same. */
const EXPECTED = [
  { component: 'cpu', domain: 'package-0' },
  { component: 'memory', domain: 'package-0/dram' },
] as const;
/** The clocks that run differ by less than this unless the host has slept. */
const SLEEP_MS = 1000;
const WITHOUT_COUNTER = { counter: undefined, powerLimitWatts: 0, use: 'cpu-time' } as const;

/** What must be remembered of the looks so far to know what the next one means: the last good reading of each device. */
export interface Baseline extends Moment {
  readonly bootId: string;
  readonly counters: ReadonlyMap<string, KnownCounter>;
  readonly cpuTime: CpuTime | undefined;
  readonly workloadTimes: readonly KnownTime[];
}

interface KnownCounter extends Moment {
  readonly device: Device;
  readonly counter: CounterReading;
}

/** A device as the record names it. */
export type Device = Pick<DeviceReading, 'component' | 'domain' | 'method' | 'basis' | 'u95Ratio' | 'vendor' | 'model'>;

/** What one device spent between two moments, dealt out among its users; or the reason why that is unknown. */
export interface Spending {
  readonly device: Device;
  readonly from: Moment;
  readonly to: Moment;
  readonly spent: { readonly energyMicrojoules: bigint; readonly parts: Parts } | { readonly gap: string };
  readonly quality: readonly string[];
}

/**
 * What every device spent since its last good reading, and the baseline for the next look. A device that does not answer is
 * a gap now; its last reading is kept, so that its counter tells the whole when it answers again.
 */
export function spendingSince(
  before: Baseline,
  look: Look,
): { readonly spendings: readonly Spending[]; readonly after: Baseline } {
  if (isSameMoment(before, look)) return { spendings: [], after: before };
  const cpuDeal = cpuDealSince(before, look);
  const readings = [...devicesOf(look), ...vanishedFrom(look, before), ...missingFrom(look, before)];
  const spendings = readings.map((reading) => spend(reading, before, look, cpuDeal));
  return { spendings, after: baselineAfter(before, look) };
}

/** No time has passed, so nothing can have been spent: what the counters say now counts for the next look. */
function isSameMoment(before: Baseline, look: Look): boolean {
  return before.bootId === look.bootId && look.runningMs <= before.runningMs;
}

/** The baseline of the very first look: nothing is known of what came before. */
export function baselineOf(look: Look): Baseline {
  return baselineAfter({ ...look, counters: new Map() }, look);
}

/** Devices whose counter did not answer at the last look: what they tell next is also of the time before it. */
export function silentDevices({ counters, runningMs }: Baseline): ReadonlySet<string> {
  return new Set([...counters].flatMap(([domain, known]) => (known.runningMs < runningMs ? [domain] : [])));
}

/** A counter of a whole module holds what its parts would count again: those parts stand back. */
function devicesOf({ devices }: Look): DeviceReading[] {
  const covered = new Set(devices.flatMap(({ covers = [] }) => covers));
  return devices.filter(({ component }) => !covered.has(component));
}

/** Devices that an earlier look saw and this one does not: they fell off the bus, or their driver went away. */
function vanishedFrom({ devices }: Look, before: Baseline): DeviceReading[] {
  const seen = new Set(devices.map(({ domain }) => domain));
  const covered = new Set(devices.flatMap(({ covers = [] }) => covers));
  const known = [...before.counters.values()].map(({ device }) => device);
  return known
    .filter(({ domain, component }) => !seen.has(domain) && !covered.has(component))
    .map((device) => ({ ...device, ...WITHOUT_COUNTER, gap: 'device-vanished' }));
}

function missingFrom({ devices }: Look, before: Baseline): DeviceReading[] {
  const known = [...before.counters.values()].map(({ device }) => device.component);
  const seen = new Set([...known, ...devices.flatMap(({ component, covers = [] }) => [component, ...covers])]);
  return EXPECTED.filter(({ component }) => !seen.has(component)).map((device) => ({
    ...device,
    ...WITHOUT_COUNTER,
    method: 'rapl',
    basis: 'measured',
    u95Ratio: 0,
    gap: 'counter-absent',
  }));
}

function cpuDealSince(before: Baseline, look: Look): Deal | undefined {
  if (before.bootId !== look.bootId) return undefined;
  const users = workloadsSince(before.workloadTimes, look.workloadTimes);
  return maybeDeal(cpuUseBetween(before.cpuTime, look.cpuTime, users));
}

function maybeDeal(use: Use | undefined): Deal | undefined {
  return use && dealOf(use);
}

function spend(reading: DeviceReading, before: Baseline, look: Look, cpuDeal: Deal | undefined): Spending {
  const known = before.counters.get(reading.domain);
  const device = deviceOf(reading, known?.device);
  const spent = spentOf(reading, known, before, look);
  if ('gap' in spent) return { device, from: onThisBoot(before, look), to: look, spent, quality: [] };
  const from = known ?? before;
  const { energyMicrojoules, hasWrapped } = spent;
  const elapsedMs = look.runningMs - from.runningMs;
  const deal =
    reading.use === 'cpu-time'
      ? cpuDeal
      : maybeDeal(deviceUseOf({ reading, energyMicrojoules, elapsedMs, owners: look.owners }));
  const remarks = [
    ...(reading.quality ?? []),
    ...(hasWrapped ? ['counter-wrapped'] : []),
    ...useRemarks(reading, deal),
  ];
  return {
    device,
    from,
    to: look,
    spent: { energyMicrojoules, parts: dealt(energyMicrojoules, deal) },
    quality: remarks,
  };
}

/** Of an earlier boot the wall clock alone tells how long ago it was; where that was set back since, the gap begins with this boot. */
function onThisBoot(before: Baseline, look: Look): Moment {
  if (before.bootId === look.bootId) return before;
  const wallMs = look.readAt.getTime() - before.readAt.getTime();
  const agoMs = wallMs > 0 ? wallMs : look.sinceBootMs;
  return {
    readAt: new Date(look.readAt.getTime() - agoMs),
    runningMs: look.runningMs - agoMs,
    sinceBootMs: look.sinceBootMs - agoMs,
  };
}

/** The device as it was known, the very same object, where nothing about it has changed. */
function deviceOf(reading: DeviceReading, known: Device | undefined): Device {
  if (known && isSameDevice(known, reading)) return known;
  const { component, domain, method, basis, u95Ratio, vendor, model } = reading;
  return { component, domain, method, basis, u95Ratio, ...(vendor && { vendor }), ...(model && { model }) };
}

function isSameDevice(a: Device, b: Device): boolean {
  const isSameMethod = a.method === b.method && a.basis === b.basis && a.u95Ratio === b.u95Ratio;
  const isSameKind = a.component === b.component && a.vendor === b.vendor && a.model === b.model;
  return isSameMethod && isSameKind && a.domain === b.domain;
}

function useRemarks({ use }: DeviceReading, known: Deal | undefined): string[] {
  if (known) return [];
  return [use === 'cpu-time' ? 'cpu-time-unknown' : 'use-unknown'];
}

type Spent = { readonly energyMicrojoules: bigint; readonly hasWrapped: boolean } | { readonly gap: string };

function spentOf(reading: DeviceReading, known: KnownCounter | undefined, before: Baseline, look: Look): Spent {
  const { counter, gap = 'counter-not-readable', method, powerLimitWatts } = reading;
  if (!counter) return { gap };
  if (!known) return { gap: 'counter-not-readable' };
  const elapsedMs = look.runningMs - known.runningMs;
  const isSameBoot = before.bootId === look.bootId;
  if (isSameBoot && hasSlept(known, look)) return { gap: 'host-slept' };
  // No record may span more: after a longer silence counting begins anew.
  if (isSameBoot && elapsedMs > LONGEST_RECORD_MS) return { gap: 'agent-away' };
  if (known.device.method !== method) return { gap: 'method-changed' };
  return energyBetween({ before: known.counter, after: counter, elapsedMs, isSameBoot, powerLimitWatts });
}

function hasSlept(from: Moment, to: Moment): boolean {
  return Math.abs(to.sinceBootMs - from.sinceBootMs - (to.runningMs - from.runningMs)) > SLEEP_MS;
}

function baselineAfter(before: Baseline, look: Look): Baseline {
  const { readAt, runningMs, sinceBootMs, bootId } = look;
  const moment = { readAt, runningMs, sinceBootMs };
  const counters = new Map<string, KnownCounter>();
  if (before.bootId === bootId)
    before.counters.forEach((known, domain) => {
      if (runningMs - known.runningMs <= LONGEST_RECORD_MS) counters.set(domain, known);
    });
  for (const reading of look.devices) {
    const device = deviceOf(reading, before.counters.get(reading.domain)?.device);
    if (reading.counter) counters.set(reading.domain, { ...moment, device, counter: reading.counter });
  }
  return { ...moment, bootId, counters, cpuTime: look.cpuTime, workloadTimes: look.workloadTimes };
}
