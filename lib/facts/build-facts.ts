import type { Book } from '../landing/book.ts';
import { openLanded, type SourceOptions } from '../landing/contract.ts';
import { landedKey, type Receipt } from '../landing/receipt.ts';
import { identifier, literal, type Warehouse } from '../landing/warehouse.ts';
import type { FactTable, Shape, Source } from '../sources/source.ts';
import { parsePeriod } from '../units/period.ts';
import { FACT_TABLES, TABLES } from './columns.ts';
import { type WorkloadRule, workloadColumns } from './workloads.ts';

/** What the facts of one landed file depend on beside its bytes. */
export interface FactsRequest {
  readonly receipt: Receipt;
  readonly source: Source;
  readonly options: SourceOptions;
  readonly columnMapping?: Readonly<Record<string, string>>;
  readonly workloads: readonly WorkloadRule[];
}

/** The key of one landed file's rows in one table. */
export function factKey(table: FactTable, receipt: Pick<Receipt, 'source_id' | 'period' | 'sha256'>): string {
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
    if (facts) rows += await writeTable(table, facts, request, book, warehouse);
  }
  return rows;
}

async function writeTable(
  table: FactTable,
  facts: string,
  request: FactsRequest,
  book: Book,
  warehouse: Warehouse,
): Promise<number> {
  await warehouse.run(`CREATE OR REPLACE TEMP VIEW fact_rows AS ${facts}`);
  const described = await warehouse.query('DESCRIBE fact_rows');
  const available = new Set(described.map((column) => String(column['column_name'])));
  const statement = selectColumns(table, request, available);
  const key = factKey(table, request.receipt);
  await book.produce(key, (path) =>
    warehouse.run(
      `COPY (${statement}) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)`,
    ),
  );
  const [count] = await warehouse.query('SELECT count(*)::VARCHAR AS rows FROM read_parquet($path)', {
    path: await book.localPath(key),
  });
  return Number(count?.['rows']);
}

/** The table's columns in their order and types; what the source leaves out is NULL. */
function selectColumns(table: FactTable, request: FactsRequest, available: ReadonlySet<string>): string {
  const given = new Map<string, string>([
    ...workloadColumns(request.workloads, available),
    ['source_id', literal(request.receipt.source_id)],
    ['receipt_sha256', literal(request.receipt.sha256)],
  ]);
  const columns = TABLES[table].map(({ name, type }) => {
    const value = given.get(name) ?? (available.has(name) ? identifier(name) : 'NULL');
    return `CAST(${value} AS ${type}) AS ${identifier(name)}`;
  });
  return `SELECT ${columns.join(', ')} FROM fact_rows`;
}
