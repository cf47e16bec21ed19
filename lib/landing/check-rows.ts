import type { Shape } from '../sources/source.ts';
import type { Period } from '../units/period.ts';
import { FIELD_SEPARATOR } from './checked-rows.ts';
import { passes } from './contract.ts';
import { RejectedPayload } from './origin.ts';
import type { ContractResult, Rejection } from './receipt.ts';
import { identifier, type Row, type Warehouse } from './warehouse.ts';

const REJECTIONS_LISTED = 100;

/** Which file is checked, and for which month. */
export interface CheckRequest {
  readonly period: Period;
  /** The file's name, for the rejections. */
  readonly origin: string;
}

/** What the check of one file found: the result for the receipt, and the rows that fail, the first hundred by name. */
export interface Checked {
  readonly contract: ContractResult;
  readonly rows_in_month: number;
  readonly provider_version: string | null;
  readonly rejections: readonly Rejection[];
}

/** Checks every row of an opened file (after `openLanded`). Throws `RejectedPayload` when not one row passes. */
export async function checkRows(
  warehouse: Warehouse,
  shape: Shape,
  { period, origin }: CheckRequest,
): Promise<Checked> {
  const [counts] = await warehouse.query(`
    SELECT count(*)::VARCHAR AS rows, count(defect)::VARCHAR AS rows_rejected,
           strftime(min(event_time), '%Y-%m-%dT%H:%M:%SZ') AS first_event,
           strftime(max(event_time), '%Y-%m-%dT%H:%M:%SZ') AS last_event,
           ${shape.event_end ? `strftime(max(${shape.event_end}), '%Y-%m-%dT%H:%M:%SZ')` : 'NULL'} AS last_end,
           count(*) FILTER (WHERE is_of_month)::VARCHAR AS rows_in_month,
           ${marksRows(shape) ? `bit_xor(hash(${amountsOf(shape).join(', ')}))::VARCHAR` : 'NULL'} AS rows_mark,
           ${totalsOf(shape)}
           ${shape.provider_version ? `max((${shape.provider_version})::VARCHAR) FILTER (WHERE defect IS NULL)` : 'NULL'} AS provider_version
    FROM (SELECT *, ${passes(period)} AS is_of_month FROM checked)`);
  const rejected = Number(counts?.['rows_rejected']);
  const rejections = rejected > 0 ? await listRejections(warehouse, origin) : [];
  if (rejected > 0 && rejected === Number(counts?.['rows'])) throw wholeFile(rejections[0]);
  return {
    contract: {
      shape: shape.id,
      rows: Number(counts?.['rows']),
      rows_rejected: rejected,
      first_event: textOrNull(counts?.['first_event']),
      last_event: textOrNull(counts?.['last_event']),
      ...(shape.event_end && { last_end: textOrNull(counts?.['last_end']) }),
      ...(shape.totals && { totals: readTotals(shape.totals, counts) }),
      ...(marksRows(shape) && { rows_mark: String(counts?.['rows_mark']) }),
    },
    rows_in_month: Number(counts?.['rows_in_month']),
    provider_version: textOrNull(counts?.['provider_version']),
    rejections,
  };
}

function totalsOf({ totals }: Shape): string {
  const columns = Object.entries(totals ?? {}).map(
    ([name, { sum, where }]) => `sum(${sum}) FILTER (WHERE is_of_month AND ${where}) AS ${identifier(name)},`,
  );
  return columns.join(' ');
}

function readTotals(totals: Required<Shape>['totals'], row: Row | undefined): Record<string, number | null> {
  const cells = Object.keys(totals).map((name) => [name, row?.[name] ?? null] as const);
  return Object.fromEntries(cells.map(([name, cell]) => [name, cell === null ? null : Number(cell)]));
}

/** Bills are marked: the same bill comes in other bytes where someone packs it again. */
function marksRows(shape: Shape): boolean {
  return shape.facts.fct_cost !== undefined && amountsOf(shape).length > 0;
}

function amountsOf({ columns }: Shape): string[] {
  return columns.filter(({ type, required }) => type === 'DOUBLE' && required).map(({ name }) => identifier(name));
}

/**
 * A print of the rows of an opened file (after `openLanded`) that are of the month: the same for the same rows in any order. It covers
 * what the contract reads: columns beyond it, and the number of a row in its file, are left out.
 */
export async function printRows(warehouse: Warehouse): Promise<string> {
  const described = await warehouse.query('DESCRIBE landed');
  const columns = described.map((column) => String(column['column_name'])).filter((name) => name !== 'file_row');
  const row = columns.sort().map(identifier).join(', ');
  const [print] = await warehouse.query(
    `SELECT concat_ws(' ', count(*), sum(hash(${row})), bit_xor(hash(${row}))) AS print FROM landed`,
  );
  return String(print?.['print']);
}

/** Not one row can be used: the file is refused in the words of its first row. */
function wholeFile(first: Rejection | undefined): RejectedPayload {
  return new RejectedPayload({
    found: `${first?.found} in row ${first?.row} and no row that passes`,
    expected: first?.expected ?? 'a row',
    ...(first?.column && { column: first.column }),
  });
}

async function listRejections(warehouse: Warehouse, origin: string): Promise<Rejection[]> {
  const rows = await warehouse.query(
    `SELECT checked.file_row::VARCHAR AS file_row, defect FROM checked WHERE defect IS NOT NULL ORDER BY checked.file_row LIMIT ${REJECTIONS_LISTED}`,
  );
  return rows.map((row) => {
    const [column, found, expected] = String(row['defect']).split(FIELD_SEPARATOR);
    return {
      file: origin,
      row: Number(row['file_row']),
      column: column ?? '',
      found: found ?? '',
      expected: expected ?? '',
    };
  });
}

function textOrNull(cell: Row[string] | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}
