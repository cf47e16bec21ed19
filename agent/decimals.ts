const MICROS = 1_000_000n;

/** Whole millionths as decimal text without trailing zeros: 3600000001 microjoules are `3600.000001` joules. */
export function decimalText(micros: bigint): string {
  const places = String(micros % MICROS)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${micros / MICROS}${places && `.${places}`}`;
}
