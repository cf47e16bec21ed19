/** A cell as SQL gives it back: decimals, big integers and timestamps arrive as text, so that no digit is lost. */
export type Cell = string | number | boolean | null;
/** A row by its columns. */
export type Row = Readonly<Record<string, Cell>>;

/** What the core asks of a SQL engine. Written here, by its users; kept by `lib/adapters/duckdb-warehouse.ts`. */
export interface Warehouse {
  /** Runs one statement for its effect. */
  run(sql: string): Promise<void>;
  /** Runs one statement and gives its rows; `$name` parameters are bound, never spliced. */
  query(sql: string, parameters?: Readonly<Record<string, Cell>>): Promise<Row[]>;
  /** Makes a table of a CSV text whose header names each column as `name:TYPE`; an empty cell is NULL. */
  loadCsv(table: string, text: string): Promise<void>;
  /** Gives the memory and temporary files back. */
  close(): Promise<void>;
}

/** A text as a SQL literal, for the places that take no parameter: paths, view bodies, COPY targets. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as a SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The statements of a script, each of which ends with a semicolon at the end of a line. */
export function statementsOf(script: string): string[] {
  return script
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement.length > 0);
}

/** A pattern of the settings, `*` for any text and everything else as it stands, as one of SQL's LIKE with `\` as its escape. */
export function likePattern(pattern: string): string {
  return pattern.replaceAll('\\', '\\\\').replaceAll('%', '\\%').replaceAll('_', '\\_').replaceAll('*', '%');
}

/** The rows of Parquet files of one shape, at least one; what their folders are named is no column. */
export function parquetRows(paths: readonly string[]): string {
  return `SELECT * FROM read_parquet([${paths.map(literal).join(', ')}], hive_partitioning = false)`;
}

/** A table as `loadCsv` takes it: a header `name:TYPE,…`, then its rows; an empty text is NULL. */
export function csvTable(header: string, rows: readonly (readonly (string | number)[])[]): string {
  return [header, ...rows.map((row) => row.map(csvCell).join(','))].join('\n').concat('\n');
}

function csvCell(cell: string | number): string {
  return typeof cell === 'number' || cell === '' ? String(cell) : `"${cell.replaceAll('"', '""')}"`;
}
