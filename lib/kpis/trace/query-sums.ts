import { literal, type Row, type Warehouse } from '../../landing/warehouse.ts';
import { COUNTED, type TraceSum } from './catalogue.ts';
import macros from './macros.sql' with { type: 'text' };

/** The one dimension and value that a figure is cut by; a null value: nobody said. Undefined for a total. */
export type TracedCut = { readonly dimension: string; readonly value: string | null } | undefined;

/** A sum with its parts: columns to read by, then `quantity`, exact decimal text in the query's unit. */
export interface SumParts {
  readonly sum: TraceSum;
  readonly parts: readonly Row[];
}

/** Makes a month traceable, after `openLedger`: macros and the view of what was counted. */
export async function openTrace(cut: TracedCut, warehouse: Warehouse): Promise<void> {
  await warehouse.run(macros);
  await warehouse.run(COUNTED);
  await setText('traced_dimension', cut?.dimension ?? null, warehouse);
  await setText('traced_value', cut?.value ?? null, warehouse);
}

/** The parts of one sum of the traced figure. */
export async function querySum(sum: TraceSum, warehouse: Warehouse): Promise<SumParts> {
  await setText('traced_measure', sum.measure ?? null, warehouse);
  if (sum.lines) {
    await warehouse.run(
      `CREATE OR REPLACE TEMP VIEW traced AS SELECT * FROM (${sum.lines}) WHERE ${sum.only ?? 'true'}`,
    );
  }
  return { sum, parts: await warehouse.query(sum.sql) };
}

function setText(name: string, text: string | null, warehouse: Warehouse): Promise<void> {
  return warehouse.run(`SET VARIABLE ${name} = ${text === null ? 'NULL::VARCHAR' : literal(text)}`);
}
