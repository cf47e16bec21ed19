import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import fc from 'fast-check';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { FolderOrigin } from '../lib/adapters/folder-origin.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { NamedOrigin } from '../lib/adapters/named-origin.ts';
import { type CollectOutcome, collect } from '../lib/landing/collect.ts';
import type { Receipt } from '../lib/landing/receipt.ts';
import { currentManifests, currentReceipts, readQuarantine, readReceipts } from '../lib/landing/receipts.ts';
import { awsCarbon } from '../lib/sources/aws-carbon/source.ts';
import { awsCurLegacy } from '../lib/sources/aws-cur-legacy/source.ts';
import { awsCur2 } from '../lib/sources/aws-cur2/source.ts';
import { azureCost } from '../lib/sources/azure-cost/source.ts';
import type { Source } from '../lib/sources/source.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tempFolder } from './support/temp-folder.ts';
import { writeBill } from './support/tiny-company.ts';

/** An export as AWS delivers it: a folder of data, and a manifest that names the files of the month (Data Exports user guide). */
const period = parsePeriod('2026-06');
const PARTITION = 'BILLING_PERIOD=2026-06';
const folder = tempFolder();
let exports = 0;

interface Export {
  readonly root: string;
  readonly book: LocalBook;
}

function newExport(): Export {
  const root = join(folder, `export-${++exports}`);
  mkdirSync(root, { recursive: true });
  return { root, book: new LocalBook(join(folder, `book-${exports}`)) };
}

/** One chunk: an hour of one instance, at this cost. */
async function chunk({ root }: Export, name: string, cost: number, month = '2026-06'): Promise<void> {
  await writeBill(join(root, `data/BILLING_PERIOD=${month}`, name), [{ start: `${month}-03T05:00:00Z`, cost }]);
}

