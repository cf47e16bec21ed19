import type { CounterReading } from '../counter.ts';

/** Longest time between two samples that is bridged: ten seconds, the default interval, and half a second for a late look. */
const LONGEST_MS = 10_500;
/** Above every running clock, so that no counter falls below zero. */
const ORIGIN = 10n ** 18n;
/** E (µJ) = (P₁ + P₂) / 2 (µW) × t (ms) / 1000: sums are kept as (P₁ + P₂) · t and divided when asked, so nothing is rounded away. */
const SUM_PER_MICROJOULE = 2000n;

/**
 * Power in samples as a counter that climbs in microjoules, by the trapezoidal rule. Where a sample fails, none is added and
 * the device says nothing; the next one bridges the time between if it is not too long.
 *
 * A longer silence is not bridged: counting begins anew, lower than it ever stood in this boot, also by an earlier agent. So
 * whoever compares two readings across the silence sees a reset, and never an energy that lacks a part.
 */
export class PowerIntegral {
  #last: { readonly microwatts: bigint; readonly runningMs: number } | undefined;
  #begin = 0n;
  #sum = 0n;

  /** One sample of the power at a moment of the clock that only runs; the samples come in the order of time. */
  add(microwatts: bigint, runningMs: number): void {
    const elapsedMs = this.#last ? runningMs - this.#last.runningMs : Number.POSITIVE_INFINITY;
    if (elapsedMs > LONGEST_MS) {
      this.#begin = ORIGIN - BigInt(Math.floor(runningMs));
      this.#sum = 0n;
    } else if (this.#last && elapsedMs > 0) {
      this.#sum += (this.#last.microwatts + microwatts) * BigInt(Math.round(elapsedMs));
    }
    this.#last = { microwatts, runningMs };
  }

  /** Where the counter stands at the last sample; `undefined` before the first. It has no range: a fall is a reset. */
  counter(): CounterReading | undefined {
    if (!this.#last) return undefined;
    return { energyMicrojoules: this.#begin + this.#sum / SUM_PER_MICROJOULE, rangeMicrojoules: 0n };
  }
}
