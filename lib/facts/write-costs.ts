import type { Book } from '../landing/book.ts';
import { identifier, literal, type Warehouse } from '../landing/warehouse.ts';
import type { ChargesOfShape, Shape } from '../sources/source.ts';
import { type Column, LINEAGE_NAMES, STORED_COLUMNS, TABLES } from './columns.ts';

/** SQL for one column of a table over a facts statement that has the columns of these names. */
export type CellOf = (column: Column, available: ReadonlySet<string>) => string;

/** One bill: its shape over the view `landed`, the keys of its two files, and what each column is made of. */
export interface CostRequest {
  readonly shape: Shape;
  readonly keys: Readonly<Record<CostFile, string>>;
  readonly cellOf: CellOf;
}

type CostFile = 'fct_cost' | 'dim_charge';

/**
 * Writes a bill as lines and charges: a line bears times, amounts and the number of its charge; what is said of a charge
 * stands once a file. Numbers follow the order in which the file comes to the charges. Gives the number of lines.
 */
export async function writeCosts(request: CostRequest, book: Book, warehouse: Warehouse): Promise<number> {
  const { charges } = request.shape;
  await (charges ? tellByCharge(charges, request.shape, warehouse) : tellByLine(request, warehouse));
  const value = charges ? request.cellOf : ({ name }: Column) => identifier(name);
  await writeFile('dim_charge', 'described_charge', 'ORDER BY charge_in_file');
  await writeFile('fct_cost', 'numbered_line', '');
  const [count] = await warehouse.query('SELECT count(*)::VARCHAR AS lines FROM told_line');
  return Number(count?.['lines']);

  async function writeFile(table: CostFile, from: string, order: string): Promise<void> {
    const available = await columnsIn(from, warehouse);
    const columns = STORED_COLUMNS[table].map((column) => written(column, value(column, available)));
    const rows = `SELECT ${columns.join(', ')} FROM ${from} ${order}`;
    await book.produce(request.keys[table], (path) =>
      warehouse.run(`COPY (${rows}) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)`),
    );
  }
}

/** Looks at one line of each charge, and at nothing but numbers and times of the others. */
async function tellByCharge(
  { told_by, charge, cost }: ChargesOfShape,
  { columns }: Shape,
  warehouse: Warehouse,
): Promise<void> {
  const varying = columns.filter(({ type }) => type === 'DOUBLE' || type === 'TIMESTAMP').map(({ name }) => name);
  const own = varying.map(identifier).join(', ');
  await warehouse.run(
    `CREATE OR REPLACE TEMP TABLE told_line AS SELECT hash(${told_by.join(', ')}) AS told, file_row AS place, ${own} FROM landed`,
  );
  await numberCharges(warehouse);
  // Most charges stand near the top of a file: nothing below the last new one is read again.
  const [last] = await warehouse.query('SELECT coalesce(max(place), 0)::VARCHAR AS place FROM first_line');
  await warehouse.run(
    `CREATE OR REPLACE TEMP TABLE told_charge AS
     WITH top AS (SELECT * FROM landed LIMIT ${Number(last?.['place'])}),
     landed AS (SELECT top.*, first_line.* FROM top JOIN first_line ON first_line.place = top.file_row)
     SELECT * FROM (${charge})`,
  );
  const lines = `SELECT named.*, ${varying.map((name) => `told_line.${identifier(name)}`).join(', ')}
    FROM told_line JOIN (SELECT * EXCLUDE (${own}) FROM told_charge) AS named USING (told)`;
  await warehouse.run(view('described_charge', `WITH charge AS (SELECT * FROM told_charge) ${cost}`));
  await warehouse.run(view('numbered_line', `WITH charge AS (${lines}) ${cost}`));
}

/** Looks at every line: of a shape that does not say what tells its charges apart. */
async function tellByLine({ shape, cellOf }: CostRequest, warehouse: Warehouse): Promise<void> {
  await warehouse.run(view('fact_rows', shape.facts.fct_cost ?? ''));
  const available = await columnsIn('fact_rows', warehouse);
  const columns = TABLES.fct_cost.map((column) => typed(column, cellOf(column, available)));
  const whole = new Set(TABLES.fct_cost.map(({ name }) => name));
  const said = STORED_COLUMNS.dim_charge.map(({ name }) => name).filter((name) => whole.has(name));
  await warehouse.run(
    `CREATE OR REPLACE TEMP TABLE told_line AS
     SELECT *, hash(${said.join(', ')}) AS told, row_number() OVER () AS place FROM (SELECT ${columns.join(', ')} FROM fact_rows)`,
  );
  await numberCharges(warehouse);
  await warehouse.run(view('described_charge', 'SELECT * FROM told_line JOIN first_line USING (told, place)'));
  await warehouse.run(
    view('numbered_line', 'SELECT * FROM told_line JOIN (SELECT told, charge_in_file FROM first_line) USING (told)'),
  );
}

/** The first line of each charge, and the charge's number. */
async function numberCharges(warehouse: Warehouse): Promise<void> {
  await warehouse.run(
    `CREATE OR REPLACE TEMP TABLE first_line AS
     SELECT told, min(place) AS place, row_number() OVER (ORDER BY min(place)) AS charge_in_file
     FROM told_line GROUP BY told ORDER BY charge_in_file`,
  );
}

function view(name: string, select: string): string {
  return `CREATE OR REPLACE TEMP VIEW ${name} AS ${select}`;
}

/** A value as a column of the book; the one that all rows of a file share keeps the type that it has. */
function typed({ name, type }: Column, value: string): string {
  return LINEAGE_NAMES.has(name)
    ? `${value} AS ${identifier(name)}`
    : `CAST(${value} AS ${type}) AS ${identifier(name)}`;
}

/** A column as it is written: a text with U+FFFD for every NUL, which ends a text in SQL, as in fonts and XML; ids in one case. */
export function written(column: Column, value: string): string {
  const isOwnText = column.type === 'VARCHAR' && !LINEAGE_NAMES.has(column.name);
  const text = isOwnText ? `without_nul(${value})` : value;
  return typed(column, column.name === 'resource_id' ? `resource_named(${text})` : text);
}

/** A text that every row of a file bears: as an ENUM of one it is written without being looked at row by row. */
export function sharedText(text: string): string {
  return `${literal(text)}::ENUM(${literal(text)})`;
}

/** The names of a view's columns. */
export async function columnsIn(relation: string, warehouse: Warehouse): Promise<ReadonlySet<string>> {
  const described = await warehouse.query(`DESCRIBE ${identifier(relation)}`);
  return new Set(described.map((column) => String(column['column_name'])));
}
