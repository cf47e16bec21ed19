import type { ContractColumn, Format, Shape, Source, ValueCheck } from '../sources/source.ts';
import type { Period } from '../units/period.ts';
import { fullDiskIn } from './full-disk.ts';
import { messageOf } from './message.ts';
import { RejectedPayload } from './origin.ts';
import { type Cell, identifier, literal, type Warehouse } from './warehouse.ts';

/** Options of one source in the settings that its SQL may ask for with getvariable('name'): zone, currency, … */
export type SourceOptions = Readonly<Record<string, Cell>>;

/** A file to be opened, and what its source is told of it. */
export interface OpenRequest {
  readonly source: Source;
  readonly path: string;
  readonly period: Period;
  readonly options: SourceOptions;
  /** Header names of the file by contract column, from the settings: `{ carbon_intensity: avg_CI }`. */
  readonly columnMapping?: Readonly<Record<string, string>>;
  /** Take this shape instead of the first that fits: what the receipt says. */
  readonly shape?: string;
}

/** Between the parts of a defect: column, what was found, what was expected. */
export const FIELD_SEPARATOR = '␟';
// DuckDB reserves sixteen of the longest lines at once and for every scan, unless it is told how much to read ahead. What is longer than that
// ends the reading, but for a last line without its end, which the reader of many threads leaves out in silence.
const LONG_LINES = 'max_line_size = 16777216, buffer_size = 33554432';

/**
 * Opens a file against its source's contract and leaves the view `landed` behind: the rows of the month that pass, in
 * contract columns and types. Throws `RejectedPayload` when no shape fits or the bytes cannot be read.
 */
export async function openLanded(warehouse: Warehouse, request: OpenRequest): Promise<Shape> {
  await setVariables(warehouse, request);
  const fitting = await firstFittingShape(warehouse, request);
  refuseTwins(fitting, request.columnMapping);
  await check(warehouse, fitting, request);
  await warehouse.run(
    `CREATE OR REPLACE TEMP VIEW landed AS SELECT * EXCLUDE (defect) FROM checked
     WHERE ${passes(request.period)}`,
  );
  return fitting.shape;
}

async function setVariables(warehouse: Warehouse, { period, options }: OpenRequest): Promise<void> {
  await warehouse.run(`SET VARIABLE month_start = ${timestamp(period.from)}`);
  await warehouse.run(`SET VARIABLE month_end = ${timestamp(period.to)}`);
  for (const [name, value] of Object.entries(options)) {
    await warehouse.run(
      `SET VARIABLE ${identifier(name)} = ${value === null ? 'NULL::VARCHAR' : literal(String(value))}`,
    );
  }
}

interface FoundColumn {
  readonly name: string;
  readonly type: string;
  /** The format knows no types and no NULL: every cell is text, and blanks mean that nothing is there. */
  readonly isText: boolean;
  /** The format knows NULL, and some who write it leave empty text all the same. Bills told by charge look after it in the few lines that they read. */
  readonly mayBeEmpty: boolean;
}

/** A shape, and how many lines of the file stand above its header. */
type OpenedShape = Shape & { readonly lines_above?: number };

interface Fitting {
  readonly shape: Shape;
  readonly found: readonly FoundColumn[];
}

/** Why no shape fits: the columns that were seen, and what each shape lacks. */
interface Misfit {
  readonly seen: readonly FoundColumn[];
  readonly misfits: readonly string[];
}

async function firstFittingShape(warehouse: Warehouse, request: OpenRequest): Promise<Fitting> {
  const known = request.source.shapes.filter((shape) => !request.shape || shape.id === request.shape);
  const shapes = byEnding(request.path, known);
  const below = await openFirst(warehouse, await belowPreface(warehouse, shapes, request), request);
  if ('shape' in below) return below;
  const opened = await openFirst(warehouse, shapes, request);
  if ('shape' in opened) return opened;
  throw misfit(request.source, opened.seen, opened.misfits);
}

