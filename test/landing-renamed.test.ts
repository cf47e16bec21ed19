import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { FolderOrigin } from '../lib/adapters/folder-origin.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { collect } from '../lib/landing/collect.ts';
import type { Fetched, Offer, Origin } from '../lib/landing/origin.ts';
import { currentReceipts, readQuarantine, readReceipts, stillOut } from '../lib/landing/receipts.ts';
import { runs } from '../lib/sources/runs/source.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
const period = parsePeriod('2026-06');
const LATEST = '2026-12-31T00:00:00Z';

/** A folder of files, and the book that they land in. */
function place() {
  const base = mkdtempSync(join(folder, 'place-'));
  const inputs = join(base, 'inputs');
  mkdirSync(inputs);
  return { inputs, book: new LocalBook(join(base, 'book')) };
}

type Place = ReturnType<typeof place>;

const textOf = (run_id: string) =>
  `${JSON.stringify([{ run_id, started_at: '2026-06-01T00:00:00Z', ended_at: '2026-06-02T00:00:00Z', outcome: 'succeeded' }])}\n`;

async function collectAt(
  { inputs, book }: Place,
  day: string,
  origin: Origin = new FolderOrigin(inputs, { base: inputs }),
) {
  const warehouse = await DuckDbWarehouse.open();
  try {
    const asOf = `2026-07-${day}T00:00:00Z`;
    return await collect({ sourceId: 'runs', source: runs, period, asOf, options: {} }, { book, origin, warehouse });
  } finally {
    await warehouse.close();
  }
}

const counted = async ({ book }: Place) =>
  currentReceipts(await readReceipts(book, period, LATEST))
    .map(({ origin }) => origin)
    .sort();

test('a file that is moved aside for a new one of its name still counts, under its new name', async () => {
  const here = place();
  const [log, older] = [join(here.inputs, 'runs.json'), join(here.inputs, 'runs.old.json')];
  writeFileSync(log, textOf('r-1'));
  await collectAt(here, '01');
  renameSync(log, older);
  writeFileSync(log, textOf('r-2'));
  expect(await collectAt(here, '02')).toMatchObject({
    landed: 2,
    remarks: ['runs.old.json: the bytes of runs.json of 2026-07-01T00:00:00Z, which has others now'],
  });
  expect(await counted(here)).toEqual(['runs.json', 'runs.old.json']);
  expect(await collectAt(here, '03')).toMatchObject({ landed: 0, present: 2 });
});

test('so does one that was moved before the new one came', async () => {
  const here = place();
  const [log, older] = [join(here.inputs, 'runs.json'), join(here.inputs, 'runs.old.json')];
  writeFileSync(log, textOf('r-1'));
  await collectAt(here, '01');
  renameSync(log, older);
  expect(await collectAt(here, '02')).toMatchObject({ landed: 0, present: 1 });
  writeFileSync(log, textOf('r-2'));
  await collectAt(here, '03');
  expect(await counted(here)).toHaveLength(2);
});

test('a copy beside a file counts once, and again by itself when the file has other bytes', async () => {
  const here = place();
  writeFileSync(join(here.inputs, 'a.json'), textOf('r-1'));
  writeFileSync(join(here.inputs, 'b.json'), textOf('r-1'));
  expect(await collectAt(here, '01')).toMatchObject({ landed: 1, present: 1 });
  expect(await collectAt(here, '02')).toMatchObject({ landed: 0, present: 2 });
  writeFileSync(join(here.inputs, 'a.json'), textOf('r-2'));
  await collectAt(here, '03');
  expect(await counted(here)).toEqual(['a.json', 'b.json']);
});

test('a file that grows after it was fetched is refused, and lands as it is the next time', async () => {
  const here = place();
  const log = join(here.inputs, 'runs.json');
  writeFileSync(log, textOf('r-1'));
  const origin = new GrowingOrigin(here.inputs, log);
  expect(await collectAt(here, '01', origin)).toMatchObject({ landed: 0, rejected: 1 });
  await expectTrueNames(here);
  expect(await collectAt(here, '02')).toMatchObject({ landed: 1 });
  await expectTrueNames(here);
  const reasons = await readQuarantine(here.book, period, LATEST);
  expect(reasons.map(({ reason }) => reason.reasons[0]?.found)).toEqual(['a file that changed while it was read']);
  expect(stillOut(reasons, currentReceipts(await readReceipts(here.book, period, LATEST)))).toEqual([]);
});

test('a long name that leads to nothing is told', async () => {
  const here = place();
  const name = `${'ein sehr langer Name '.repeat(10)}.json`;
  writeFileSync(join(here.inputs, name), textOf('r-1'));
  const origin = new VanishingOrigin(here.inputs, join(here.inputs, name));
  expect(await collectAt(here, '01', origin)).toMatchObject({ rejected: 1 });
  expect((await readQuarantine(here.book, period, LATEST)).map(({ reason }) => reason.origin)).toEqual([name]);
});

/** Every landed file has the hash that it is named by. */
async function expectTrueNames({ book }: Place) {
  for (const { key } of await book.list('landing/')) {
    if (key.endsWith('.receipt.json')) continue;
    const sha256 = createHash('sha256')
      .update(readFileSync(await book.localPath(key)))
      .digest('hex');
    expect(key).toContain(sha256);
  }
}

/** A folder in which someone writes on while it is read: once. */
class GrowingOrigin extends FolderOrigin {
  #grows = true;
  readonly #log: string;

  constructor(inputs: string, log: string) {
    super(inputs, { base: inputs });
    this.#log = log;
  }

  override async fetch(offer: Offer): Promise<Fetched> {
    const fetched = await super.fetch(offer);
    if (this.#grows) appendFileSync(this.#log, '\n');
    this.#grows = false;
    return fetched;
  }
}

/** A folder from which a file goes after it was listed. */
class VanishingOrigin extends FolderOrigin {
  readonly #file: string;

  constructor(inputs: string, file: string) {
    super(inputs, { base: inputs });
    this.#file = file;
  }

  override async list(): Promise<Offer[]> {
    const offers = await super.list();
    rmSync(this.#file);
    return offers;
  }
}
