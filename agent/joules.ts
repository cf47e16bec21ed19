const MICROJOULES_PER_JOULE = 1_000_000n;

/** Whole microjoules as decimal joules without trailing zeros: 3600000001 gives `3600.000001`. */
export function joulesText(microjoules: bigint): string {
  const places = String(microjoules % MICROJOULES_PER_JOULE)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${microjoules / MICROJOULES_PER_JOULE}${places && `.${places}`}`;
}
