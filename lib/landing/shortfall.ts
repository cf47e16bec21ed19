import type { Period } from '../units/period.ts';
import { type Book, jsonBytes } from './book.ts';
import type { MissingPart } from './origin.ts';
import { readPapers } from './receipts.ts';

/** What of a source did not come when it was asked for a month. The last one counts: it may say that nothing is missing any more. */
export interface Shortfall {
  readonly source_id: string;
  readonly period: string;
  readonly fetched_at: string;
  readonly missing: readonly MissingPart[];
}

/** Files that could not be read. Where they lie and why is told while the month closes: a disclosure is the same on every machine. */
export const UNREAD: MissingPart = {
  part: 'the files that it has had since it was last read',
  reason: 'they could not be read to the end',
};

/** A shortfall and the key of the paper that says so. */
export interface ShortfallPaper {
  readonly key: string;
  readonly shortfall: Shortfall;
}

/**
 * Keeps what is missing of a source, where it is not what was missing before. A run that is repeated at the same moment knows
 * what came before: the fewest that are missing are the last word, so no paper is ever changed.
 */
export async function keepShortfall(shortfall: Shortfall, period: Period, book: Book): Promise<void> {
  const prefix = folderOf(shortfall);
  const [before] = await readLatest(prefix, period, shortfall.fetched_at, book);
  if (JSON.stringify(before?.shortfall.missing ?? []) === JSON.stringify(shortfall.missing)) return;
  const stamp = shortfall.fetched_at.replaceAll(/\W/g, '');
  const count = String(shortfall.missing.length).padStart(5, '0');
  await book.putIfAbsent(`${prefix}${stamp}-${count}.shortfall.json`, jsonBytes(shortfall));
}

/** The last word of each source on what of a month is missing, as of a moment, sorted by source; those that miss nothing are left out. */
export async function readShortfalls(book: Book, period: Period, asOf: string): Promise<ShortfallPaper[]> {
  const latest = await readLatest('landing/', period, asOf, book);
  return latest.filter(({ shortfall }) => shortfall.missing.length > 0);
}

async function readLatest(prefix: string, period: Period, asOf: string, book: Book): Promise<ShortfallPaper[]> {
  const papers = await readPapers<Shortfall>(book, prefix, `/period=${period.month}/`, '.shortfall.json');
  const told = papers
    .map(({ key, paper }) => ({ key, shortfall: paper }))
    .filter(({ shortfall }) => shortfall.fetched_at <= asOf);
  const bySource = Map.groupBy(told, ({ shortfall }) => shortfall.source_id);
  return [...bySource.keys()].sort().flatMap((id) => (bySource.get(id) ?? []).reduce(later));
}

function later(one: ShortfallPaper, other: ShortfallPaper): ShortfallPaper {
  const [a, b] = [one.shortfall, other.shortfall];
  if (a.fetched_at !== b.fetched_at) return a.fetched_at > b.fetched_at ? one : other;
  return a.missing.length <= b.missing.length ? one : other;
}

function folderOf({ source_id, period }: Shortfall): string {
  return `landing/source=${source_id}/period=${period}/`;
}
