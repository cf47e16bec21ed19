import type { ContractColumn, Shape, ValueCheck } from '../sources/source.ts';
import { columnIn, type Fitting } from './fitting-shape.ts';
import type { OpenRequest } from './open-request.ts';
import { type FoundColumn, measuresRows } from './raw-file.ts';
import { identifier, literal } from './warehouse.ts';

/** Between the parts of a defect: column, what was found, what was expected. */
export const FIELD_SEPARATOR = '␟';

/** The rows of `checked`: contract columns in contract types, `event_time`, and `defect`, NULL for a row that passes. */
export function checkedRows({ shape, found }: Fitting, mapping: OpenRequest['columnMapping']): string {
  const bound = shape.columns.map((column) => ({ column, match: columnIn(found, column, mapping) }));
  const selected = [
    ...bound.map(({ column, match }) => `${contractValue(column, match)} AS ${identifier(column.name)}`),
    ...(shape.tag_columns ? [`${tagsOf(shape.tag_columns, found)} AS tags`] : []),
  ];
  const read = bound.flatMap(({ column, match }) => (match ? [{ column, match, all: bound }] : []));
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
  /** Those that it may be measured by; of one that the file lacks there is no match. */
  readonly all: readonly { readonly column: ContractColumn; readonly match: FoundColumn | undefined }[];
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

function defectsOf({ column, match, all }: BoundColumn): string[] {
  const words = (expected: string) =>
    `concat_ws('${FIELD_SEPARATOR}', ${literal(match.name)}, coalesce(nullif(left(${identifier(match.name)}::VARCHAR, 80), ''), 'nothing'), ${literal(expected)})`;
  const value = contractValue(column, match);
  const wrongType =
    match.type === column.type
      ? []
      : [`WHEN ${cleaned(match)} IS NOT NULL AND ${value} IS NULL THEN ${words(wordsOf(column.type))}`];
  const finite = column.type === 'DOUBLE' ? [`WHEN NOT isfinite(${value}) THEN ${words('a finite number')}`] : [];
  const check = column.check
    ? [
        `WHEN (${truthOf(column.check, value, all)}) IS FALSE THEN ${words(column.check.expected)}${settingOf(column.check)}`,
      ]
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

function truthOf(check: ValueCheck, value: string, all: BoundColumn['all']): string {
  if ('below' in check) return `abs(${value}) < ${check.below}`;
  if ('sql' in check) return about(value, check.sql);
  const cellOf = (name: string) => {
    const bound = all.find(({ column }) => column.name === name);
    return bound ? contractValue(bound.column, bound.match) : 'NULL';
  };
  const { where, not_before } = check;
  return `CASE WHEN ${about(cellOf(where.column), where.sql)} THEN ${value} >= ${cellOf(not_before)} END`;
}

function about(value: string, sql: string): string {
  return sql.replaceAll(/\bvalue\b/g, `(${value})`);
}
