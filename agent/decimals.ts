const MICROS = 1_000_000n;
/** In front of the places: it keeps their zeros. */
const ONE = 1_000_000;

/** Whole millionths as decimal text without trailing zeros: 3600000001 microjoules are `3600.000001` joules. */
export function decimalText(micros: bigint): string {
  const count = Number(micros);
  // Bigints are new memory at each step, and a double counts exactly up to 9 GJ.
  if (Number.isSafeInteger(count)) return written(Math.trunc(count / ONE), count % ONE);
  const whole = micros / MICROS;
  return written(whole, Number(micros - whole * MICROS));
}

function written(whole: bigint | number, rest: number): string {
  if (rest === 0) return String(whole);
  const places = String(ONE + rest);
  let end = places.length;
  while (places[end - 1] === '0') end -= 1;
  return `${whole}.${places.slice(1, end)}`;
}
