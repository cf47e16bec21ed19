import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import macros from '../facts/macros.sql' with { type: 'text' };
import { type Cell, identifier, literal, type Row, statementsOf, type Warehouse } from '../landing/warehouse.ts';
import { makeFolder, makeFolderAgain, removeFolder } from './process-folder.ts';

/** A DuckDB in memory, and the folder that it spills to, which is there while a warehouse is open. */
interface Engine {
  readonly instance: DuckDBInstance;
  readonly folder: string;
  readonly memoryLimit: string;
}

/**
 * Engines between two warehouses. One that is closed gives all its memory back, and the next would fetch as much anew, page by page: a twentieth
 * of the time that a large month takes (docs/measurements.md). What a warehouse made is gone with its connection, its files with the folder. Footers of Parquet files
 * stay, until memory runs short: one that is written anew in place, as long as it was and within the same second, is read by its old one.
 */
const idle: Engine[] = [];

/**
 * A DuckDB of its own in memory, with the project's macros loaded.
 *
 * One thread: the order of rows in a Parquet file then depends on the rows alone. Work is spread over files and days,
 * each with a warehouse of its own, never over threads.
 */
export class DuckDbWarehouse implements Warehouse {
  readonly #connection: DuckDBConnection;
  readonly #engine: Engine;
  /** A statement failed: whatever it left behind, nobody has it after us. */
  #hasFailed = false;
  #isClosed = false;

  private constructor(engine: Engine, connection: DuckDBConnection) {
    this.#engine = engine;
    this.#connection = connection;
  }

  static async open(memoryLimit = '1GB'): Promise<DuckDbWarehouse> {
    const engine = takeIdle(memoryLimit) ?? (await startEngine(memoryLimit));
    const warehouse = new DuckDbWarehouse(engine, await engine.instance.connect());
    // Whatever is not TEMP lies here, and goes when the warehouse is closed.
    await warehouse.run("ATTACH ':memory:' AS warehouse");
    await warehouse.run('USE warehouse');
    await warehouse.run("SET TimeZone = 'UTC'");
    // One file is asked several times for its columns and rows; its footer is parsed once.
    await warehouse.run('SET parquet_metadata_cache = true');
    for (const statement of statementsOf(macros)) await warehouse.run(statement);
    return warehouse;
  }

  async run(sql: string): Promise<void> {
    await this.#watched(this.#connection.run(sql));
  }

  async query(sql: string, parameters: Readonly<Record<string, Cell>> = {}): Promise<Row[]> {
    const result = await this.#watched(this.#connection.runAndReadAll(sql, { ...parameters }));
    return result.getRowObjectsJson() as Row[];
  }

  async loadCsv(table: string, text: string): Promise<void> {
    const path = join(this.#engine.folder, `${randomUUID()}.csv`);
    const columns = headerOf(text);
    await writeFile(path, text);
    const types = columns.map(({ name, type }) => `${literal(name)}: ${literal(type)}`).join(', ');
    await this.run(
      `CREATE OR REPLACE TEMP TABLE ${identifier(table)} AS SELECT * FROM read_csv(${literal(path)}, header = true,
         delim = ',', quote = '"', escape = '"', nullstr = '', columns = {${types}}, auto_detect = false)`,
    );
    await rm(path);
  }

  /** Harmless when called again: the engine may be another warehouse's by then. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#leave().catch(() => undefined);
    this.#connection.closeSync();
    if (this.#hasFailed) this.#engine.instance.closeSync();
    await removeFolder(this.#engine.folder);
    if (!this.#hasFailed) idle.push(this.#engine);
  }

  async #leave(): Promise<void> {
    await this.run('USE memory');
    await this.run('DETACH warehouse');
  }

  async #watched<Answer>(statement: Promise<Answer>): Promise<Answer> {
    try {
      return await statement;
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }
}

function takeIdle(memoryLimit: string): Engine | undefined {
  const index = idle.findIndex((engine) => engine.memoryLimit === memoryLimit);
  const [engine] = index === -1 ? [] : idle.splice(index, 1);
  if (engine) makeFolderAgain(engine.folder);
  return engine;
}

/**
 * What DuckDB's allocator is told, which it reads once, when it is loaded. By itself jemalloc takes nothing out of a free range that is more than
 * 64 times as long as what is asked for. Blocks of dropped tables grow together to such ranges, so that the next table would lie on fresh pages and
 * the process come to twice the memory. All threads share one arena, since a statement runs on any of them; free pages wait for ten seconds, not one.
 */
const ALLOCATOR = 'lg_extent_max_active_fit:20,narenas:1,dirty_decay_ms:10000,muzzy_decay_ms:10000';

async function loadDriver(): Promise<typeof import('@duckdb/node-api')> {
  // biome-ignore lint/style/noProcessEnv: a library that is loaded into this process reads it there, and nowhere else
  process.env['DUCKDB_JE_MALLOC_CONF'] ??= ALLOCATOR;
  return import('@duckdb/node-api');
}

async function startEngine(memoryLimit: string): Promise<Engine> {
  const { DuckDBInstance } = await loadDriver();
  const folder = makeFolder('warehouse-');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: memoryLimit,
    temp_directory: folder,
    autoinstall_known_extensions: 'false',
    // No bytes of a file are kept from one warehouse to the next.
    enable_external_file_cache: 'false',
  });
  return { instance, folder, memoryLimit };
}

/** The columns of a header whose cells read `name:TYPE`. A type may hold a comma in parentheses: `DECIMAL(28,6)`. */
function headerOf(text: string): { name: string; type: string }[] {
  const header = text.slice(0, text.search(/\r?\n|$/));
  return [...header.matchAll(/"?([a-z_0-9]+):([A-Z]+(?:\([A-Z0-9, ]+\))?)"?(?:,|$)/g)].map(([, name, type]) => ({
    name: String(name),
    type: String(type),
  }));
}
