import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { buildFacts, factKey } from '../lib/facts/build-facts.ts';
import { FACT_TABLES, TABLES, wholeCost } from '../lib/facts/columns.ts';
import type { WorkloadRule } from '../lib/facts/workloads.ts';
import { type Checked, checkRows } from '../lib/landing/check-rows.ts';
import { openLanded } from '../lib/landing/contract.ts';
import type { SourceOptions } from '../lib/landing/open-request.ts';
import { landedKey, type Receipt } from '../lib/landing/receipt.ts';
import { identifier, literal, type Row, type Warehouse } from '../lib/landing/warehouse.ts';
import { SOURCES } from '../lib/sources/catalogue.ts';
import type { FactTable, Source } from '../lib/sources/source.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tempFolder } from './support/temp-folder.ts';

/**
 * Each folder test/source-cases/<kind>/<case>/ is one case: `input.<ext>` (or `input.sql`, a SELECT that becomes a
 * Parquet file), `case.json`, and what must come of it: `expected/<table>.csv` with the columns it cares about,
 * `rejections.json`, or `refused.json`. A source without a case fails the suite.
 */
interface Case {
  readonly month: string;
  readonly options?: SourceOptions;
  readonly columns?: Readonly<Record<string, string>>;
  readonly workloads?: readonly WorkloadRule[];
}

interface Expectation {
  readonly row?: number;
  readonly column?: string;
  readonly found?: string;
  readonly expected?: string;
}

const CASES = join(__dirname, 'source-cases');
const folder = tempFolder();
const book = new LocalBook(join(folder, 'book'));

describe.each(SOURCES.map((source: Source) => ({ kind: source.kind, source })))('source $kind', ({ kind, source }) => {
  const names = existsSync(join(CASES, kind)) ? readdirSync(join(CASES, kind)).sort() : [];

  test('has a case', () =>
    expect({ folder: join(CASES, kind), cases: names }).not.toEqual({ folder: join(CASES, kind), cases: [] }));

  test.each(names)('%s', async (name) => {
    const warehouse = await DuckDbWarehouse.open();
    try {
      await follow(warehouse, source, join(CASES, kind, name));
    } finally {
      await warehouse.close();
    }
  });
});

async function follow(warehouse: Warehouse, source: Source, at: string): Promise<void> {
  const given = readJson<Case>(join(at, 'case.json'));
  const path = await inputOf(warehouse, at);
  expect(path).toMatch(source.accepts);
  const refused = join(at, 'refused.json');
  if (existsSync(refused)) {
    await expect(check(warehouse, source, given, path)).rejects.toMatchObject(
      substrings(readJson<Expectation>(refused)),
    );
    return;
  }
  const checked = await check(warehouse, source, given, path);
  const rejections = join(at, 'rejections.json');
  const expected = existsSync(rejections) ? readJson<Expectation[]>(rejections) : [];
  expect(checked.rejections).toEqual(expected.map((each) => expect.objectContaining(substrings(each))));
  await compareFacts(warehouse, source, given, path, checked, at);
}

async function check(warehouse: Warehouse, source: Source, given: Case, path: string): Promise<Checked> {
  const request = opening(source, given);
  const shape = await openLanded(warehouse, { ...request, path });
  return checkRows(warehouse, shape, { period: request.period, origin: 'input' });
}

function opening(source: Source, { month, options, columns }: Case) {
  const columnMapping = columns && { columnMapping: columns };
  return { source, period: parsePeriod(month), options: { currency: 'USD', ...options }, ...columnMapping };
}

/** Builds the facts as a month does, in a book, and compares the columns that each expected file names. */
async function compareFacts(
  warehouse: Warehouse,
  source: Source,
  given: Case,
  path: string,
  { contract, provider_version }: Checked,
  at: string,
): Promise<void> {
  const receipt: Receipt = {
    source_id: source.kind,
    kind: source.kind,
    period: given.month,
    origin: 'input',
    fetched_at: '2026-07-22T06:00:00Z',
    bytes: 0,
    sha256: Buffer.from(at).toString('hex'),
    extension: path.slice(path.lastIndexOf('/input.') + '/input.'.length),
    provider_version,
    contract,
  };
  await book.importIfAbsent(landedKey(receipt), path);
  await buildFacts({ receipt, ...opening(source, given), workloads: given.workloads ?? [] }, book, warehouse);
  for (const table of FACT_TABLES) await compareTable(warehouse, table, await rowsFile(table, receipt), at);
}

/** A table's rows as something to select from; undefined where the file gave none. */
async function rowsFile(table: FactTable, receipt: Receipt): Promise<string | undefined> {
  const [entry] = await book.list(factKey(table, receipt));
  if (!entry) return undefined;
  const rows = `read_parquet(${literal(await book.localPath(entry.key))})`;
  if (table !== 'fct_cost') return rows;
  const charges = `read_parquet(${literal(await book.localPath(factKey('dim_charge', receipt)))})`;
  return `(${wholeCost(rows, charges)})`;
}

/** Rows are compared in the table's types and without order; a table that gets rows needs an expected file. */
async function compareTable(
  warehouse: Warehouse,
  table: FactTable,
  built: string | undefined,
  at: string,
): Promise<void> {
  const file = join(at, 'expected', `${table}.csv`);
  if (!existsSync(file)) {
    const rows = built ? await warehouse.query(`SELECT * FROM ${built}`) : [];
    expect({ table, rows }).toEqual({ table, rows: [] });
    return;
  }
  const header = readFileSync(file, 'utf8').split(/\r?\n/, 1)[0]?.split(',') ?? [];
  const columns = header.map((name) => {
    const type = TABLES[table].find((column) => column.name === name)?.type;
    if (!type) throw new Error(`Cannot compare ${file}: expected columns of ${table}, got "${name}"`);
    return `CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`;
  });
  const read = (from: string): Promise<Row[]> =>
    warehouse.query(`SELECT ${columns.join(', ')} FROM ${from} ORDER BY ALL`);
  const expected = await read(
    `read_csv(${literal(file)}, all_varchar = true, header = true, delim = ',', quote = '"')`,
  );
  expect(await read(built ?? '(SELECT 1)')).toEqual(expected);
}

async function inputOf(warehouse: Warehouse, at: string): Promise<string> {
  const name = readdirSync(at).find((file) => file.startsWith('input.'));
  if (!name) throw new Error(`Cannot run ${at}: expected a file input.*, got none`);
  if (!name.endsWith('.sql')) return join(at, name);
  const key = `inputs/${Buffer.from(at).toString('hex')}/input.parquet`;
  await book.produce(key, (path) =>
    warehouse.run(`COPY (${readFileSync(join(at, name), 'utf8')}) TO ${literal(path)} (FORMAT parquet)`),
  );
  return book.localPath(key);
}

/** Texts as parts that must occur, numbers as they are. */
function substrings(expectation: Expectation): Record<string, unknown> {
  const parts = Object.entries(expectation).map(([key, value]) => [
    key,
    typeof value === 'string' ? expect.stringContaining(value) : value,
  ]);
  return Object.fromEntries(parts);
}

function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(path, 'utf8')) as Content;
}
