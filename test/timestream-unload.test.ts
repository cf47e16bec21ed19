import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { FolderOrigin } from '../lib/adapters/folder-origin.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { NamedOrigin } from '../lib/adapters/named-origin.ts';
import { collect } from '../lib/landing/collect.ts';
import { currentReceipts, readReceipts } from '../lib/landing/receipts.ts';
import { timestreamTelemetry } from '../lib/sources/timestream-telemetry/source.ts';
import { monthStatement } from '../lib/sources/timestream-telemetry/unload.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tempFolder } from './support/temp-folder.ts';

const period = parsePeriod('2026-06');
const root = tempFolder();
const TARGET = { database: 'ai', table: 'joules', to: 's3://bucket/timestream' };

test('the statement asks for a month, into a folder of the moment', () => {
  expect(monthStatement(TARGET, period, '2026-07-22T06:00:00Z')).toBe(
    `UNLOAD (SELECT * FROM "ai"."joules" WHERE measure_name IN ('joulebook_energy', 'joulebook_workload_energy', 'joulebook_activity', 'joulebook_activity_bucket') ` +
      `AND time > from_iso8601_timestamp('2026-06-01T00:00:00Z') AND time <= from_iso8601_timestamp('2026-07-01T00:00:00Z')) ` +
      `TO 's3://bucket/timestream/period=2026-06/asked=20260722T060000Z/' WITH (format = 'PARQUET', compression = 'GZIP')`,
  );
});

test.each([
  { ...TARGET, database: 'a"b' },
  { ...TARGET, table: "joules'; DROP" },
  { ...TARGET, to: "s3://bucket/'x" },
])('a name that could be more than a name is refused: %j', (target) => {
  expect(() => monthStatement(target, period, '2026-07-22T06:00:00Z')).toThrow(/expected plain names/);
});

interface Inbox {
  readonly unloaded: string;
  readonly book: LocalBook;
}

function newInbox(): Inbox {
  const folder = mkdtempSync(join(root, 'unload-'));
  return { unloaded: join(folder, 'timestream'), book: new LocalBook(join(folder, 'book')) };
}

/** Files of one run, each an hour of a host, and its manifest in the shape of the developer guide ("UNLOAD Concepts"). */
async function unload({ unloaded }: Inbox, asked: string, names: readonly string[], isWhole = true): Promise<void> {
  const folder = `period=2026-06/asked=${asked}`;
  const warehouse = await DuckDbWarehouse.open();
  for (const name of names) {
    const path = join(unloaded, folder, 'results', name);
    mkdirSync(dirname(path), { recursive: true });
    await warehouse.run(`COPY (
      SELECT 'h' AS host_id, 'i-1' AS resource_id, 'cpu' AS component, 'package-0' AS domain, 'rapl' AS method, 'measured' AS basis,
        'joulebook_energy' AS measure_name, TIMESTAMP '2026-06-01 05:30:00' AS "time", 5.0 AS energy_joules, 5.0 AS idle_joules,
        0.0 AS unattributed_joules, 60.0 AS duration_seconds, '${name}' AS target) TO '${path}' (FORMAT PARQUET)`);
  }
  await warehouse.close();
  const result_files = names.map((name) => ({
    url: `s3://bucket/timestream/${folder}/results/${name}`,
    file_metadata: { content_length_in_bytes: 32_295, row_count: 1 },
  }));
  const query_metadata = {
    total_row_count: names.length,
    result_format: 'PARQUET',
    result_version: 'Amazon Timestream version 1.0.0',
  };
  const author = { name: 'Amazon Timestream', manifest_file_version: '1.0' };
  if (isWhole)
    writeFileSync(
      join(unloaded, folder, 'AEDAG_manifest.json'),
      JSON.stringify({ result_files, query_metadata, author }),
    );
  writeFileSync(join(unloaded, folder, 'AEDAG_metadata.json'), JSON.stringify({ ColumnInfo: [] }));
}

async function look({ unloaded, book }: Inbox, asOf: string) {
  const warehouse = await DuckDbWarehouse.open();
  const origin = new NamedOrigin(new FolderOrigin(unloaded, { base: unloaded }), 'telemetry', '');
  const request = { sourceId: 'telemetry', source: timestreamTelemetry, period, asOf, options: {} };
  try {
    return await collect(request, { book, origin, warehouse });
  } finally {
    await warehouse.close();
  }
}

async function current({ book }: Inbox): Promise<string[]> {
  const receipts = currentReceipts(await readReceipts(book, period, '2099-01-01T00:00:00Z'));
  return receipts.map(({ origin }) => origin.replace('telemetry/period=2026-06/', '')).sort();
}

test('of several runs the last whole one counts, and no file twice', async () => {
  const inbox = newInbox();
  await unload(inbox, '20260701T060000Z', ['a.parquet', 'b.parquet']);
  expect(await look(inbox, '2026-07-01T07:00:00Z')).toMatchObject({ landed: 2, rejected: 0 });
  await unload(inbox, '20260722T060000Z', ['c.parquet']);
  expect(await look(inbox, '2026-07-22T07:00:00Z')).toMatchObject({ landed: 1, rejected: 0 });
  expect(await current(inbox)).toEqual(['asked=20260722T060000Z/results/c.parquet']);
});

test('a run that was cut off has no manifest: its files are not read', async () => {
  const inbox = newInbox();
  await unload(inbox, '20260701T060000Z', ['a.parquet'], false);
  expect(await look(inbox, '2026-07-01T07:00:00Z')).toMatchObject({ landed: 0, rejected: 0 });
  await unload(inbox, '20260702T060000Z', ['b.parquet']);
  await unload(inbox, '20260703T060000Z', ['c.parquet'], false);
  await look(inbox, '2026-07-03T07:00:00Z');
  expect(await current(inbox)).toEqual(['asked=20260702T060000Z/results/b.parquet']);
});
