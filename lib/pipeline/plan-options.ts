import { currentReceipts, readSourceReceipts } from '../landing/receipts.ts';
import { parsePeriod } from '../units/period.ts';
import type { MonthRun, Workplace } from './stage.ts';

/** Less than this is no money on an invoice: what is left of sums in binary numbers. */
const HALF_A_CENT = 0.005;

/**
 * What the SQL of a bill asks of savings plans over all files of the month: how much of each line that takes covered usage back stays
 * after all covered usage is set against them. Nothing for bills without such lines.
 */
export async function planOptions(
  sourceId: string,
  { month, as_of }: MonthRun,
  { book }: Workplace,
): Promise<{ readonly plan_remainder_ratio?: number | null }> {
  const receipts = await readSourceReceipts(book, { sourceId, period: parsePeriod(month), asOf: as_of });
  const totals = currentReceipts(receipts).flatMap(({ contract }) => (contract.totals ? [contract.totals] : []));
  if (totals.length === 0) return {};
  const sumOf = (name: string) => totals.reduce((sum, each) => sum + (each[name] ?? 0), 0);
  return { plan_remainder_ratio: remainderRatio(sumOf('plan_covered'), sumOf('plan_negated')) };
}

/** The part of what was taken back that no covered usage explains, so that totals stay the invoice's; null where nothing was taken back. */
export function remainderRatio(covered: number, negated: number): number | null {
  if (negated === 0) return null;
  const remainder = covered + negated;
  return Math.abs(remainder) < HALF_A_CENT ? 0 : remainder / negated;
}
