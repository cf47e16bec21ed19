import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DuckDbWarehouse } from '../../lib/adapters/duckdb-warehouse.ts';
import { type Checked, checkRows } from '../../lib/landing/check-rows.ts';
import { openLanded } from '../../lib/landing/contract.ts';
import type { SourceOptions } from '../../lib/landing/open-request.ts';
import type { Row } from '../../lib/landing/warehouse.ts';
import type { FactTable, Source } from '../../lib/sources/source.ts';
import { parsePeriod } from '../../lib/units/period.ts';

export interface Reading {
  readonly source: Source;
  readonly path: string;
  readonly month: string;
  readonly options?: SourceOptions;
  readonly columns?: Readonly<Record<string, string>>;
}

/** One file read through its source as the pipeline would: what the check found, and queries over the facts. */
export interface Opened {
  readonly checked: Checked;
  /** Rows of one fact table, read by a query FROM facts. */
  facts(table: FactTable, query?: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** Opens and checks a file in a warehouse of its own. Throws `RejectedPayload` where the file is refused. */
export async function openSource({ source, path, month, options = {}, columns }: Reading): Promise<Opened> {
  const warehouse = await DuckDbWarehouse.open();
  try {
    const request = { source, path, period: parsePeriod(month), options, ...(columns && { columnMapping: columns }) };
    const shape = await openLanded(warehouse, request);
    const checked = await checkRows(warehouse, shape, { period: request.period, origin: 'input' });
    return {
      checked,
      facts: (table, query = 'SELECT * FROM facts') =>
        warehouse.query(`WITH facts AS (${shape.facts[table]}) ${query}`),
      close: () => warehouse.close(),
    };
  } catch (error) {
    await warehouse.close();
    throw error;
  }
}

/** What is wrong with a file, as the source says it; undefined where it is taken. */
export async function refusalOf(reading: Reading): Promise<string | undefined> {
  try {
    await (await openSource(reading)).close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Hands `use` the path of a file with this text, which lies there until `use` is done. */
export async function withFile<Result>(
  name: string,
  text: string,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'joulebook-source-'));
  try {
    await writeFile(join(folder, name), text);
    return await use(join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}
