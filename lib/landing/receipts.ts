import type { Period } from '../units/period.ts';
import { type Book, readText } from './book.ts';
import type { Quarantined, Receipt } from './receipt.ts';

/** Every receipt of a month that was fetched by `asOf`, sorted by source and hash: the evidence. */
export async function readReceipts(book: Book, period: Period, asOf: string): Promise<Receipt[]> {
  const receipts = await readPapers<Receipt>(book, 'landing/', `/period=${period.month}/`, '.receipt.json');
  return receipts.map(({ paper }) => paper).filter(({ fetched_at }) => fetched_at <= asOf);
}

/** Why something lies in quarantine, and the key of the paper that says so. */
export interface QuarantineReason {
  readonly key: string;
  readonly reason: Quarantined;
}

/** Everything of a month that lies in quarantine and was put there by `asOf`. */
export async function readQuarantine(book: Book, period: Period, asOf: string): Promise<QuarantineReason[]> {
  const reasons = await readPapers<Quarantined>(book, 'quarantine/', `/period=${period.month}/`, '.reason.json');
  return reasons.filter(({ paper }) => paper.fetched_at <= asOf).map(({ key, paper }) => ({ key, reason: paper }));
}

/**
 * The receipts that count: of several versions of one origin the one fetched last. A provider that restates a file
 * lands a second version, and the first stays in the book as evidence.
 */
export function currentReceipts(receipts: readonly Receipt[]): Receipt[] {
  const latest = new Map<string, Receipt>();
  for (const receipt of receipts) {
    const key = `${receipt.source_id} ${receipt.origin}`;
    const known = latest.get(key);
    if (!known || isLater(receipt, known)) latest.set(key, receipt);
  }
  return [...latest.values()].sort((a, b) => compare(a.source_id, b.source_id) || compare(a.sha256, b.sha256));
}

function isLater(one: Receipt, other: Receipt): boolean {
  return (compare(one.fetched_at, other.fetched_at) || compare(one.sha256, other.sha256)) > 0;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

async function readPapers<Paper>(
  book: Book,
  prefix: string,
  folder: string,
  ending: string,
): Promise<{ readonly key: string; readonly paper: Paper }[]> {
  const entries = (await book.list(prefix)).filter(({ key }) => key.includes(folder) && key.endsWith(ending));
  const texts = await Promise.all(entries.map(async ({ key }) => ({ key, text: await readText(book, key) })));
  return texts.flatMap(({ key, text }) => (text === undefined ? [] : [{ key, paper: JSON.parse(text) as Paper }]));
}
