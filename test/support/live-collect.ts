import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DuckDbWarehouse } from '../../lib/adapters/duckdb-warehouse.ts';
import { LocalBook } from '../../lib/adapters/local-book.ts';
import { buildFacts, factKey } from '../../lib/facts/build-facts.ts';
import { wholeCost } from '../../lib/facts/columns.ts';
import { type CollectOutcome, collect } from '../../lib/landing/collect.ts';
import { type Caller, LiveOrigin } from '../../lib/landing/live-origin.ts';
import type { Receipt } from '../../lib/landing/receipt.ts';
import { currentReceipts, readReceipts } from '../../lib/landing/receipts.ts';
import type { Row } from '../../lib/landing/warehouse.ts';
import { SOURCES } from '../../lib/sources/catalogue.ts';
import type { LiveProvider } from '../../lib/sources/live.ts';
import type { FactTable, Source } from '../../lib/sources/source.ts';
import { parsePeriod } from '../../lib/units/period.ts';

const SOURCE_ID = 'live';
const FOREVER = '2099-01-01T00:00:00Z';

/** A provider that is asked for a month of a book that begins empty. */
export interface LiveMonth {
  readonly folder: string;
  readonly provider: LiveProvider;
  readonly month: string;
  readonly options: Readonly<Record<string, string>>;
  readonly caller: Caller;
}

/** Asks as a month does, by the caller of the test. */
export async function collectLive(live: LiveMonth, asOf: string): Promise<CollectOutcome> {
  const { folder, provider, month, options, caller } = live;
  const [book, period, warehouse] = [bookOf(live), parsePeriod(month), await DuckDbWarehouse.open()];
  const origin = new LiveOrigin(
    { sourceId: SOURCE_ID, provider, period, asOf, options, maxCalls: 1 },
    { book, caller, keep: (name, text) => keep(join(folder, name.replaceAll('/', '-')), text) },
  );
  try {
    const request = { sourceId: SOURCE_ID, source: sourceOf(live), period, asOf, options: { currency: 'USD' } };
    return await collect(request, { book, origin, warehouse });
  } finally {
    await warehouse.close();
  }
}

/** What stands in the book for the month, the latest version of each answer. */
export async function landedOf(live: LiveMonth): Promise<Receipt[]> {
  return currentReceipts(await readReceipts(bookOf(live), parsePeriod(live.month), FOREVER));
}

/** What a query of `facts` gives: one fact table over all that landed. */
export async function factsOf(live: LiveMonth, table: FactTable, query: string): Promise<Row[]> {
  const [book, warehouse] = [bookOf(live), await DuckDbWarehouse.open()];
  try {
    const paths: string[] = [];
    const charges: string[] = [];
    for (const receipt of await landedOf(live)) {
      const request = { receipt, source: sourceOf(live), options: { currency: 'USD' }, workloads: [] };
      await buildFacts(request, book, warehouse);
      paths.push(await book.localPath(factKey(table, receipt)));
      if (table === 'fct_cost') charges.push(await book.localPath(factKey('dim_charge', receipt)));
    }
    const rows = charges.length > 0 ? wholeCost(filesOf(paths), filesOf(charges)) : `SELECT * FROM ${filesOf(paths)}`;
    return await warehouse.query(`WITH facts AS (${rows}) ${query} ORDER BY ALL`);
  } finally {
    await warehouse.close();
  }
}

function filesOf(paths: readonly string[]): string {
  return `read_parquet([${paths.map((path) => `'${path}'`).join(', ')}])`;
}

/** The files below a folder in which a text stands. */
export function filesWith(at: string, text: string): string[] {
  const files = globSync('**/*', { cwd: at }).filter((file) => statSync(join(at, file)).isFile());
  return files.filter((file) => readFileSync(join(at, file), 'latin1').includes(text));
}

function bookOf({ folder }: LiveMonth): LocalBook {
  return new LocalBook(join(folder, 'book'));
}

function sourceOf({ provider }: LiveMonth): Source {
  const source = SOURCES.find(({ kind }) => kind === provider.kind);
  if (!source) throw new Error(`Cannot collect ${provider.id}: expected a source of kind ${provider.kind}, got none`);
  return source;
}

async function keep(path: string, text: string) {
  writeFileSync(path, text);
  const bytes = Buffer.from(text);
  return { path, bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}