function manifest({ root }: Export, files: readonly string[], at = `metadata/${PARTITION}/bill-Manifest.json`): void {
  const address = (name: string) => `s3://bucket/exports/bill/data/${PARTITION}/${name}`;
  write(
    join(root, at),
    JSON.stringify({ exportName: 'bill', dataFiles: files.map(address), columns: [{ name: 'tags' }] }),
  );
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function collectOn({ root, book }: Export, day: string, source: Source = awsCur2): Promise<CollectOutcome> {
  const warehouse = await DuckDbWarehouse.open();
  const origin = new NamedOrigin(new FolderOrigin(root, { base: root }), 'bill', '');
  const asOf = `2026-07-${day}T00:00:00Z`;
  const request = { sourceId: 'bill', source, period, asOf, options: { currency: 'USD' } };
  try {
    return await collect(request, { book, origin, warehouse });
  } finally {
    await warehouse.close();
  }
}

async function currentOn({ book }: Export, day: string): Promise<string[]> {
  const receipts = currentReceipts(await readReceipts(book, period, `2026-07-${day}T00:00:00Z`));
  return receipts.map(({ origin }) => origin.replace(`bill/data/${PARTITION}/`, '')).sort();
}

test('the files that the manifest of the month names are read, and no others', async () => {
  const given = newExport();
  await chunk(given, 'a.parquet', 1);
  await chunk(given, 'left-over.parquet', 2);
  await chunk(given, 'may.parquet', 3, '2026-05');
  manifest(given, ['a.parquet']);
  write(join(given.root, 'metadata/BILLING_PERIOD=2026-05/bill-Manifest.json'), 'never read for June');
  const outcome = await collectOn(given, '01');
  expect(outcome).toEqual({
    landed: 1,
    present: 0,
    rejected: 0,
    remarks: ['bill: 2 files passed over, not named by the manifest of the month'],
  });
  expect(await currentOn(given, '01')).toEqual(['a.parquet']);
  expect(await collectOn(given, '02')).toMatchObject({ landed: 0, present: 1 });
  expect(currentManifests(await readReceipts(given.book, period, '2026-07-31T00:00:00Z'))).toHaveLength(1);
});

test('rows of another month in a file of the manifest of the month count in none, and are told', async () => {
  const given = newExport();
  await writeBill(join(given.root, `data/${PARTITION}`, 'a.parquet'), [
    { start: '2026-06-03T05:00:00Z', cost: 1 },
    { start: '2026-05-31T23:00:00Z', cost: 2 },
  ]);
  manifest(given, ['a.parquet']);
  const { remarks } = await collectOn(given, '02');
  expect(remarks).toEqual([
    expect.stringMatching(
      /a\.parquet: 1 of 2 rows are of other months \(2026-05-31T23:00:00Z to 2026-06-03T05:00:00Z\) and count in none$/,
    ),
  ]);
});

test('a file of an earlier delivery that the newest manifest does not name is no longer current, and was on that day', async () => {
  const given = newExport();
  await chunk(given, 'a.parquet', 1);
  await chunk(given, 'b.parquet', 2);
  manifest(given, ['a.parquet', 'b.parquet']);
  await collectOn(given, '01');
  rmSync(join(given.root, `data/${PARTITION}/b.parquet`));
  await chunk(given, 'a.parquet', 3);
  manifest(given, ['a.parquet']);
  await collectOn(given, '02');
  expect(await currentOn(given, '02')).toEqual(['a.parquet']);
  expect(await currentOn(given, '01')).toEqual(['a.parquet', 'b.parquet']);

  await chunk(given, 'b.parquet', 2);
  manifest(given, ['a.parquet', 'b.parquet']);
  expect(await collectOn(given, '03')).toMatchObject({ landed: 0, present: 2 });
  expect(await currentOn(given, '03')).toEqual(['a.parquet', 'b.parquet']);
});

test('without a manifest everything is read, and what vanished stays, as for any folder', async () => {
  const given = newExport();
  await chunk(given, 'a.parquet', 1);
  await chunk(given, 'b.parquet', 2);
  expect(await collectOn(given, '01')).toMatchObject({ landed: 2, remarks: [] });
  rmSync(join(given.root, `data/${PARTITION}/b.parquet`));
  await collectOn(given, '02');
  expect(await currentOn(given, '02')).toEqual(['a.parquet', 'b.parquet']);
});

test('of several executions the last one counts, also where a chunk of it has the bytes of an earlier one', async () => {
  const given = newExport();
  const executions = ['20260701T020000Z-aaaa', '20260702T020000Z-bbbb'] as const;
  await chunk(given, `${executions[0]}/1.parquet`, 1);
  await chunk(given, `${executions[0]}/2.parquet`, 2);
  manifest(
    given,
    executions.slice(0, 1).flatMap((id) => [`${id}/1.parquet`, `${id}/2.parquet`]),
    inExecution(executions[0]),
  );
  await collectOn(given, '01');
  cpSync(
    join(given.root, `data/${PARTITION}/${executions[0]}/1.parquet`),
    chunkPath(given, `${executions[1]}/1.parquet`),
  );
  await chunk(given, `${executions[1]}/2.parquet`, 5);
  manifest(given, [`${executions[1]}/1.parquet`, `${executions[1]}/2.parquet`], inExecution(executions[1]));
  await collectOn(given, '02');
  expect(await currentOn(given, '02')).toEqual([`${executions[1]}/1.parquet`, `${executions[1]}/2.parquet`]);
});

const inExecution = (id: string) => `metadata/${PARTITION}/${id}/bill-Manifest.json`;
const chunkPath = ({ root }: Export, name: string) => {
  const path = join(root, `data/${PARTITION}`, name);
  mkdirSync(dirname(path), { recursive: true });
  return path;
};

test('a file that is named and not there, and a manifest that cannot be read, are told; nothing earlier is lost', async () => {
  const given = newExport();
  await chunk(given, 'a.parquet', 1);
  manifest(given, ['a.parquet', 'gone.parquet']);
  const missing = await collectOn(given, '01');
  expect(missing).toMatchObject({ landed: 1, rejected: 1 });
  expect(missing.remarks.join()).toContain('gone.parquet');
  write(join(given.root, `metadata/${PARTITION}/bill-Manifest.json`), '{"dataFiles": [');
  const broken = await collectOn(given, '02');
  expect(broken).toMatchObject({ landed: 0, rejected: 1 });
  expect(broken.remarks.join()).toContain('expected a manifest in JSON');
  expect(await currentOn(given, '02')).toEqual(['a.parquet']);
  const reasons = await readQuarantine(given.book, period, '2026-07-02T00:00:00Z');
  expect(reasons).toHaveLength(2);
});

test('addresses that lead out of the folder of the manifest are not followed', async () => {
  const given = newExport();
  await chunk(given, 'a.parquet', 1);
  const outside = [`s3://b/data/${PARTITION}/../../../etc/x.parquet`, 's3://b/elsewhere/x.parquet'];
  write(join(given.root, `metadata/${PARTITION}/bill-Manifest.json`), JSON.stringify({ dataFiles: outside }));
  const outcome = await collectOn(given, '01');
  expect(outcome).toMatchObject({ landed: 0, rejected: 1 });
  expect(outcome.remarks.join()).toContain('found a manifest without one');
});

test('both model versions of a carbon export stay: each has its own folder and manifest', async () => {
  const given = newExport();
  for (const version of ['v2.0.0', 'v3.0.0']) {
    const partition = `model_version=${version}/usage_period=2026-06`;
    const header =
      'usage_period_start,usage_account_id,model_version,total_mbm_emissions_value,total_mbm_emissions_unit';
    write(join(given.root, `data/${partition}/c.csv`), `${header}\n2026-06-01,1111,${version},1,MTCO2e\n`);
    const dataFiles = [`s3://bucket/carbon/data/${partition}/c.csv`];
    write(join(given.root, `metadata/${partition}/carbon-Manifest.json`), JSON.stringify({ dataFiles }));
  }
  expect(await collectOn(given, '01', awsCarbon)).toMatchObject({ landed: 2, rejected: 0 });
  expect(await currentOn(given, '01')).toHaveLength(2);
});

test('the legacy report: the manifest of the period names the files of the last assembly', async () => {
  const given = newExport();
  for (const [assembly, cost] of [
    ['aaaa', 1],
    ['bbbb', 2],
  ] as const) {
    await writeBill(join(given.root, `20260601-20260701/${assembly}/bill-1.parquet`), [{ start: hour, cost }]);
    const named = JSON.stringify({ reportKeys: [`exports/bill/20260601-20260701/${assembly}/bill-1.parquet`] });
    write(join(given.root, `20260601-20260701/${assembly}/bill-Manifest.json`), named);
    write(join(given.root, '20260601-20260701/bill-Manifest.json'), named);
    await collectOn(given, assembly === 'aaaa' ? '01' : '02', awsCurLegacy);
  }
  expect(await currentOn(given, '02')).toEqual(['bill/20260601-20260701/bbbb/bill-1.parquet']);
});

/** One run of an Azure export of the month to date: a folder named by an id, which tells no order, with its own manifest. */
function azureRun(
  { root }: Export,
  id: string,
  days: readonly string[],
  submittedTime: string,
  range = '20260601-20260630',
): void {
  const rows = days.map((day) => `sub-1,${day},Virtual Machines,1,USD`);
  const run = `${range}/${id}`;
  write(
    join(root, run, 'part_0_0001.csv'),
    ['SubscriptionId,Date,MeterCategory,Cost,BillingCurrency', ...rows, ''].join('\n'),
  );
  const blobs = [{ blobName: `exports/bill/${run}/part_0_0001.csv`, byteCount: 1, dataRowCount: rows.length }];
  write(
    join(root, run, 'manifest.json'),
    JSON.stringify({ blobs, runInfo: { submittedTime, startDate: '2026-06-01T00:00:00' } }),
  );
}

const DAYS = ['06/01/2026', '06/02/2026', '06/03/2026'];

test('of the runs of an Azure export the one that was asked for last counts, whatever the ids of their folders', async () => {
  const given = newExport();
  azureRun(given, 'bb', DAYS.slice(0, 1), '2026-06-02T05:00:00.1Z');
  azureRun(given, 'aa', DAYS, '2026-06-04T05:00:00.1Z');
  azureRun(given, 'cc', DAYS.slice(0, 2), '2026-06-03T05:00:00.1Z');
  expect(await collectOn(given, '01', azureCost)).toMatchObject({ landed: 1, rejected: 0 });
  expect(await currentOn(given, '01')).toEqual(['bill/20260601-20260630/aa/part_0_0001.csv']);
});

test('where a run of an Azure export overwrites the one before, under another id, the new one stands alone', async () => {
  const given = newExport();
  azureRun(given, 'bb', DAYS.slice(0, 1), '2026-06-02T05:00:00.1Z');
  await collectOn(given, '01', azureCost);
  rmSync(join(given.root, '20260601-20260630/bb'), { recursive: true });
  azureRun(given, 'aa', DAYS, '2026-06-04T05:00:00.1Z');
  await collectOn(given, '02', azureCost);
  expect(await currentOn(given, '02')).toEqual(['bill/20260601-20260630/aa/part_0_0001.csv']);
});

test('an Azure export of several months is read for each of them', async () => {
  const given = newExport();
  azureRun(given, 'aa', DAYS, '2026-07-02T05:00:00.1Z', '20260401-20260630');
  expect(await collectOn(given, '01', azureCost)).toMatchObject({ landed: 1 });
});

const hour = '2026-06-03T05:00:00Z';

test('a column that the contract does not know breaks nothing', async () => {
  const given = newExport();
  await chunk(given, 'a.parquet', 1);
  const warehouse = await DuckDbWarehouse.open();
  const [from, to] = ['a.parquet', 'b.parquet'].map((name) => chunkPath(given, name));
  await warehouse.run(`COPY (SELECT *, 'new' AS line_item_iam_principal FROM '${from}') TO '${to}' (FORMAT parquet)`);
  await warehouse.close();
  manifest(given, ['b.parquet']);
  expect(await collectOn(given, '01')).toMatchObject({ landed: 1, rejected: 0 });
});

test('which receipts are current does not depend on the order of landing', () => {
  const receipt = (origin: string, day: number, sha256: string, more: Partial<Receipt> = {}): Receipt => ({
    source_id: 'bill',
    kind: 'aws-cur2',
    period: '2026-06',
    origin,
    fetched_at: `2026-07-0${day}T00:00:00Z`,
    bytes: 1,
    sha256,
    extension: 'parquet',
    provider_version: null,
    contract: { shape: 'cur2', rows: 1, rows_rejected: 0, first_event: null, last_event: null },
    ...more,
  });
  const file = fc
    .tuple(
      fc.constantFrom('data/a', 'data/b', 'other/c'),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('1', '2', '3'),
    )
    .map(([origin, day, sha]) => receipt(origin, day, sha));
  const named = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.subarray(['data/a', 'data/b']), fc.constantFrom('m1', 'm2'))
    .map(([day, files, sha]) => receipt('manifest', day, sha + files.join(), { delivery: { folder: 'data/', files } }));
  const page = fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('1', '2', '3'))
    .map(([day, sha]) => receipt('page-2', day, `p${day}${sha}`, { follows: { origin: 'other/c', sha256: sha } }));
  fc.assert(
    fc.property(fc.array(fc.oneof(file, named, page), { maxLength: 12 }), fc.infiniteStream(fc.nat()), (all, keys) => {
      const shuffled = all.map((each) => ({ each, key: keys.next().value as number })).sort((a, b) => a.key - b.key);
      const read = (receipts: readonly Receipt[]) =>
        currentReceipts(receipts).map(({ origin, fetched_at, sha256 }) => `${origin} ${fetched_at} ${sha256}`);
      expect(read(shuffled.map(({ each }) => each))).toEqual(read(all));
    }),
  );
});
