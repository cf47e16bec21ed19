import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const SPILLING = '100MB';
const LARGE_TABLE = 'CREATE TEMP TABLE large AS SELECT hash(range) AS a, hash(range + 1) AS b FROM range(10_000_000)';

describe('one warehouse after another', () => {
  test('has the engine of the one before, and nothing that was made in it', async () => {
    const folder = await withWarehouse(async (warehouse) => {
      await warehouse.run('SET VARIABLE day_start = 1');
      await warehouse.run("CREATE TEMP TYPE share AS ENUM ('idle')");
      await warehouse.run('CREATE TEMP MACRO twice(a) AS 2 * a');
      await warehouse.run('CREATE TEMP TABLE kept AS SELECT 1 AS a');
      await warehouse.run('CREATE TABLE kept_as_well AS SELECT 1 AS a');
      await warehouse.run("SET TimeZone = 'Europe/Berlin'");
      return folderOf(warehouse);
    });
    await withWarehouse(async (warehouse) => {
      expect(await folderOf(warehouse)).toBe(folder);
      expect(await found(warehouse, "getvariable('day_start')")).toBeNull();
      expect(await found(warehouse, '(SELECT count(*)::INTEGER FROM duckdb_tables())')).toBe(0);
      expect(await found(warehouse, "current_setting('TimeZone')")).toBe('UTC');
      await warehouse.run("CREATE TEMP TYPE share AS ENUM ('idle')");
      await expect(warehouse.query('SELECT twice(1)')).rejects.toThrow('twice');
    });
  });

  test('has an engine of its own where a statement failed', async () => {
    const folder = await withWarehouse(async (warehouse) => {
      await warehouse.run("SET disabled_optimizers = 'join_order'");
      await expect(warehouse.run('SELECT 1 FROM nowhere')).rejects.toThrow('nowhere');
      return folderOf(warehouse);
    });
    await withWarehouse(async (warehouse) => {
      expect(await folderOf(warehouse)).not.toBe(folder);
      expect(await found(warehouse, "current_setting('disabled_optimizers')")).toBe('');
    });
  });
});

test('a warehouse that is closed twice lends its engine to one other', async () => {
  const closed = await DuckDbWarehouse.open();
  await Promise.all([closed.close(), closed.close()]);
  const first = await DuckDbWarehouse.open();
  // Engines of other warehouses may wait as well, before and behind that one.
  const others = [await DuckDbWarehouse.open(), await DuckDbWarehouse.open()];
  await closed.close();
  const folders = await Promise.all([first, ...others].map(folderOf));
  expect(new Set(folders).size).toBe(3);
  for (const warehouse of [first, ...others]) {
    expect(await found(warehouse, '1')).toBe(1);
    await warehouse.close();
  }
});

describe('the folder of a warehouse', () => {
  test('is there while the warehouse is open, also where its engine is lent again', async () => {
    const folders = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const warehouse = await DuckDbWarehouse.open(SPILLING);
      const folder = await folderOf(warehouse);
      await warehouse.run(LARGE_TABLE);
      expect(readdirSync(folder).length).toBeGreaterThan(0);
      await warehouse.close();
      expect(existsSync(folder)).toBe(false);
      folders.push(folder);
    }
    expect(new Set(folders).size).toBe(1);
  });

  test('that somebody removed fails the warehouse in which it is missed, and none after it', async () => {
    for (const expected of ['ENOENT', undefined]) {
      const warehouse = await DuckDbWarehouse.open(SPILLING);
      if (expected) rmSync(await folderOf(warehouse), { recursive: true });
      const loaded = warehouse.loadCsv('one', 'a:BIGINT\n1\n').catch(({ message }: Error) => message);
      expect(await loaded).toEqual(expected && expect.stringContaining(expected));
      await warehouse.close();
    }
  });
});

test('a table lies where the one before it lay', () => {
  const script = `
    const { DuckDbWarehouse } = await import('./lib/adapters/duckdb-warehouse.ts');
    const warehouse = await DuckDbWarehouse.open();
    const peaks = [];
    for (let turn = 0; turn < 24; turn += 1) {
      await warehouse.run('CREATE OR REPLACE TEMP TABLE amount AS SELECT range::DECIMAL(28,6) AS a, range::DECIMAL(28,6) AS b FROM range(2_000_000)');
      peaks.push(process.resourceUsage().maxRSS / 1024);
    }
    await warehouse.close();
    console.log(JSON.stringify(peaks));`;
  // A process of its own: the allocator is told once, before it is loaded
  const flags = ['--experimental-import-text', '--no-warnings', '--input-type=module'];
  const child = spawnSync(process.execPath, [...flags, '--eval', script], { encoding: 'utf8' });
  const peaks = JSON.parse(child.stdout || child.stderr) as number[];
  const tableMegabytes = 64;
  expect(Number(peaks.at(-1)) - Number(peaks[1])).toBeLessThan(2 * tableMegabytes);
});

async function folderOf(warehouse: DuckDbWarehouse): Promise<string> {
  return String(await found(warehouse, "current_setting('temp_directory')"));
}

async function found(warehouse: DuckDbWarehouse, expression: string) {
  const [row] = await warehouse.query(`SELECT ${expression} AS found`);
  return row?.['found'];
}
