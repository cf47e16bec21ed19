import type { Book } from '../landing/book.ts';
import { openLanded } from '../landing/contract.ts';
import type { SourceOptions } from '../landing/open-request.ts';
import { landedKey, type Receipt } from '../landing/receipt.ts';
import { identifier, literal, type Warehouse } from '../landing/warehouse.ts';
import type { FactTable, Shape, Source } from '../sources/source.ts';
import { parsePeriod } from '../units/period.ts';
import { type Column, FACT_TABLES, type StoredTable, TABLES } from './columns.ts';
import { type WorkloadRule, workloadColumns } from './workloads.ts';
import { type CellOf, columnsIn, sharedText, writeCosts, written } from './write-costs.ts';

/** What the facts of one landed file depend on beside its bytes. */
export interface FactsRequest {
  readonly receipt: Receipt;
  readonly source: Source;
  readonly options: SourceOptions;
  readonly columnMapping?: Readonly<Record<string, string>>;
  readonly workloads: readonly WorkloadRule[];
}

/** The key of one landed file's rows in one table. */
export function factKey(table: StoredTable, receipt: Pick<Receipt, 'source_id' | 'period' | 'sha256'>): string {
  return `facts/${table}/month=${receipt.period}/${receipt.source_id}-${receipt.sha256}.parquet`;
}

/**
 * Turns one landed file into rows of the fact tables, one Parquet file a table, named after the landed bytes: facts do
 * not depend on the order of landing, nor on how files are dealt to workers. Gives the number of rows written.
 */
export async function buildFacts(request: FactsRequest, book: Book, warehouse: Warehouse): Promise<number> {
  const { receipt } = request;
  const shape: Shape = await openLanded(warehouse, {
    ...request,
    path: await book.localPath(landedKey(receipt)),
    period: parsePeriod(receipt.period),
    shape: receipt.contract.shape,
  });
  let rows = 0;
  for (const table of FACT_TABLES) {
    const facts = shape.facts[table];
    if (table === 'fct_cost' && facts) rows += await writeBill(shape, request, book, warehouse);
    else if (facts) rows += await writeTable(table, facts, request, book, warehouse);
  }
  return rows;
}

async function writeBill(shape: Shape, request: FactsRequest, book: Book, warehouse: Warehouse): Promise<number> {
  const { receipt } = request;
  const keys = { fct_cost: factKey('fct_cost', receipt), dim_charge: factKey('dim_charge', receipt) };
  const cellOf: CellOf = (column, available) => valueIn(column, request, available);
  return writeCosts({ shape, keys, cellOf }, book, warehouse);
}

async function writeTable(
  table: FactTable,
  facts: string,
  request: FactsRequest,
  book: Book,
  warehouse: Warehouse,
): Promise<number> {
  await warehouse.run(`CREATE OR REPLACE TEMP VIEW fact_rows AS ${facts}`);
  const available = await columnsIn('fact_rows', warehouse);
  const columns = TABLES[table].map((column) => written(column, valueIn(column, request, available)));
  const key = factKey(table, request.receipt);
  await book.produce(key, (path) =>
    warehouse.run(
      `COPY (SELECT ${columns.join(', ')} FROM fact_rows) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)`,
    ),
  );
  const [count] = await warehouse.query('SELECT count(*)::VARCHAR AS rows FROM read_parquet($path)', {
    path: await book.localPath(key),
  });
  return Number(count?.['rows']);
}

/** What a column of a table is made of; what the source leaves out is NULL. */
function valueIn({ name }: Column, { receipt, workloads }: FactsRequest, available: ReadonlySet<string>): string {
  const given = new Map<string, string>([
    ...workloadColumns(workloads, available),
    ['source_id', sharedText(receipt.source_id)],
    ['receipt_sha256', sharedText(receipt.sha256)],
  ]);
  return given.get(name) ?? (available.has(name) ? identifier(name) : 'NULL');
}
