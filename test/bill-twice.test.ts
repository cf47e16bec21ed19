import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { verify } from '../bin/commands/verify.ts';
import { literal } from '../lib/landing/warehouse.ts';
import { examineMonth } from '../lib/pipeline/doctor/examine-month.ts';
import { billReceipts } from '../lib/pipeline/month-receipts.ts';
import { STAGES } from '../lib/pipeline/stages.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  AS_OF,
  type Charge,
  closeTiny,
  discloseTiny,
  hourOf,
  oneHour,
  tinySettings,
  tinyWorkplace,
  writeBill,
  writeCompany,
} from './support/tiny-company.ts';
import { typeIn } from './support/typed.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const CHARGES: readonly Charge[] = [0, 1, 2].map((hour) => ({
  start: hourOf(MONTH, hour),
  resource: `i-${hour}`,
  cost: hour + 1,
}));
const OTHERS: readonly Charge[] = CHARGES.map((charge, hour) => ({ ...charge, resource: `j-${hour}` }));
const SOURCES = [{ id: 'bill', kind: 'aws-cur2', path: './inputs/bill' }];

/** Writes a bill again with the same rows: other compression, other order, and what a SELECT says beside. */
async function pack(from: string, to: string, columns = '*'): Promise<void> {
  return withWarehouse(async (warehouse) => {
    await warehouse.run(
      `COPY (SELECT ${columns} FROM read_parquet(${literal(from)}) ORDER BY line_item_resource_id DESC)
       TO ${literal(to)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  });
}

async function costIn(book: string): Promise<unknown> {
  return withWarehouse(async (warehouse) => {
    const [row] = await warehouse.query(
      `SELECT sum(billed_cost)::DOUBLE AS cost, sum(bill_rows)::INTEGER AS rows FROM read_parquet(${literal(`${book}/ledger/*/*.parquet`)})`,
    );
    return row;
  });
}

/** Whether `verify` finds the published version as it recomputes it. */
async function isVerified(book: string, disclosure: string): Promise<boolean> {
  return (await typeIn(verify, `${book}/${disclosure.replace(/\/$/, '')}`)).answer === 0;
}

async function company(name: string, bills: Readonly<Record<string, readonly Charge[]>>) {
  const at = `${folder}/${name}`;
  await writeCompany({ month: MONTH, bills, telemetry: {}, grid: {} }, at);
  return { at, bill: `${at}/inputs/bill`, workplace: tinyWorkplace(at, tinySettings({ sources: SOURCES })) };
}

test('a bill that was packed again counts once and is told, in one run as in two', async () => {
  const { at, bill, workplace } = await company('again', { 'a.parquet': CHARGES });
  await pack(`${bill}/a.parquet`, `${bill}/b.parquet`);
  const remarks = await closeTiny(workplace, MONTH);
  expect(remarks).toEqual([expect.stringMatching(/b\.parquet: the same rows as .*a\.parquet, counted once$/)]);
  expect(await costIn(`${at}/book`)).toEqual({ cost: 6, rows: 3 });
  await pack(`${bill}/a.parquet`, `${bill}/c.parquet`, '*, 1 AS another_column');
  const later = '2026-07-23T06:00:00Z';
  expect(await closeTiny(workplace, MONTH, later)).toHaveLength(1);
  expect(await costIn(`${at}/book`)).toEqual({ cost: 6, rows: 3 });
  const { folder: disclosure } = await discloseTiny(workplace, MONTH, later);
  const { gaps } = JSON.parse(readFileSync(`${at}/book/${disclosure}annex.json`, 'utf8'));
  const told = gaps.filter(({ reason }: { reason: string }) => reason.startsWith('told twice'));
  expect(told).toHaveLength(2);
  expect(told[0]).toMatchObject({ quantity: '3', unit: 'rows' });
  expect(await isVerified(`${at}/book`, disclosure)).toBe(true);
});

test('where the file that landed first is replaced by one of another time, its copy counts by itself', async () => {
  const { at, bill, workplace } = await company('restated', { 'a.parquet': CHARGES });
  await pack(`${bill}/a.parquet`, `${bill}/b.parquet`);
  await closeTiny(workplace, MONTH);
  rmSync(`${bill}/a.parquet`);
  await writeBill(`${bill}/a.parquet`, [{ start: hourOf(MONTH, 9), resource: 'k', cost: 10 }]);
  await closeTiny(workplace, MONTH, '2026-07-23T06:00:00Z');
  expect(await costIn(`${at}/book`)).toEqual({ cost: 16, rows: 4 });
});

test.each([
  ['the file that landed first', 'a.parquet'],
  ['its copy', 'b.parquet'],
])('where %s is restated, the other does not count beside it, and is told', async (_, name) => {
  const { at, bill, workplace } = await company(`restated-${name}`, { 'a.parquet': CHARGES });
  await pack(`${bill}/a.parquet`, `${bill}/b.parquet`);
  await closeTiny(workplace, MONTH);
  rmSync(`${bill}/${name}`);
  await writeBill(
    `${bill}/${name}`,
    CHARGES.map((charge) => ({ ...charge, cost: 2 * Number(charge.cost) })),
  );
  const later = '2026-07-23T06:00:00Z';
  await closeTiny(workplace, MONTH, later);
  expect(await costIn(`${at}/book`)).toEqual({ cost: 12, rows: 3 });
  const { folder: disclosure } = await discloseTiny(workplace, MONTH, later);
  const { gaps } = JSON.parse(readFileSync(`${at}/book/${disclosure}annex.json`, 'utf8'));
  expect(gaps).toContainEqual(
    expect.objectContaining({ reason: expect.stringMatching(new RegExp(`^restated by .*${name}`)), quantity: '3' }),
  );
  expect(await isVerified(`${at}/book`, disclosure)).toBe(true);
});

test('other rows of the same times and amounts are no copy', async () => {
  const { at, workplace } = await company('others', { 'a.parquet': CHARGES, 'b.parquet': OTHERS });
  expect(await closeTiny(workplace, MONTH)).toEqual([]);
  expect(await costIn(`${at}/book`)).toEqual({ cost: 12, rows: 6 });
});

test('lines that only their ids tell apart are no copy', async () => {
  const { at, bill, workplace } = await company('ids', { 'a.parquet': CHARGES });
  await pack(`${bill}/a.parquet`, `${bill}/b.parquet`, "*, 'x' || line_item_resource_id AS identity_line_item_id");
  expect(await closeTiny(workplace, MONTH)).toEqual([]);
  expect(await costIn(`${at}/book`)).toEqual({ cost: 12, rows: 6 });
});

test('what the bills of two sources both tell of is counted twice and told, in the annex and by the doctor', async () => {
  const at = `${folder}/two-sources`;
  await writeCompany({ month: MONTH, bills: { 'a.parquet': CHARGES }, telemetry: {}, grid: {} }, at);
  await writeBill(`${at}/inputs/other/b.parquet`, [
    { start: hourOf(MONTH, 1), resource: 'i-1', cost: 1.5 },
    { start: hourOf(MONTH, 2), resource: 'k', cost: 10 },
  ]);
  const settings = tinySettings({ sources: [...SOURCES, { id: 'other', kind: 'aws-cur2', path: './inputs/other' }] });
  const workplace = tinyWorkplace(at, settings);
  expect(await closeTiny(workplace, MONTH)).toEqual([]);
  expect(await costIn(`${at}/book`)).toEqual({ cost: 17.5, rows: 5 });
  const { folder: disclosure } = await discloseTiny(workplace, MONTH);
  const { gaps } = JSON.parse(readFileSync(`${at}/book/${disclosure}annex.json`, 'utf8'));
  expect(gaps.filter(({ reason }: { reason: string }) => reason.startsWith('two bills'))).toEqual([
    expect.objectContaining({ what: 'other: also in bill', resources: 1, hours: null, effective_cost: '1.5' }),
  ]);
  expect(await isVerified(`${at}/book`, disclosure)).toBe(true);
  const findings = await examineMonth(workplace, { month: MONTH });
  expect(findings.map(({ what }) => what)).toContain(
    'tells of 1 resources, 1.50 in all, that bill tells of for the same time',
  );
});

test('a file that repeats a part of another is counted twice and told, in the annex and by the doctor', async () => {
  const { at, bill, workplace } = await company('part', { 'june.parquet': CHARGES, 'rest.parquet': OTHERS });
  await writeBill(`${bill}/june-first-half.parquet`, CHARGES.slice(0, 2));
  expect(await closeTiny(workplace, MONTH)).toEqual([]);
  expect(await costIn(`${at}/book`)).toEqual({ cost: 15, rows: 8 });
  const { folder: disclosure } = await discloseTiny(workplace, MONTH);
  const { gaps } = JSON.parse(readFileSync(`${at}/book/${disclosure}annex.json`, 'utf8'));
  const [told, ...others] = gaps.filter(({ reason }: { reason: string }) => reason.startsWith('two files'));
  expect(others).toEqual([]);
  expect(told).toMatchObject({ resources: null, hours: null, quantity: '2', unit: 'rows', effective_cost: '3' });
  expect(told.what).toMatch(/^bill: .*june-first-half\.parquet also in .*june\.parquet$/);
  expect(await isVerified(`${at}/book`, disclosure)).toBe(true);
  const findings = await examineMonth(workplace, { month: MONTH });
  expect(findings.map(({ what }) => what)).toContainEqual(
    expect.stringMatching(/^2 rows of .*june-first-half\.parquet, 3\.00 in all, stand in .*june\.parquet too$/),
  );
});

test('the bills of a month are found without reading what landed of other sources', async () => {
  const at = `${folder}/mixed`;
  await writeCompany(oneHour(MONTH), at);
  const workplace = tinyWorkplace(at);
  await closeTiny(workplace, MONTH);
  const { book } = workplace;
  const read = book.read.bind(book);
  const keys: string[] = [];
  Object.assign(book, {
    read: (key: string) => {
      keys.push(key);
      return read(key);
    },
  });
  expect(await billReceipts(parsePeriod(MONTH), AS_OF, workplace)).toMatchObject([{ source_id: 'bill' }]);
  expect(keys).toEqual([expect.stringMatching(/^landing\/source=bill\/.*\.receipt\.json$/)]);
});

const PARTITION = 'BILLING_PERIOD=2026-06';

/** Writes an export as AWS delivers it: files of these charges, and the manifest that names them. */
async function deliver(bill: string, files: Readonly<Record<string, readonly Charge[]>>): Promise<void> {
  for (const [name, charges] of Object.entries(files))
    await writeBill(`${bill}/export/data/${PARTITION}/${name}`, charges);
  const dataFiles = Object.keys(files).map((name) => `s3://bucket/export/data/${PARTITION}/${name}`);
  const manifest = `${bill}/export/metadata/${PARTITION}/bill-Manifest.json`;
  mkdirSync(dirname(manifest), { recursive: true });
  writeFileSync(manifest, JSON.stringify({ dataFiles }));
}

test('a copy beside an export counts once with the file that the manifest names, whichever lands first', async () => {
  const { at, bill, workplace } = await company('beside', {});
  await deliver(bill, { 'a.parquet': CHARGES });
  await pack(`${bill}/export/data/${PARTITION}/a.parquet`, `${bill}/copy.parquet`);
  expect(await closeTiny(workplace, MONTH)).toEqual([expect.stringContaining('counted once')]);
  expect(await costIn(`${at}/book`)).toEqual({ cost: 6, rows: 3 });
});

test('a copy beside an export counts once after the export is delivered again under another name', async () => {
  const { at, bill, workplace } = await company('delivered-again', {});
  await deliver(bill, { 'a.parquet': CHARGES });
  await closeTiny(workplace, MONTH);
  await pack(`${bill}/export/data/${PARTITION}/a.parquet`, `${bill}/copy.parquet`);
  await closeTiny(workplace, MONTH, '2026-07-23T06:00:00Z');
  expect(await costIn(`${at}/book`)).toEqual({ cost: 6, rows: 3 });
  await deliver(bill, { 'b.parquet': [...CHARGES].reverse() });
  await closeTiny(workplace, MONTH, '2026-07-24T06:00:00Z');
  expect(await costIn(`${at}/book`)).toEqual({ cost: 6, rows: 3 });
});

test('two files of the same rows that one manifest names count both, with a copy of them as without', async () => {
  const { at, bill, workplace } = await company('both', {});
  await deliver(bill, { 'a.parquet': CHARGES });
  await deliver(bill, { 'b.parquet': [...CHARGES].reverse(), 'a.parquet': CHARGES });
  await closeTiny(workplace, MONTH);
  expect(await costIn(`${at}/book`)).toEqual({ cost: 12, rows: 6 });
  await pack(`${bill}/export/data/${PARTITION}/a.parquet`, `${bill}/copy.parquet`);
  await closeTiny(workplace, MONTH, '2026-07-23T06:00:00Z');
  expect(await costIn(`${at}/book`)).toEqual({ cost: 12, rows: 6 });
  const anew = tinyWorkplace(at, tinySettings({ sources: SOURCES }), `${at}/anew`);
  await closeTiny(anew, MONTH);
  expect(await costIn(`${at}/anew`)).toEqual({ cost: 12, rows: 6 });
});

test('of bills that only look alike each is fetched from the book for it once at most', async () => {
  const bills = Array.from({ length: 4 }, (_, file): [string, Charge[]] => [
    `${file}.parquet`,
    CHARGES.map((charge) => ({ ...charge, resource: `i-${file}` })),
  ]);
  const { workplace } = await company('alike', Object.fromEntries(bills));
  const { book } = workplace;
  const localPath = book.localPath.bind(book);
  const fetched: string[] = [];
  Object.assign(book, {
    localPath: (key: string) => {
      fetched.push(key);
      return localPath(key);
    },
  });
  const request = { source_id: 'bill', month: MONTH, as_of: AS_OF };
  expect(await STAGES.collect(request, workplace)).toMatchObject({ landed: 4, remarks: [] });
  expect(fetched).toHaveLength(1);
});
