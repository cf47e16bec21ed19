import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import { trace } from '../bin/commands/trace.ts';
import { verify } from '../bin/commands/verify.ts';
import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { putTogether } from '../lib/adapters/put-together.ts';
import { buildFacts, factKey } from '../lib/facts/build-facts.ts';
import type { Book } from '../lib/landing/book.ts';
import { collect } from '../lib/landing/collect.ts';
import { PACK, type PackList, packsOf, readBatches } from '../lib/landing/pack.ts';
import { landedKey, type Receipt } from '../lib/landing/receipt.ts';
import { currentReceipts, readReceipts } from '../lib/landing/receipts.ts';
import type { Row } from '../lib/landing/warehouse.ts';
import { agent } from '../lib/sources/agent/source.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { CountingOrigin } from './support/counting-origin.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  discloseTiny,
  telemetryText,
  tinySettings,
  tinyWorkplace,
  writeCompany,
  writeText,
} from './support/tiny-company.ts';
import { typeIn } from './support/typed.ts';

const root = tempFolder();
const period = parsePeriod('2026-06');
const AS_OF = '2026-07-22T06:00:00Z';
/** As usual, but for companies that are small enough for a test. */
const FEW = { ...PACK, fewest: 16 };
const HOSTS = 3;
const BATCHES = 8;

/** An hour of one host, compressed as the agent compresses it. */
function batch(host: number, hour: number, seq = hour): Uint8Array {
  const start = `2026-06-0${1 + host}T${String(hour).padStart(2, '0')}:30:00Z`;
  const shares = [{ project: 'chat', microjoules: 1_000_003 * (1 + host) + hour }];
  const spent = { host: `cellar-${host}`, start, shares, idle: 500_001 };
  return gzipSync(
    telemetryText([
      { ...spent, seq: 2 * seq, component: 'cpu' },
      {
        ...spent,
        seq: 2 * seq + 1,
        component: 'memory',
        domain: 'dram-0',
        gap: hour % 3 === 0 ? 'read-failed' : undefined,
      },
    ] as Parameters<typeof telemetryText>[0]),
  );
}

function nameOf(host: number, hour: number): string {
  return `telemetry/host=cellar-${host}/boot=boot-1/${2 * hour}-${2 * hour + 1}.jsonl.gz`;
}

function openInbox(): { readonly inbox: string; readonly newBook: () => LocalBook } {
  const folder = mkdtempSync(join(root, 'inbox-'));
  const inbox = join(folder, 'inbox');
  for (let host = 0; host < HOSTS; host++)
    for (let hour = 0; hour < BATCHES; hour++) writeText(join(inbox, nameOf(host, hour)), batch(host, hour));
  return { inbox, newBook: () => new LocalBook(mkdtempSync(join(folder, 'book-'))) };
}

async function look(inbox: string, book: Book, together = true, month = period, asOf = AS_OF) {
  const [origin, warehouse] = [new CountingOrigin(inbox), await DuckDbWarehouse.open()];
  const request = { sourceId: 'agents', source: agent, period: month, asOf, options: {}, pack: FEW };
  try {
    const edges = { book, origin, warehouse, ...(together && { putTogether }) };
    return { ...(await collect(request, edges)), fetched: origin.fetched };
  } finally {
    await warehouse.close();
  }
}

/** Every fact of a book but for the file that it came from, added up over files. */
async function factsIn(book: Book): Promise<Row[]> {
  const warehouse = await DuckDbWarehouse.open();
  try {
    const paths: string[] = [];
    for (const receipt of await receiptsIn(book)) {
      await buildFacts({ receipt, source: agent, options: {}, workloads: [] }, book, warehouse);
      paths.push(`'${await book.localPath(factKey('fct_energy', receipt))}'`);
    }
    return await warehouse.query(`
      SELECT * EXCLUDE (receipt_sha256, energy_joules, covered_seconds, spans), sum(energy_joules) AS energy_joules,
             sum(covered_seconds) AS covered_seconds
      FROM read_parquet([${paths.join(', ')}]) GROUP BY ALL ORDER BY ALL`);
  } finally {
    await warehouse.close();
  }
}

async function receiptsIn(book: Book): Promise<Receipt[]> {
  return currentReceipts(await readReceipts(book, period, AS_OF));
}

