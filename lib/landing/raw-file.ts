import type { Format, Shape } from '../sources/source.ts';
import { fullDiskIn } from './full-disk.ts';
import { messageOf } from './message.ts';
import { RejectedPayload } from './origin.ts';
import { literal, type Warehouse } from './warehouse.ts';

// DuckDB reserves sixteen of the longest lines at once and for every scan, unless it is told how much to read ahead. What is longer than that
// ends the reading, but for a last line without its end, which the reader of many threads leaves out in silence.
const LONG_LINES = 'max_line_size = 16777216, buffer_size = 33554432';

/** A shape, and how many lines of the file stand above its header. */
export type OpenedShape = Shape & { readonly lines_above?: number };

/** A column as the opened file has it. */
export interface FoundColumn {
  readonly name: string;
  readonly type: string;
  /** The format knows no types and no NULL: every cell is text, and blanks mean that nothing is there. */
  readonly isText: boolean;
  /** The format knows NULL, and some who write it leave empty text all the same. Bills told by charge look after it in the few lines that they read. */
  readonly mayBeEmpty: boolean;
}

/** Makes `raw` and `opened`, views of the file as it is, and gives their columns. Throws `RejectedPayload` where its bytes cannot be read. */
export async function openRaw(warehouse: Warehouse, shape: OpenedShape, path: string): Promise<FoundColumn[]> {
  try {
    await warehouse.run(`CREATE OR REPLACE TEMP VIEW raw AS ${reader(shape, path)}`);
    await warehouse.run('CREATE OR REPLACE TEMP VIEW opened AS SELECT * FROM raw');
    return await columnsOfOpened(warehouse, shape);
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** The columns of the view `opened`. */
export async function columnsOfOpened(warehouse: Warehouse, { format, charges }: Shape): Promise<FoundColumn[]> {
  const columns = await warehouse.query('DESCRIBE opened');
  return columns.map((column) => ({
    name: String(column['column_name']),
    type: String(column['column_type']),
    isText: format === 'csv',
    mayBeEmpty: format === 'parquet' && charges === undefined,
  }));
}

/** What no cell holds: an empty cell is then an empty text, and NULL alone what a short row lacks. */
const NO_CELL = literal('\u0001');

/** What no line holds: cells must be separated by something. (In DuckDB `\x01` is those four letters, which a name may hold.) */
const NO_SEPARATOR = literal('\u0001\u0002\u0003\u0004');

/** Every cell is text, below a header. */
export const TEXT_CELLS = `all_varchar = true, header = true, quote = '"', escape = '"', ${LONG_LINES}`;

/** What reads a file as a format has it: its columns, and the number of each row. */
export function reader(
  shape: Pick<OpenedShape, 'format' | 'delimiter' | 'open' | 'lines_above'>,
  path: string,
): string {
  const { format, delimiter, lines_above } = shape;
  const file = literal(path);
  const padding = measuresRows(shape) ? `null_padding = true, nullstr = ${NO_CELL}, parallel = false, ` : '';
  const above = lines_above ? `skip = ${lines_above}, ` : '';
  const cells = `${delimiter ? `delim = ${literal(delimiter)}, ` : ''}${above}${padding}`;
  const readers: Readonly<Record<Format, string>> = {
    parquet: `SELECT *, file_row_number + 1 AS file_row FROM read_parquet(${file}, file_row_number = true, hive_partitioning = false)`,
    csv: `SELECT *, row_number() OVER () AS file_row FROM read_csv(${file}, ${cells}${TEXT_CELLS}, hive_partitioning = false)`,
    lines: `SELECT *, row_number() OVER () AS file_row FROM read_csv(${file}, columns = {'line': 'VARCHAR'}, header = false, auto_detect = false, delim = ${NO_SEPARATOR}, quote = '', escape = '', parallel = false, ${LONG_LINES}, hive_partitioning = false)`,
    text: `SELECT content, 1 AS file_row FROM read_text(${file})`,
  };
  return readers[format];
}

/** Of a file that the shape's own SELECT opens, the rows are no longer those of the file: DuckDB refuses it whole instead. */
export function measuresRows({ format, open }: Pick<Shape, 'format' | 'open'>): boolean {
  return format === 'csv' && !open;
}

/** What a text file must be written in. */
export const UTF_8 = 'text in UTF-8 (a spreadsheet saves it as “CSV UTF-8”)';
/** What DuckDB says of broken bytes, and what a reader of the report calls it. */
const BROKEN_BYTES: readonly {
  readonly said: RegExp;
  readonly found: string;
  readonly expected?: string;
  /** It names the first line, whichever it is. */
  readonly isLineUnknown?: boolean;
}[] = [
  { said: /magic bytes|too small to be a parquet|footer/i, found: 'a Parquet file that is cut off, or is none' },
  {
    said: /not utf-8|unicode/i,
    found: 'text that is not UTF-8',
    expected: UTF_8,
  },
  {
    said: /Expected Number of Columns: \d+ Found: \d+/,
    found: 'a line with another number of cells than the header',
    expected: 'as many cells as the header has in every line (a comma within a cell needs quotes)',
  },
  {
    said: /Maximum line size of \d+ bytes exceeded/,
    found: 'a line of more than 16 MiB',
    expected: 'text in lines, as its format has',
    isLineUnknown: true,
  },
  { said: /sniffing file/i, found: 'bytes in which no columns of text can be told apart' },
];

/** A DuckDB error about a file's bytes, in the words of the file: its path would only tell where the copy lay. A full disk is none: thrown as it is. */
export function unreadable(error: unknown, path: string): RejectedPayload {
  if (fullDiskIn(error)) throw error;
  const message = messageOf(error);
  const known = BROKEN_BYTES.find(({ said }) => said.test(message));
  const [firstLine = ''] = message.replaceAll(path, 'the file').split('\n');
  const words = firstLine.replace(/^((\w+ )*Error: )+/, '').slice(0, 300);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  return new RejectedPayload({
    found: `${known?.found ?? words}${line && known && !known.isLineUnknown ? `: line ${line}` : ''}`,
    expected: known?.expected ?? 'a whole, readable file',
  });
}
