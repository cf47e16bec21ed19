import { readRunNames } from '../kpis/read-run.ts';
import type { Book } from '../landing/book.ts';
import type { Warehouse } from '../landing/warehouse.ts';

/** Where a run stands, or what there is instead. */
export type RunMonth =
  | { readonly month: string }
  | {
      readonly month: undefined;
      /** Months that were looked through, the newest first. */
      readonly months: readonly string[];
      /** Names of the runs that ended in them. */
      readonly names: readonly string[];
    };

/** Months with a finished disclosure, the newest first. */
export async function disclosedMonths(book: Book): Promise<string[]> {
  const entries = await book.list('disclosures/');
  const months = entries.flatMap(
    ({ key }) => /^disclosures\/(\d{4}-\d{2})\/v\d+\/manifest\.json$/.exec(key)?.[1] ?? [],
  );
  return [...new Set(months)].sort().reverse();
}

/** The first of these months in which a run of that name ended. */
export async function findRunMonth(
  runId: string,
  months: readonly string[],
  book: Book,
  warehouse: Warehouse,
): Promise<RunMonth> {
  const names = new Set<string>();
  for (const month of months) {
    const entries = await book.list(`facts/fct_run/month=${month}/`);
    const paths = await Promise.all(entries.map(({ key }) => book.localPath(key)));
    const ended = await readRunNames(paths, warehouse);
    if (ended.includes(runId)) return { month };
    for (const name of ended) names.add(name);
  }
  return { month: undefined, months, names: [...names] };
}
