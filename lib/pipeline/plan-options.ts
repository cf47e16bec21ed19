import type { Receipt } from '../landing/receipt.ts';

/** Less than this is no money on an invoice: what is left of sums in binary numbers. */
const HALF_A_CENT = 0.005;

/** A landed file, and what its SQL asks of the other files of its source: absent where it asks for nothing. */
export interface PlannedFile extends Receipt {
  /** How much of each line that takes covered usage back stays after all covered usage is set against them; null where none does. */
  readonly plan_remainder_ratio?: number | null;
}

/** Landed files with what savings plans come to over all files of each source: asked once a month, not once a file. */
export function withPlanOptions(receipts: readonly Receipt[]): PlannedFile[] {
  const ratios = new Map<string, number | null>();
  for (const [sourceId, files] of Map.groupBy(receipts, ({ source_id }) => source_id)) {
    const sumOf = (name: string) => files.reduce((sum, { contract }) => sum + (contract.totals?.[name] ?? 0), 0);
    ratios.set(sourceId, remainderRatio(sumOf('plan_covered'), sumOf('plan_negated')));
  }
  return receipts.map((receipt) =>
    receipt.contract.totals ? { ...receipt, plan_remainder_ratio: ratios.get(receipt.source_id) ?? null } : receipt,
  );
}

/** The part of what was taken back that no covered usage explains, so that totals stay the invoice's; null where nothing was taken back. */
export function remainderRatio(covered: number, negated: number): number | null {
  if (negated === 0) return null;
  const remainder = covered + negated;
  return Math.abs(remainder) < HALF_A_CENT ? 0 : remainder / negated;
}
