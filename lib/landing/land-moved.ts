import { type Book, jsonBytes } from './book.ts';
import type { CollectRequest, Copy, Fate } from './collection.ts';
import { type Receipt, receiptKey } from './receipt.ts';
import { offeredReceipts, readSourceReceipts, rowsOf } from './receipts.ts';

/**
 * Fates of all files, in which copies whose rows count nowhere else have landed under their own name: the file that they were a
 * copy of has other bytes by now, as a log that was moved aside for a new one.
 */
export async function landMoved(fates: readonly Fate[], request: CollectRequest, book: Book): Promise<Fate[]> {
  if (fates.every(({ copy }) => copy === undefined)) return [...fates];
  const offered = offeredReceipts(await readSourceReceipts(book, request));
  const counting = new Set(offered.map(rowsOf));
  const landed: Fate[] = [];
  for (const fate of fates) {
    const isLost = fate.copy && !counting.has(rowsOf(fate.copy.of));
    landed.push(fate.copy && isLost ? await landCopy(fate.copy, request, book) : fate);
    if (fate.copy) counting.add(rowsOf(fate.copy.of));
  }
  return landed;
}

async function landCopy({ origin, of }: Copy, { asOf }: CollectRequest, book: Book): Promise<Fate> {
  const again: Receipt = { ...of, origin, copy_of: of.origin, fetched_at: asOf, landed_again: true };
  await book.putIfAbsent(receiptKey(again), jsonBytes(again));
  return {
    outcome: 'landed',
    remarks: [`${origin}: the bytes of ${of.origin} of ${of.fetched_at}, which has others now`],
  };
}