async function openFirst(
  warehouse: Warehouse,
  shapes: readonly OpenedShape[],
  request: OpenRequest,
): Promise<Fitting | Misfit> {
  const misfits: string[] = [];
  let seen: readonly FoundColumn[] = [];
  for (const shape of shapes) {
    seen = await openRaw(warehouse, shape, request);
    if (refusalOf(request.source, seen)) break;
    const found = (await isHeld(warehouse, shape, request)) ? await openFlat(warehouse, shape, seen) : undefined;
    const lacking = missingColumns(shape, found ?? seen, request.columnMapping);
    if (found && lacking.length === 0) return { shape, found };
    misfits.push(misfitText(shape, lacking));
  }
  return { seen, misfits };
}

/**
 * Shapes whose separator is guessed, to be read from below the lines that stand above the header, such as `# Source: …` or an empty
 * one; none where there are no such lines. DuckDB finds them where it need not pad short rows, and may take a row for the header
 * then: the columns must be there.
 */
async function belowPreface(
  warehouse: Warehouse,
  shapes: readonly Shape[],
  { path }: OpenRequest,
): Promise<OpenedShape[]> {
  const guessed = shapes.filter((shape) => measuresRows(shape) && !shape.delimiter);
  if (guessed.length === 0) return [];
  try {
    const [sniffed] = await warehouse.query(`SELECT SkipRows AS lines FROM sniff_csv(${literal(path)}, ${TEXT_CELLS})`);
    const lines_above = Number(sniffed?.['lines']);
    return lines_above > 0 ? guessed.map((shape) => ({ ...shape, lines_above })) : [];
  } catch {
    return [];
  }
}

function misfitText({ id }: Shape, lacking: readonly string[]): string {
  return lacking.length > 0 ? `${id} (lacks ${lacking.slice(0, 5).join(', ')})` : `${id} (nests its columns otherwise)`;
}

const FORMATS_BY_ENDING: readonly { readonly ending: RegExp; readonly formats: readonly Format[] }[] = [
  { ending: /\.parquet$/, formats: ['parquet'] },
  { ending: /\.[ct]sv(\.gz)?$/, formats: ['csv'] },
  { ending: /\.(json|jsonl|ndjson|prom)(\.gz)?$/, formats: ['text', 'lines'] },
];

/** The shapes that a file of this ending can have, in the source's order; of an unknown ending, all that are text. */
function byEnding(path: string, shapes: readonly Shape[]): Shape[] {
  const formats = FORMATS_BY_ENDING.find(({ ending }) => ending.test(path))?.formats ?? ['csv', 'text', 'lines'];
  const fitting = shapes.filter(({ format }) => formats.includes(format));
  return fitting.length > 0
    ? fitting
    : shapes.filter(({ format }) => (format === 'parquet') === path.endsWith('.parquet'));
}

/** What DuckDB calls the one column of a text without a header. */
const UNNAMED = 'column0';

function misfit(source: Source, seen: readonly FoundColumn[], misfits: readonly string[]): RejectedPayload {
  const columns = seen.map(({ name }) => name).filter((name) => name !== 'file_row');
  const oddity = oddityOf(columns);
  if (oddity) return new RejectedPayload(oddity);
  const headers = `columns ${columns.slice(0, 8).join(', ')}${columns.length > 8 ? ', …' : ''}`;
  return new RejectedPayload({
    found: refusalOf(source, seen) ?? (columns.join() === UNNAMED ? 'no header' : headers),
    expected: `${source.card.title}: ${misfits.join('; ') || `a file of ${[...new Set(source.shapes.map(({ format }) => format))].join(' or ')}`}`,
  });
}

/** A header that no column can be found in because of how the whole file is written. */
function oddityOf([first = '']: readonly string[]): { found: string; expected: string } | undefined {
  if (first.includes('\0')) return { found: 'text with NUL characters, as UTF-16 has', expected: UTF_8 };
  const separator = [';', '\t', '|'].find((each) => first.includes(each));
  return separator
    ? {
        found: `cells that ${separator === '\t' ? 'a tab' : separator} separates`,
        expected: 'a comma between cells, and a point before decimals',
      }
    : undefined;
}

/** What to say of a file that is known and yet cannot be read; undefined where there is nothing to say. */
function refusalOf(source: Source, seen: readonly FoundColumn[]): string | undefined {
  return source.refuses?.find(({ header }) => seen.some(({ name }) => header.test(name)))?.because;
}

