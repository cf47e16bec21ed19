/** An exact decimal number: digits × 10^−scale. Reports add, compare and round these, never floating point. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** How a decimal is written in the annex: no exponent, no plus sign, no leading zeros, never NaN. */
export const DECIMAL_TEXT = /^-?(0|[1-9]\d*)(\.\d+)?$/;

const ZERO: Decimal = { digits: 0n, scale: 0 };

/** Reads `-12.50`; throws a RangeError for anything that is not plain decimal text. */
export function parseDecimal(text: string): Decimal {
  if (!DECIMAL_TEXT.test(text))
    throw new RangeError(`Cannot read a decimal: expected digits such as -12.5, got "${text}"`);
  const [whole = '0', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

/** Exact, with the places of the finer one. */
export function add(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  return { digits: digitsAt(left, scale) + digitsAt(right, scale), scale };
}

/** Exact, with the places of the finer one. */
export function subtract(left: Decimal, right: Decimal): Decimal {
  return add(left, { digits: -right.digits, scale: right.scale });
}

/** Exact; zero for no terms. */
export function sum(terms: readonly Decimal[]): Decimal {
  return terms.reduce(add, ZERO);
}

/** Negative, zero or positive, as `Array.sort` wants it. */
export function compare(left: Decimal, right: Decimal): number {
  const { digits } = subtract(left, right);
  return digits === 0n ? 0 : digits > 0n ? 1 : -1;
}

/** Without its sign. */
export function absolute(value: Decimal): Decimal {
  return value.digits < 0n ? { digits: -value.digits, scale: value.scale } : value;
}

/** The value × 10^power: how units of one ladder are changed without a rounding. */
export function shift(value: Decimal, power: number): Decimal {
  const scale = value.scale - power;
  return scale >= 0 ? { digits: value.digits, scale } : { digits: value.digits * 10n ** BigInt(-scale), scale: 0 };
}

/** The power of ten of the first digit that is not zero: 2 for 345, −2 for 0.034; undefined for zero. */
export function leadingPlace(value: Decimal): number | undefined {
  const { digits } = absolute(value);
  return digits === 0n ? undefined : digits.toString().length - 1 - value.scale;
}

/** The first digit that is not zero; 0 for zero. */
export function leadingDigit(value: Decimal): number {
  return Number(absolute(value).digits.toString().charAt(0));
}

/** The nearest multiple of 10^place; halves go away from zero. */
export function roundAt(value: Decimal, place: number): Decimal {
  const drop = value.scale + place;
  if (drop <= 0) return value;
  const unit = 10n ** BigInt(drop);
  const { digits } = absolute(value);
  const rounded = (digits + unit / 2n) / unit;
  return shift({ digits: value.digits < 0n ? -rounded : rounded, scale: 0 }, place);
}

/** Plain decimal text with exactly that many digits after the point; the value must not have more. */
export function decimalText(value: Decimal, fractionDigits: number = value.scale): string {
  const digits = digitsAt(absolute(value), Math.max(fractionDigits, value.scale))
    .toString()
    .padStart(fractionDigits + 1, '0');
  const cut = digits.length - fractionDigits;
  const text = fractionDigits > 0 ? `${digits.slice(0, cut)}.${digits.slice(cut)}` : digits;
  return value.digits < 0n ? `-${text}` : text;
}

function digitsAt(value: Decimal, scale: number): bigint {
  return value.digits * 10n ** BigInt(scale - value.scale);
}
