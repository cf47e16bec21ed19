import { type Decimal, parseDecimal } from '../disclosure/decimal.ts';

/** The places that figures are kept to. */
const PLACES = 12;
const ONE = 10n ** BigInt(PLACES);
/** A figure that was a binary number on its way has fifteen digits that count; the thirteenth is surely right. */
const BINARY_DIGITS = 10n ** 13n;

/**
 * Exact quantities in a unit `per` times as large, each to twelve places: they add up, to the last digit, to their exact
 * sum rounded to twelve places.
 */
export function exactParts(quantities: readonly string[], per: number): Decimal[] {
  const decimals = quantities.map(parseDecimal);
  const scale = Math.max(0, ...decimals.map((decimal) => decimal.scale));
  const divisor = 10n ** BigInt(scale) * BigInt(per);
  let upToHere = 0n;
  let given = 0n;
  return decimals.map((decimal) => {
    upToHere += decimal.digits * 10n ** BigInt(scale - decimal.scale);
    const cut = roundedQuotient(upToHere * ONE, divisor);
    const part = { digits: cut - given, scale: PLACES };
    given = cut;
    return part;
  });
}

/** Whether two totals are the same figure: to twelve places, or to the digits of a binary number. */
export function isSameTotal(one: Decimal, other: Decimal): boolean {
  const [left, right] = [atTwelve(one), atTwelve(other)];
  const difference = absolute(left - right);
  return difference <= 1n || difference * BINARY_DIGITS <= absolute(right);
}

function atTwelve({ digits, scale }: Decimal): bigint {
  return roundedQuotient(digits * ONE, 10n ** BigInt(scale));
}

/** Halves go away from zero. */
function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  const quotient = (2n * absolute(dividend) + divisor) / (2n * divisor);
  return dividend < 0n ? -quotient : quotient;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
