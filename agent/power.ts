/** 1 W = 1 000 µJ/ms */
const MICROJOULES_PER_WATT_MS = 1000;

/** The energy in microjoules of a power in watts over a time in milliseconds: E (µJ) = P (W) × t (ms) × 1000. */
export function microjoulesOf(powerWatts: number, elapsedMs: number): number {
  return powerWatts * elapsedMs * MICROJOULES_PER_WATT_MS;
}

/** The mean power in watts of an energy in microjoules over a time in milliseconds; `undefined` where no time has passed. */
export function wattsOf(energyMicrojoules: bigint, elapsedMs: number): number | undefined {
  return elapsedMs > 0 ? Number(energyMicrojoules) / (elapsedMs * MICROJOULES_PER_WATT_MS) : undefined;
}
