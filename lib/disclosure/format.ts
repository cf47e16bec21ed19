import {
  absolute,
  compare,
  type Decimal,
  decimalText,
  leadingDigit,
  leadingPlace,
  parseDecimal,
  roundAt,
  shift,
  subtract,
} from './decimal.ts';
import { type Ladder, ladderOf, type Step, symbolOf } from './unit-ladder.ts';

/**
 * The only place that rounds. The rule, printed in every report: the last digit shown stands where the half-width of the
 * 95 % interval begins (one place finer where that half-width begins with 1 or 2); without an interval four digits count;
 * counts are whole; money is whole from one thousand up and has two decimals below, or three digits below one.
 */
export interface Amount {
  readonly value: string | null;
  readonly unit: string;
  readonly u95_low?: string | null;
  readonly u95_high?: string | null;
}

/** A number as a page prints it; `unit` is empty where the number says it all. */
export interface Printed {
  readonly number: string;
  readonly unit: string;
}

/** What stands where a value is null. */
export const NOT_KNOWN = 'not known';
const LOCALE = 'en-GB';
const MINUS = '\u2212';
const GROUP = '\u202f';
const DIGITS_WITHOUT_INTERVAL = 4;
const DIGITS_OF_SMALL_MONEY = 3;
const LEAST_PLACE_IN_OWN_UNIT = -2;
/** Rows of a column are smaller than its largest: 1 566 kWh stay kWh there. */
const PLACES_BEFORE_A_STEP = 2;

/** Number and unit, the unit chosen so that the number reads well: 128 341 kWh become 128 MWh. */
export function printAmount(amount: Amount): Printed {
  const ladder = ladderOf(amount.unit);
  return printOnStep(amount, ladder, stepFor([amount], ladder));
}

/**
 * A column of amounts of one unit, all on one step of it and none much finer than the largest; `beside` are the amounts of
 * the same unit that the step must suit too.
 */
export function printColumn(
  amounts: readonly Amount[],
  beside: readonly Amount[] = amounts,
): { readonly unit: string; readonly numbers: readonly string[] } {
  const ladder = ladderOf(amounts[0]?.unit ?? '');
  const step = stepFor(beside, ladder, PLACES_BEFORE_A_STEP);
  const finest = finestPlace(ladder.kind, highestPlace(amounts));
  const numbers = amounts.map((amount) => printOnStep(amount, ladder, step, noFinerThan(finest, amount)).number);
  return { unit: symbolOf(ladder, step), numbers: alignDecimals(numbers) };
}

/** Both ends of the 95 % interval in the unit of the value: `118–140 MWh`; undefined where there is no interval. */
export function printRange(amount: Amount): string | undefined {
  const ends = printEnds(amount);
  const ladder = ladderOf(amount.unit);
  return ends === undefined ? undefined : `${ends} ${symbolOf(ladder, stepFor([amount], ladder))}`;
}

/** The same beside a value that has its unit: `118–140`. */
export function printEnds(amount: Amount): string | undefined {
  const { value, u95_low: low, u95_high: high } = amount;
  if (value === null || !low || !high) return undefined;
  const ladder = ladderOf(amount.unit);
  const step = stepFor([amount], ladder);
  const ends = [low, high].map(
    (end) => printOnStep({ ...amount, value: end }, ladder, step, allowedPlace(amount)).number,
  );
  return ends.join('–');
}

/** `128 MWh`, `USD 18 420`, `97.3%`, or `not known`. */
export function printText(amount: Amount): string {
  const { number, unit } = printAmount(amount);
  if (unit === '') return number;
  return ladderOf(amount.unit).kind === 'money' ? moneyText(number, unit) : `${number} ${unit}`;
}

/** A ratio of 0 to 1 as a percentage; what is not quite all never prints as 100%, what is not quite nothing never as 0%. */
export function printRatio(ratio: string | null): string {
  if (ratio === null) return NOT_KNOWN;
  const percent = shift(parseDecimal(ratio), 2);
  const printed = printDecimal(percent, -1);
  const exact = decimalText(percent).replace(/\.0*$/, '');
  if (printed === '100.0') return exact === '100' ? '100%' : percentBeyond(percent, 100n);
  if (printed === '0.0' || printed === `${MINUS}0.0`) return percent.digits === 0n ? '0%' : '<0.1%';
  return `${printed}%`;
}

/** A whole number with groups of three: `3 416`. */
export function printCount(count: number): string {
  return printDecimal(parseDecimal(String(count)), 0);
}

/** A decimal that is shown as the source gave it: a factor, an assumption; grouped, never rounded. */
export function printExact(value: string | null): string {
  if (value === null) return NOT_KNOWN;
  const decimal = parseDecimal(value);
  return printDecimal(decimal, -decimal.scale);
}

/** A ratio's numerator or denominator, whose unit its formula names: a whole number is a count, any other has four digits. */
export function printTerm(value: string | null, unit: string | null): string {
  const number = value?.includes('.') ? printAmount({ value, unit: '' }).number : printExact(value);
  if (value === null || unit === null) return number;
  const units = value === '1' ? unit.replace(/s$/, '') : unit;
  return `${number}\u00a0${units.replace('CO2e', 'CO₂e')}`;
}

