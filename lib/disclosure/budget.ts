import type { Figure } from './annex.ts';
import { compare, type Decimal, decimalText, parseDecimal } from './decimal.ts';

/** Below this part of what is known, a value within its budget says nothing: what is not known could be over. */
export const COVERAGE_NEEDED = '0.95';

/** What a budget is held against. Ratios are decimal text, 0 to 1. */
export interface Spent {
  /** The figure that says it; undefined where the disclosure has none. */
  readonly figure: Pick<Figure, 'value' | 'u95_low' | 'u95_high'> | undefined;
  /** Every part of what is known that bears on it; an empty list: nobody can say how much is. */
  readonly coverages: readonly string[];
}

/** Within, over, or unknown, and how sure that is. */
export interface Judgement {
  readonly verdict: 'within' | 'over' | 'unknown';
  /** Value ÷ budget in percent with one decimal, never 100.0 for what is over; null where the value is not known. */
  readonly share_percent: string | null;
  /** Whether the 95 % interval has room on both sides of the budget. The value decides all the same. */
  readonly is_spanned: boolean;
  /** The smallest part that is known; null where nobody can say. */
  readonly coverage_ratio: string | null;
}

/** Holds a value against a budget above zero. Over is over whatever is not known; within takes that enough is. */
export function judgeBudget({ figure, coverages }: Spent, budget: string): Judgement {
  const limit = parseDecimal(budget);
  const [lowest = null] = [...coverages].sort((one, other) => compare(parseDecimal(one), parseDecimal(other)));
  if (!figure || figure.value === null)
    return { verdict: 'unknown', share_percent: null, is_spanned: false, coverage_ratio: lowest };
  const value = parseDecimal(figure.value);
  const isOver = compare(value, limit) > 0;
  const isKnown = lowest !== null && compare(parseDecimal(lowest), parseDecimal(COVERAGE_NEEDED)) >= 0;
  return {
    verdict: isOver ? 'over' : isKnown ? 'within' : 'unknown',
    share_percent: sharePercent(value, limit),
    is_spanned: isSpanned(figure, limit),
    coverage_ratio: lowest,
  };
}

/** Exit code of several budgets: over in one is over, else one that is unknown leaves all unsaid. */
export function answerOf(judgements: readonly Judgement[]): 0 | 1 | 2 {
  const verdicts = judgements.map(({ verdict }) => verdict);
  if (verdicts.includes('over')) return 1;
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'within') ? 0 : 2;
}

function isSpanned({ u95_low, u95_high }: NonNullable<Spent['figure']>, limit: Decimal): boolean {
  if (u95_low === null || u95_high === null) return false;
  return compare(parseDecimal(u95_low), limit) <= 0 && compare(parseDecimal(u95_high), limit) > 0;
}

/** Halves go up, and above the budget everything does. */
function sharePercent(value: Decimal, limit: Decimal): string {
  const scale = BigInt(Math.max(value.scale, limit.scale));
  const over = value.digits * 10n ** (scale - BigInt(value.scale)) * 1000n;
  const under = limit.digits * 10n ** (scale - BigInt(limit.scale));
  const isOver = over > 1000n * under;
  const digits = isOver ? ceiling(over, under) : floor(2n * over + under, 2n * under);
  return decimalText({ digits, scale: 1 });
}

function floor(over: bigint, under: bigint): bigint {
  const cut = over / under;
  return cut * under > over ? cut - 1n : cut;
}

function ceiling(over: bigint, under: bigint): bigint {
  return -floor(-over, under);
}
