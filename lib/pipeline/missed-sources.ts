import { keepShortfall, readShortfalls, UNREAD } from '../landing/shortfall.ts';
import { parsePeriod } from '../units/period.ts';
import type { MissedSource } from './handlers.ts';
import type { CollectReport, MonthRun, Workplace } from './stage.ts';

/**
 * Keeps in the book which sources stayed away from a run. The collection keeps that of a provider that does not answer, with the parts
 * that did not come; a worker that was killed, or whose book did not answer, could write no word, and the month would be called closed.
 */
export async function keepMissed(
  { month, as_of }: MonthRun,
  collected: readonly (CollectReport | MissedSource)[],
  { book }: Workplace,
): Promise<void> {
  const missed = collected.filter((one): one is MissedSource => 'error' in one);
  if (missed.length === 0) return;
  const period = parsePeriod(month);
  const papers = await readShortfalls(book, period, as_of);
  for (const { source_id } of missed) {
    const isTold = papers.some(({ shortfall }) => shortfall.source_id === source_id && shortfall.fetched_at === as_of);
    if (isTold) continue;
    await keepShortfall({ source_id, period: month, fetched_at: as_of, missing: [UNREAD] }, period, book);
  }
}