/** The bytes of every batch that a book holds, by name, cut out of what it was put together to. */
async function batchesIn(book: Book): Promise<Map<string, Buffer>> {
  const bytes = new Map<string, Buffer>();
  for (const receipt of await receiptsIn(book)) {
    const whole = Buffer.from((await book.read(landedKey(receipt))) ?? []);
    for (const { origin, offset, bytes: length, sha256 } of await readBatches(receipt, book)) {
      const part = whole.subarray(offset, offset + length);
      expect(createHash('sha256').update(part).digest('hex')).toBe(sha256);
      bytes.set(origin, part);
    }
  }
  return bytes;
}

test('batches that are put together give the facts that they give one by one, and keep their bytes', async () => {
  const { inbox, newBook } = openInbox();
  const [together, single] = [newBook(), newBook()];
  expect(await look(inbox, together)).toMatchObject({ landed: HOSTS * BATCHES, rejected: 0, remarks: [] });
  expect(await look(inbox, single, false)).toMatchObject({ landed: HOSTS * BATCHES, rejected: 0, remarks: [] });
  expect([(await receiptsIn(together)).length, (await receiptsIn(single)).length]).toEqual([1, HOSTS * BATCHES]);
  expect(await factsIn(together)).toEqual(await factsIn(single));
  const kept = await batchesIn(together);
  expect([...kept.keys()].sort()).toEqual([...kept.keys()]);
  expect(kept.get(nameOf(1, 3))).toEqual(Buffer.from(batch(1, 3)));
});

test('a batch that comes again is passed over by its name, and by its bytes under another', async () => {
  const { inbox, newBook } = openInbox();
  const book = newBook();
  await look(inbox, book);
  expect(await look(inbox, book)).toMatchObject({ landed: 0, present: HOSTS * BATCHES, remarks: [], fetched: [] });
  writeText(join(inbox, 'again/x.jsonl.gz'), batch(0, 0));
  expect(await look(inbox, book)).toMatchObject({ landed: 0, rejected: 0, fetched: ['again/x.jsonl.gz'] });
  for (let copy = 0; copy < FEW.fewest; copy++) writeText(join(inbox, `copies/${copy}.jsonl.gz`), batch(0, 0));
  expect(await look(inbox, book)).toMatchObject({ landed: 0, rejected: 0 });
  expect((await receiptsIn(book)).length).toBe(1);
});

test('a collection as of an earlier moment puts nothing together that has landed since, alone or with others', async () => {
  const { inbox, newBook } = openInbox();
  const [alone, together] = [newBook(), newBook()];
  await look(inbox, alone, false);
  await look(inbox, together);
  for (const book of [alone, together]) {
    const before = await book.list('landing/');
    expect(await look(inbox, book, true, period, '2026-07-01T06:00:00Z')).toMatchObject({ landed: 0, fetched: [] });
    expect(await book.list('landing/')).toEqual(before);
  }
});

test('a batch that changed under its name is refused: it cannot be taken out of the whole', async () => {
  const { inbox, newBook } = openInbox();
  const book = newBook();
  await look(inbox, book);
  const before = await factsIn(book);
  writeText(
    join(inbox, nameOf(0, 0)),
    gzipSync(telemetryText([{ host: 'cellar-0', seq: 0, start: '2026-06-01T00:30:00Z' }])),
  );
  const again = await look(inbox, book);
  expect(again).toMatchObject({ landed: 0, rejected: 1 });
  expect(again.remarks[0]).toMatch(/found \d+ bytes, expected the \d+ bytes that landed under this name with others/);
  expect(await factsIn(book)).toEqual(before);
});

test.each([
  ['records that break the contract', () => gzipSync('{"schema":"another/1"}\n')],
  ['bytes that are no gzip', () => Buffer.from('no gzip at all')],
  [
    'no end to its last line',
    () => gzipSync(telemetryText([{ host: 'x', seq: 1, start: '2026-06-05T00:00:00Z', idle: 7 }]).trimEnd()),
  ],
  ['bytes behind its end', () => Buffer.concat([batch(0, 0), Buffer.from('behind')])],
])('one batch with %s leaves the others as they are one by one', async (_, broken) => {
  const { inbox, newBook } = openInbox();
  writeText(join(inbox, nameOf(1, 9)), broken());
  const [together, single] = [newBook(), newBook()];
  const outcome = await look(inbox, together);
  const expected = await look(inbox, single, false);
  expect([outcome.landed, outcome.rejected]).toEqual([expected.landed, expected.rejected]);
  expect([...outcome.remarks].sort()).toEqual([...expected.remarks].sort());
  expect(await factsIn(together)).toEqual(await factsIn(single));
});