/** The place of the last digit that may be shown, in the amount's own unit; undefined where there is nothing to show. */
export function allowedPlace(amount: Amount): number | undefined {
  if (amount.value === null) return undefined;
  const value = parseDecimal(amount.value);
  const leading = leadingPlace(value);
  if (leading === undefined) return undefined;
  const kind = ladderOf(amount.unit).kind;
  if (kind === 'count') return Math.min(0, leading);
  const byInterval = intervalPlace(amount);
  const byKind = kind === 'money' ? moneyPlace(leading) : leading - DIGITS_WITHOUT_INTERVAL + 1;
  // 0.001 kWh, sure to 0.00005, is 1.00 Wh: zeros that the text leaves out count. Without an interval nobody knows them.
  return Math.min(Math.max(byKind, byInterval ?? (kind === 'money' ? byKind : -value.scale)), leading);
}

function moneyPlace(leading: number): number {
  if (leading >= 3) return 0;
  return leading >= 0 ? -2 : leading - DIGITS_OF_SMALL_MONEY + 1;
}

function intervalPlace({ value, u95_low: low, u95_high: high }: Amount): number | undefined {
  if (value === null || !low || !high) return undefined;
  // An interval that ends at zero is lopsided: its wider side says how sure the value is.
  const sides = [low, high].map((end) => absolute(subtract(parseDecimal(end), parseDecimal(value))));
  const [half] = sides.sort((left, right) => compare(right, left));
  const leading = half && leadingPlace(half);
  if (half === undefined || leading === undefined) return undefined;
  return leadingDigit(half) <= 2 ? leading - 1 : leading;
}

/** The first digit always stays: a small value in a column of large ones is small, not zero. */
function noFinerThan(finest: number, amount: Amount): number | undefined {
  const place = allowedPlace(amount);
  if (place === undefined || amount.value === null) return undefined;
  return Math.min(Math.max(place, finest), leadingPlace(parseDecimal(amount.value)) ?? place);
}

/** Place of the first digit of the largest amount; 0 where nothing is known. */
function highestPlace(amounts: readonly Amount[]): number {
  const places = amounts
    .flatMap(({ value }) => (value === null ? [] : [leadingPlace(parseDecimal(value)) ?? []]))
    .flat();
  return places.length > 0 ? Math.max(...places) : 0;
}

/** The place beyond which no number of a column goes, by the place of the largest. */
function finestPlace(kind: Ladder['kind'], highest: number): number {
  if (kind === 'money') return moneyPlace(highest);
  return kind === 'quantity' ? highest - DIGITS_WITHOUT_INTERVAL : Number.NEGATIVE_INFINITY;
}

/**
 * The step for the largest amount: a larger unit once the amount fills that many places of it, a smaller one only for less
 * than a hundredth.
 */
function stepFor(amounts: readonly Amount[], ladder: Ladder, places = 1): Step {
  const place = highestPlace(amounts);
  const isSmall = place < 0 && place >= LEAST_PLACE_IN_OWN_UNIT;
  const highest = isSmall ? ladder.start.power : place + ladder.start.power;
  const fits = ({ power }: Step) => power <= highest - (power > ladder.start.power ? places - 1 : 0);
  return ladder.steps.findLast(fits) ?? ladder.steps[0] ?? ladder.start;
}

function printOnStep(amount: Amount, ladder: Ladder, step: Step, place = allowedPlace(amount)): Printed {
  if (amount.value === null) return { number: NOT_KNOWN, unit: '' };
  const power = ladder.start.power - step.power;
  const value = shift(parseDecimal(amount.value), power);
  if (ladder.kind === 'ratio') return { number: printRatio(amount.value), unit: '' };
  return { number: printDecimal(value, (place ?? -power) + power), unit: symbolOf(ladder, step) };
}

function printDecimal(value: Decimal, place: number): string {
  const fractionDigits = Math.max(0, -place);
  const text = decimalText(trim(roundAt(value, place), fractionDigits), fractionDigits);
  const numbers = new Intl.NumberFormat(LOCALE, {
    minimumFractionDigits: fractionDigits,
    maximumFractionDigits: fractionDigits,
  });
  return numbers
    .formatToParts(text as Intl.StringNumericLiteral)
    .map(({ type, value: part }) => (type === 'group' ? GROUP : type === 'minusSign' ? MINUS : part))
    .join('');
}

/** After a rounding the digits beyond the place are zeros, or were never there. */
function trim(value: Decimal, fractionDigits: number): Decimal {
  const surplus = value.scale - fractionDigits;
  return surplus > 0 ? { digits: value.digits / 10n ** BigInt(surplus), scale: fractionDigits } : value;
}

function percentBeyond(percent: Decimal, limit: bigint): string {
  return subtract(percent, { digits: limit, scale: 0 }).digits < 0n ? '>99.9%' : '>100%';
}

function moneyText(number: string, unit: string): string {
  const [currency = '', ...per] = unit.split(' ');
  return [currency, number, ...per].join(' ');
}

/** Figure spaces after the shorter numbers, so that a column aligned at its end is aligned at its points. */
function alignDecimals(numbers: readonly string[]): string[] {
  const fractionOf = (number: string) => /\.(\d+)$/.exec(number)?.[1]?.length ?? 0;
  const longest = Math.max(0, ...numbers.map(fractionOf));
  return numbers.map((number) => {
    const missing = longest - fractionOf(number);
    if (missing === 0 || !/\d$/.test(number)) return number;
    return number + (fractionOf(number) === 0 ? '\u2008' : '') + '\u2007'.repeat(missing);
  });
}
