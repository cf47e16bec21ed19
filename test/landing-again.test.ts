import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { FolderOrigin } from '../lib/adapters/folder-origin.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { collect } from '../lib/landing/collect.ts';
import { currentReceipts, readQuarantine, readReceipts, stillOut } from '../lib/landing/receipts.ts';
import { runs } from '../lib/sources/runs/source.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
const period = parsePeriod('2026-06');
const book = new LocalBook(join(folder, 'book'));
const inputs = join(folder, 'inputs');
const LATEST = '2026-12-31T00:00:00Z';

/** The provider's file on a day of July: one run that took so long, or none. */
async function deliver(day: string, endedAt?: string) {
  mkdirSync(inputs, { recursive: true });
  const run = { run_id: 'r-1', started_at: '2026-06-01T00:00:00Z', ended_at: endedAt, outcome: 'succeeded' };
  writeFileSync(join(inputs, 'runs.json'), JSON.stringify(endedAt ? [run] : []));
  const warehouse = await DuckDbWarehouse.open();
  try {
    const origin = new FolderOrigin(inputs, { base: inputs });
    const asOf = `2026-07-${day}T00:00:00Z`;
    return await collect({ sourceId: 'runs', source: runs, period, asOf, options: {} }, { book, origin, warehouse });
  } finally {
    await warehouse.close();
  }
}

test('of several versions the last delivered is current, also where the provider goes back to an earlier one', async () => {
  const [first, second] = ['2026-06-02T00:00:00Z', '2026-06-03T00:00:00Z'];
  const current = async () => currentReceipts(await readReceipts(book, period, LATEST)).map(({ sha256 }) => sha256);

  expect(await deliver('01', first)).toMatchObject({ landed: 1 });
  const [original] = await current();
  expect(await deliver('02', second)).toMatchObject({ landed: 1 });
  expect(await current()).not.toEqual([original]);

  const back = await deliver('03', first);
  expect(back).toMatchObject({ landed: 1, remarks: ['runs.json: back to the version of 2026-07-01T00:00:00Z'] });
  expect(await current()).toEqual([original]);

  expect(await deliver('04', first)).toMatchObject({ landed: 0, present: 1, remarks: [] });
  expect((await readReceipts(book, period, '2026-07-02T12:00:00Z')).length).toBe(2);
  expect(
    (await book.list('landing/')).filter(({ key }) => key.endsWith('.json') && !key.includes('receipt')).length,
  ).toBe(2);
});

test('a file that is emptied takes nothing away, and is told', async () => {
  const current = async () => currentReceipts(await readReceipts(book, period, LATEST)).map(({ sha256 }) => sha256);
  const before = await current();
  expect(await deliver('05')).toMatchObject({
    rejected: 1,
    remarks: ['runs.json: found no rows any more, expected those of 2026-07-03T00:00:00Z, which count on'],
  });
  expect(await current()).toEqual(before);
});

test('what comes again as it was after something else was refused keeps nothing out any more', async () => {
  const out = async () => {
    const receipts = currentReceipts(await readReceipts(book, period, LATEST));
    return stillOut(await readQuarantine(book, period, LATEST), receipts).length;
  };
  expect(await out()).toBe(1);
  expect(await deliver('06', '2026-06-02T00:00:00Z')).toMatchObject({
    landed: 1,
    remarks: ['runs.json: back to the version of 2026-07-03T00:00:00Z'],
  });
  expect(await out()).toBe(0);
  expect(await deliver('07', '2026-06-02T00:00:00Z')).toMatchObject({ landed: 0, present: 1 });
});

test('what is refused a second time, in the same bytes, is out again until it comes back', async () => {
  const out = async (asOf = LATEST) => {
    const receipts = currentReceipts(await readReceipts(book, period, asOf));
    return stillOut(await readQuarantine(book, period, asOf), receipts).length;
  };
  expect(await deliver('08')).toMatchObject({ rejected: 1 });
  expect(await deliver('09')).toMatchObject({ rejected: 1 });
  expect(await out()).toBe(1);
  expect(await out('2026-07-07T12:00:00Z')).toBe(0);
  expect(await deliver('10', '2026-06-02T00:00:00Z')).toMatchObject({ landed: 1 });
  expect(await out()).toBe(0);
});
