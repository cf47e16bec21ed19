import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import macros from '../facts/macros.sql' with { type: 'text' };
import { type Cell, identifier, literal, type Row, statementsOf, type Warehouse } from '../landing/warehouse.ts';
import { makeFolder, removeFolder } from './process-folder.ts';

/**
 * A DuckDB of its own in memory, with the project's macros loaded.
 *
 * One thread: the order of rows in a Parquet file then depends on the rows alone. Work is spread over files and days,
 * each with a warehouse of its own, never over threads.
 */
export class DuckDbWarehouse implements Warehouse {
  readonly #connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;
  readonly #folder: string;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, folder: string) {
    this.#instance = instance;
    this.#connection = connection;
    this.#folder = folder;
  }

  static async open(memoryLimit = '1GB'): Promise<DuckDbWarehouse> {
    const folder = makeFolder('warehouse-');
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: memoryLimit,
      temp_directory: join(folder, 'spill'),
      autoinstall_known_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    // One file is asked several times for its columns and rows; its footer is parsed once.
    await connection.run('SET parquet_metadata_cache = true');
    for (const statement of statementsOf(macros)) await connection.run(statement);
    return new DuckDbWarehouse(instance, connection, folder);
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  async query(sql: string, parameters: Readonly<Record<string, Cell>> = {}): Promise<Row[]> {
    const result = await this.#connection.runAndReadAll(sql, { ...parameters });
    return result.getRowObjectsJson() as Row[];
  }

  async loadCsv(table: string, text: string): Promise<void> {
    const path = join(this.#folder, `${randomUUID()}.csv`);
    const columns = headerOf(text);
    await writeFile(path, text);
    const types = columns.map(({ name, type }) => `${literal(name)}: ${literal(type)}`).join(', ');
    await this.run(
      `CREATE OR REPLACE TEMP TABLE ${identifier(table)} AS SELECT * FROM read_csv(${literal(path)}, header = true,
         delim = ',', quote = '"', escape = '"', nullstr = '', columns = {${types}}, auto_detect = false)`,
    );
    await rm(path);
  }

  async close(): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    await removeFolder(this.#folder);
  }
}

/** The columns of a header whose cells read `name:TYPE`. A type may hold a comma in parentheses: `DECIMAL(28,6)`. */
function headerOf(text: string): { name: string; type: string }[] {
  const header = text.slice(0, text.search(/\r?\n|$/));
  return [...header.matchAll(/"?([a-z_0-9]+):([A-Z]+(?:\([A-Z0-9, ]+\))?)"?(?:,|$)/g)].map(([, name, type]) => ({
    name: String(name),
    type: String(type),
  }));
}
