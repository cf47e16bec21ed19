import type { Shape } from '../sources/source.ts';
import type { Period } from '../units/period.ts';
import { checkedRows } from './checked-rows.ts';
import { type Fitting, openFitting } from './fitting-shape.ts';
import type { OpenRequest } from './open-request.ts';
import { unreadable } from './raw-file.ts';
import { identifier, literal, type Warehouse } from './warehouse.ts';

/**
 * Opens a file against its source's contract and leaves the view `landed` behind: the rows of the month that pass, in
 * contract columns and types. Throws `RejectedPayload` when no shape fits or the bytes cannot be read.
 */
export async function openLanded(warehouse: Warehouse, request: OpenRequest): Promise<Shape> {
  await setVariables(warehouse, request);
  const fitting = await openFitting(warehouse, request);
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

/**
 * Makes `checked`. Flat files are read anew by every statement, column by column; what a shape's own SELECT takes out of
 * nested text is dear to parse and small, so it is kept.
 */
async function check(warehouse: Warehouse, fitting: Fitting, { path, columnMapping }: OpenRequest): Promise<void> {
  const { shape } = fitting;
  const rows = checkedRows(fitting, columnMapping);
  if (!shape.open || shape.format === 'parquet') return warehouse.run(`CREATE OR REPLACE TEMP VIEW checked AS ${rows}`);
  try {
    await warehouse.run(`CREATE OR REPLACE TEMP TABLE parsed AS ${rows}`);
  } catch (error) {
    throw unreadable(error, path);
  }
  return warehouse.run('CREATE OR REPLACE TEMP VIEW checked AS SELECT * FROM parsed');
}

/** A row that counts: it passes the contract and belongs to the month. */
export function passes({ from, to }: Period): string {
  return `defect IS NULL AND event_time >= ${timestamp(from)} AND event_time < ${timestamp(to)}`;
}

function timestamp(instant: string): string {
  return `TIMESTAMP ${literal(instant.replace('T', ' ').replace('Z', ''))}`;
}