test('batches of another month are put together, found to be of it, and not fetched again', async () => {
  const { inbox, newBook } = openInbox();
  const book = newBook();
  const may = parsePeriod('2026-05');
  expect(await look(inbox, book, true, may)).toMatchObject({
    landed: 0,
    remarks: [`agents: ${HOSTS * BATCHES} files hold nothing of the month`],
  });
  expect((await look(inbox, book, true, may)).fetched).toEqual([]);
  await look(inbox, book);
  expect((await look(inbox, book, true, parsePeriod('2026-07'))).fetched).toEqual([]);
});

const FLAGS = ['--experimental-import-text', '--no-warnings', resolve('test/support/inbox-writer.ts')];

test('killed in place of any write, the next run completes the book', async () => {
  const { inbox, newBook } = openInbox();
  const whole = newBook();
  await look(inbox, whole);
  const expected = await factsIn(whole);
  for (const writes of [0, 1, 2]) {
    const book = newBook();
    const { signal, stderr } = spawnSync(process.execPath, [...FLAGS, inbox, book.location, String(writes)]);
    expect([signal, String(stderr)]).toEqual(['SIGKILL', '']);
    expect(await receiptsIn(book)).toEqual([]);
    writeText(join(inbox, nameOf(2, 9 + writes)), batch(2, 9 + writes));
    await look(inbox, book);
    expect(await factsIn(book)).not.toEqual(expected);
    const again = newBook();
    await look(inbox, again);
    expect(await factsIn(book)).toEqual(await factsIn(again));
  }
});

test('packs hold one kind each, in the order of names, and no more bytes than they may', () => {
  const offers = Array.from({ length: 40 }, (_, index) => ({
    origin: `${index % 2 ? 'telemetry' : 'activity'}/host=h-${String(99 - index)}/1-2.jsonl.gz`,
    bytes: PACK.bytes / 16,
  }));
  const { packs, single } = packsOf([...offers, { origin: 'notes.txt', bytes: 1 }], agent, FEW);
  expect(packs.map((pack) => pack.length)).toEqual([16, 16]);
  for (const pack of packs) {
    const names = pack.map(({ origin }) => origin);
    expect(names).toEqual([...names].sort());
    expect(new Set(names.map((name) => name.split('/')[0])).size).toBe(1);
  }
  expect(packs.flat().length + single.length).toBe(41);
});

test('a disclosure over batches put together verifies, and a figure leads to their list', async () => {
  const folder = mkdtempSync(join(root, 'company-'));
  const grid = { 'a.csv': [{ start: '2026-06-01T00:00:00Z', intensity: 250 }] };
  await writeCompany({ month: '2026-06', bills: {}, telemetry: {}, grid }, folder);
  for (let each = 0; each < PACK.fewest; each++)
    writeText(join(folder, 'inputs/telemetry', nameOf(each % HOSTS, each)), batch(each % HOSTS, each % 24, each));
  const workplace = tinyWorkplace(folder, tinySettings());
  const { folder: at } = await discloseTiny(workplace, '2026-06');
  const disclosure = join(workplace.book.location, at);
  expect((await typeIn(verify, disclosure)).answer).toBe(0);
  const { printed } = await typeIn(trace, 'energy.it', '--month', '2026-06', '--book', workplace.book.location);
  const [, count, key = ''] = /(\d+) batches: (landing\/\S+\.batches\.json)/.exec(printed) ?? [];
  expect(count).toBe(String(PACK.fewest));
  const list = JSON.parse(readFileSync(join(workplace.book.location, key), 'utf8')) as PackList;
  expect(list.batches).toHaveLength(PACK.fewest);
  writeFileSync(join(workplace.book.location, key), '{"batches":[]}\n');
  expect((await typeIn(verify, disclosure)).answer).toBe(1);
});
