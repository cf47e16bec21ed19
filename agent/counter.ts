import { microjoulesOf } from './power.ts';

/** One look at a hardware counter that climbs in microjoules and starts again at zero. */
export interface CounterReading {
  readonly energyMicrojoules: bigint;
  /** Where the counter starts again; 0 where it does not say, and then a fall is a reset. */
  readonly rangeMicrojoules: bigint;
}

/** Two looks at one counter, and what must be known to tell a wrap from a reset. */
export interface CounterStep {
  readonly before: CounterReading;
  readonly after: CounterReading;
  /** By a clock that is never set. */
  readonly elapsedMs: number;
  readonly isSameBoot: boolean;
  /** More than this the device cannot draw. */
  readonly powerLimitWatts: number;
}

type CounterGap = 'counter-reset' | 'wrap-possibly-missed' | 'implausible-power';

/** Energy between two looks, or the reason why it is unknown: never both, and unknown is never zero. */
export type Spent = { readonly energyMicrojoules: bigint; readonly hasWrapped: boolean } | { readonly gap: CounterGap };

/**
 * A counter is renewed up to ten times a second only, and is read up to a deadline after its moment: between two looks that follow at
 * once, as where a run begins, it may tell what was drawn in so much more time.
 */
const LATE_MS = 250;

/**
 * The energy spent between two looks at one counter, in microjoules. A counter that stands lower than before has wrapped
 * once, unless the host has booted between. Throws a RangeError where no time has passed within one boot; clocks of two boots
 * do not compare.
 *
 * More wraps than one leave no trace: where the device could have drawn a whole range in the time between, the energy is
 * unknown. So is what would need more power than the device can draw: then the counter was reset, not wrapped.
 */
export function energyBetween({ before, after, elapsedMs, isSameBoot, powerLimitWatts }: CounterStep): Spent {
  if (!isSameBoot) return { gap: 'counter-reset' };
  if (!(elapsedMs > 0))
    throw new RangeError(`Cannot tell an energy: expected time between two looks, got ${elapsedMs} ms`);
  const most = BigInt(Math.round(microjoulesOf(powerLimitWatts, elapsedMs + LATE_MS)));
  const range = after.rangeMicrojoules;
  if (range > 0n && most >= range) return { gap: 'wrap-possibly-missed' };
  const climbed = after.energyMicrojoules - before.energyMicrojoules;
  const hasWrapped = climbed < 0n;
  const energyMicrojoules = hasWrapped ? climbed + range : climbed;
  if (energyMicrojoules < 0n) return { gap: 'counter-reset' };
  return energyMicrojoules > most ? { gap: 'implausible-power' } : { energyMicrojoules, hasWrapped };
}