async function openRaw(warehouse: Warehouse, shape: OpenedShape, { path }: OpenRequest): Promise<FoundColumn[]> {
  try {
    await warehouse.run(`CREATE OR REPLACE TEMP VIEW raw AS ${reader(shape, path)}`);
    await warehouse.run('CREATE OR REPLACE TEMP VIEW opened AS SELECT * FROM raw');
    return await columnsOfOpened(warehouse, shape);
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** Whether the file's first line says that it has this shape; where the shape does not ask, it may have it. */
async function isHeld(warehouse: Warehouse, { holds }: Shape, { path }: OpenRequest): Promise<boolean> {
  if (!holds) return true;
  try {
    const [first] = await warehouse.query(`SELECT (${holds}) AS is_held FROM raw WHERE trim(line) <> '' LIMIT 1`);
    return first?.['is_held'] === true;
  } catch (error) {
    throw unreadable(error, path);
  }
}

/** The columns after the shape's own SELECT, if any; undefined where it names columns that the file does not have. */
async function openFlat(
  warehouse: Warehouse,
  shape: Shape,
  seen: readonly FoundColumn[],
): Promise<readonly FoundColumn[] | undefined> {
  if (!shape.open) return seen;
  try {
    await warehouse.run(`CREATE OR REPLACE TEMP VIEW opened AS ${shape.open}`);
  } catch {
    return undefined;
  }
  return columnsOfOpened(warehouse, shape);
}

async function columnsOfOpened(warehouse: Warehouse, { format, charges }: Shape): Promise<FoundColumn[]> {
  const columns = await warehouse.query('DESCRIBE opened');
  return columns.map((column) => ({
    name: String(column['column_name']),
    type: String(column['column_type']),
    isText: format === 'csv',
    mayBeEmpty: format === 'parquet' && charges === undefined,
  }));
}

const UTF_8 = 'text in UTF-8 (a spreadsheet saves it as “CSV UTF-8”)';
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

/** What no cell holds: an empty cell is then an empty text, and NULL alone what a short row lacks. */
const NO_CELL = literal('\u0001');

/** What no line holds: cells must be separated by something. (In DuckDB `\x01` is those four letters, which a name may hold.) */
const NO_SEPARATOR = literal('\u0001\u0002\u0003\u0004');

/** Every cell is text, below a header. */
const TEXT_CELLS = `all_varchar = true, header = true, quote = '"', escape = '"', ${LONG_LINES}`;

function reader(shape: OpenedShape, path: string): string {
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

function missingColumns(shape: Shape, found: readonly FoundColumn[], mapping: OpenRequest['columnMapping']): string[] {
  return shape.columns.filter((column) => column.required && !columnIn(found, column, mapping)).map(({ name }) => name);
}

/** Two columns of one header: DuckDB numbers the second, and which of them is meant nobody can tell. */
function refuseTwins({ shape, found }: Fitting, mapping: OpenRequest['columnMapping']): void {
  const names = new Set(found.map(({ name }) => name.toLowerCase()));
  for (const column of shape.columns) {
    const match = columnIn(found, column, mapping);
    if (match?.isText && names.has(`${match.name.toLowerCase()}_1`))
      throw new RejectedPayload({ found: 'two columns of that name', expected: 'one', column: match.name });
  }
}

function columnIn(found: readonly FoundColumn[], column: ContractColumn, mapping: OpenRequest['columnMapping']) {
  const names = [mapping?.[column.name], column.name, ...(column.aliases ?? [])].filter((name) => name !== undefined);
  for (const name of names) {
    const match = found.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (match) return match;
  }
  return undefined;
}

/**
 * Makes `checked`. Flat files are read anew by every statement, column by column; what a shape's own SELECT takes out of
 * nested text is dear to parse and small, so it is kept.
 */
async function check(
  warehouse: Warehouse,
  { shape, found }: Fitting,
  { path, columnMapping }: OpenRequest,
): Promise<void> {
  const rows = checkedRows(shape, found, columnMapping);
  if (!shape.open || shape.format === 'parquet') return warehouse.run(`CREATE OR REPLACE TEMP VIEW checked AS ${rows}`);
  try {
    await warehouse.run(`CREATE OR REPLACE TEMP TABLE parsed AS ${rows}`);
  } catch (error) {
    throw unreadable(error, path);
  }
  return warehouse.run('CREATE OR REPLACE TEMP VIEW checked AS SELECT * FROM parsed');
}

/** The rows of `checked`: contract columns in contract types, `event_time`, and `defect`, NULL for a row that passes. */
function checkedRows(shape: Shape, found: readonly FoundColumn[], mapping: OpenRequest['columnMapping']): string {
  const bound = shape.columns.map((column) => ({ column, match: columnIn(found, column, mapping) }));
  const selected = [
    ...bound.map(({ column, match }) => `${contractValue(column, match)} AS ${identifier(column.name)}`),
    ...(shape.tag_columns ? [`${tagsOf(shape.tag_columns, found)} AS tags`] : []),
  ];
  const read = bound.flatMap(({ column, match }) => (match ? [{ column, match }] : []));
  const [amounts, others] = [read.filter(isAmount), read.filter((each) => !isAmount(each))];
  const defects = [...defectsOfLength(shape, found), ...others.flatMap(defectsOf), ...defectsOfAmounts(amounts)];
  const hasRow = found.some(({ name }) => name === 'file_row');
  return `SELECT *, (${shape.event_time})::TIMESTAMP AS event_time
    FROM (SELECT ${hasRow ? 'file_row' : 'row_number() OVER ()'} AS file_row, ${selected.join(', ')},
                 ${defects.length > 0 ? `CASE ${defects.join(' ')} END` : 'NULL::VARCHAR'} AS defect
          FROM opened)`;
}

function contractValue(column: ContractColumn, match: FoundColumn | undefined): string {
  if (!match) return `NULL::${column.type}`;
  if (match.type !== column.type) return `TRY_CAST(${instantIn(match, column)} AS ${column.type})`;
  if (match.isText) return cleaned(match);
  return match.type === 'VARCHAR' && match.mayBeEmpty
    ? `nullif(${identifier(match.name)}, '')`
    : identifier(match.name);
}

/** A cell on its way to the contract's type: a time written with an offset from UTC is read with it, not without. */
function instantIn(match: FoundColumn, { type }: ContractColumn): string {
  return match.type === 'VARCHAR' && type === 'TIMESTAMP'
    ? `TRY_CAST(${cleaned(match)} AS TIMESTAMPTZ)`
    : cleaned(match);
}

/** One column a tag, as older exports have it, as the map that newer ones write; empty cells are no tags. */
function tagsOf(pattern: RegExp, found: readonly FoundColumn[]): string {
  const entries = found.flatMap(({ name }) => {
    const key = pattern.exec(name)?.[1];
    return key ? [`{'k': ${literal(key)}, 'v': nullif(${identifier(name)}::VARCHAR, '')}`] : [];
  });
  if (entries.length === 0) return 'NULL::MAP(VARCHAR, VARCHAR)';
  return `map_from_entries(list_filter([${entries.join(', ')}], lambda entry: entry.v IS NOT NULL))`;
}

/** A text cell without blanks around it; empty text and the word NULL mean that nothing is there. */
function cleaned({ name, type }: FoundColumn): string {
  if (type !== 'VARCHAR') return identifier(name);
  const text = `trim(${identifier(name)})`;
  return `CASE WHEN ${text} IN ('', 'NULL', 'null') THEN NULL ELSE ${text} END`;
}

/** A column of the contract and the column of the file that it is read from. */
interface BoundColumn {
  readonly column: ContractColumn;
  readonly match: FoundColumn;
}

/** A number in its own type of which nothing is asked but a magnitude. */
function isAmount({ column: { type, check }, match }: BoundColumn): boolean {
  return type === 'DOUBLE' && match.type === type && check !== undefined && 'below' in check;
}

/**
 * Amounts are looked at all together first, and one by one in the rows where one is too large, infinite or no number: a bill
 * has a dozen of them, and a million rows in which all is well.
 */
function defectsOfAmounts(amounts: readonly BoundColumn[]): string[] {
  if (amounts.length === 0) return [];
  const largest = `greatest(${amounts.map(({ match }) => `abs(${identifier(match.name)})`).join(', ')})`;
  const limits = amounts.flatMap(({ column: { check } }) => (check && 'below' in check ? [check.below] : []));
  return [`WHEN (${largest} < ${Math.min(...limits)}) IS FALSE THEN CASE ${amounts.flatMap(defectsOf).join(' ')} END`];
}

/** Of a file that the shape's own SELECT opens, the rows are no longer those of the file: DuckDB refuses it whole instead. */
function measuresRows({ format, open }: Shape): boolean {
  return format === 'csv' && !open;
}

/** What DuckDB calls a column that the header does not name: the number of its place. */
const NAMELESS = /^column\d+$/;

/**
 * Rows of a CSV that are longer or shorter than its header: a cell that was cut in two by a comma of its own has moved all that
 * follow it, and a line that was cut off lacks what stood behind. Columns that the header leaves without a name may be absent.
 */
function defectsOfLength(shape: Shape, found: readonly FoundColumn[]): string[] {
  if (!measuresRows(shape)) return [];
  const cells = found.filter(({ name }) => name !== 'file_row');
  const last = cells.findLastIndex(({ name }) => !NAMELESS.test(name));
  const ending = cells[last];
  if (!ending) return [];
  const words = (seen: string) =>
    literal(
      [ending.name, seen, `${last + 1} cells in the row, as in the header (a comma within a cell needs quotes)`].join(
        FIELD_SEPARATOR,
      ),
    );
  const beyond = cells.slice(last + 1).map(({ name }) => `coalesce(trim(${identifier(name)}), '') <> ''`);
  return [
    ...(beyond.length > 0 ? [`WHEN ${beyond.join(' OR ')} THEN ${words('cells behind it')}`] : []),
    ...(shape.ends_early ? [] : [`WHEN ${identifier(ending.name)} IS NULL THEN ${words('no cell for it')}`]),
  ];
}

function defectsOf({ column, match }: BoundColumn): string[] {
  const words = (expected: string) =>
    `concat_ws('${FIELD_SEPARATOR}', ${literal(match.name)}, coalesce(nullif(left(${identifier(match.name)}::VARCHAR, 80), ''), 'nothing'), ${literal(expected)})`;
  const value = contractValue(column, match);
  const wrongType =
    match.type === column.type
      ? []
      : [`WHEN ${cleaned(match)} IS NOT NULL AND ${value} IS NULL THEN ${words(wordsOf(column.type))}`];
  const finite = column.type === 'DOUBLE' ? [`WHEN NOT isfinite(${value}) THEN ${words('a finite number')}`] : [];
  const check = column.check
    ? [`WHEN (${truthOf(column.check, value)}) IS FALSE THEN ${words(column.check.expected)}${settingOf(column.check)}`]
    : [];
  return [...wrongType, ...finite, ...check];
}

const INSTANT = 'an instant such as 2026-06-01T00:00:00Z';
const NUMBER = 'a number such as 1234.5, without separators of thousands';

/** What a cell of a type looks like, for a reader who knows no DuckDB. */
function wordsOf(type: string): string {
  if (type.startsWith('TIMESTAMP')) return `${INSTANT} (${type})`;
  return /^(DOUBLE|DECIMAL)/.test(type) ? `${NUMBER} (${type})` : `a value of type ${type}`;
}

/** What the settings say, behind the words that name the setting. */
function settingOf(check: ValueCheck): string {
  return 'setting' in check && check.setting
    ? ` || coalesce(' (' || getvariable(${literal(check.setting)}) || ')', '')`
    : '';
}

function truthOf(check: ValueCheck, value: string): string {
  return 'below' in check ? `abs(${value}) < ${check.below}` : check.sql.replaceAll(/\bvalue\b/g, `(${value})`);
}

/** A row that counts: it passes the contract and belongs to the month. */
export function passes({ from, to }: Period): string {
  return `defect IS NULL AND event_time >= ${timestamp(from)} AND event_time < ${timestamp(to)}`;
}

function timestamp(instant: string): string {
  return `TIMESTAMP ${literal(instant.replace('T', ' ').replace('Z', ''))}`;
}
