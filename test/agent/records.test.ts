import type { Look } from '../../agent/look.ts';
import { recordsBetween } from '../../agent/records.ts';
import { parseRecord } from '../../lib/landing/record.ts';

const HOST = { hostId: 'h-1', resourceId: 'i-1' };
const NOON = Date.parse('2026-06-01T12:00:00Z');
const packageAt = (energyMicrojoules: bigint | undefined) => ({
  component: 'cpu' as const,
  domain: 'package-0',
  counter: energyMicrojoules === undefined ? undefined : { energyMicrojoules, rangeMicrojoules: 1_000_000_000_000n },
  powerLimitWatts: 1000,
});
/** A look so many seconds after noon, with a package that has used 50 W since. */
function lookAfter(seconds: number, more: Partial<Look> = {}): Look {
  return {
    readAt: new Date(NOON + seconds * 1000),
    runningMs: 500 + seconds * 1000,
    bootId: 'b',
    zones: [packageAt(BigInt(seconds) * 50_000_000n)],
    cpuTime: { busyMicroseconds: BigInt(seconds) * 250_000n, idleMicroseconds: BigInt(seconds) * 750_000n },
    workloadTimes: [],
    ...more,
  };
}
const between = (before: Look, after: Look) =>
  recordsBetween({ host: HOST, before, after, firstSeq: 7 }).map(parseRecord);

test('energy of consecutive intervals adds up to the energy of the whole', () => {
  const looks = [0, 3, 10, 11, 60].map((seconds) => lookAfter(seconds));
  const steps = looks.slice(1).flatMap((look, index) => between(looks[index] ?? look, look));
  const energies = steps
    .filter(({ component }) => component === 'cpu')
    .map(({ energy_joules }) => Number(energy_joules));
  expect(energies).toEqual([150, 350, 50, 2450]);
  expect(between(lookAfter(0), lookAfter(60))[0]).toMatchObject({
    energy_joules: '3000',
    idle_joules: '2250',
    unattributed_joules: '750',
    seq: 7,
  });
});

test('a counter that one look could not read is a gap of this interval', () => {
  expect(between(lookAfter(0), lookAfter(10, { zones: [packageAt(undefined)] }))[0]).toMatchObject({
    energy_joules: null,
    gap_reason: 'counter-not-readable',
  });
  expect(between(lookAfter(0), lookAfter(10, { zones: [] }))[0]).toMatchObject({
    domain: 'package-0',
    gap_reason: 'counter-not-readable',
  });
});

test('a boot between two looks leaves a gap, not a wrap', () => {
  expect(between(lookAfter(0), lookAfter(10, { bootId: 'c' }))[0]).toMatchObject({
    boot_id: 'c',
    energy_joules: null,
    gap_reason: 'counter-reset',
  });
});

test('a wall clock that was set does not stretch the interval', () => {
  const after = lookAfter(10, { readAt: new Date(NOON + 3_600_000) });
  expect(between(lookAfter(0), after)[0]).toMatchObject({
    period_start: '2026-06-01T12:59:50.000Z',
    period_end: '2026-06-01T13:00:00.000Z',
    energy_joules: '500',
    quality: ['clock-stepped'],
  });
});

test('an interval of more than an hour has no record', () => {
  expect(between(lookAfter(0), lookAfter(3601))).toEqual([]);
});
