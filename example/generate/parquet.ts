import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';

import { placeFor } from './folder.ts';

export type ParquetType = 'VARCHAR' | 'DOUBLE' | 'TIMESTAMP' | 'MAP(VARCHAR, VARCHAR)' | 'MAP(VARCHAR, DOUBLE)';
export type Columns = Readonly<Record<string, ParquetType>>;
type ParquetCell = string | number | null | Readonly<Record<string, string | number>>;
export type ParquetRow = Readonly<Record<string, ParquetCell>>;

/**
 * Writes rows as one Parquet file, snappy, in the order given; a column that a row leaves out is NULL.
 *
 * One thread: the same rows give the same bytes.
 */
export async function writeParquet(
  place: { folder: string; path: string },
  columns: Columns,
  rows: readonly ParquetRow[],
) {
  const target = await placeFor(place.folder, place.path);
  const workFolder = await mkdtemp(join(tmpdir(), 'joulebook-example-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const lines = join(workFolder, 'rows.jsonl');
    await writeFile(lines, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const types = Object.entries(columns).map(([name, type]) => `'${name}': '${type}'`);
    await connection.run(
      `COPY (SELECT * FROM read_json('${lines}', format = 'newline_delimited', columns = {${types.join(', ')}}))
       TO '${target}' (FORMAT parquet, COMPRESSION snappy)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(workFolder, { recursive: true });
  }
}
