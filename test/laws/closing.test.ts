import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { LocalBook } from '../../lib/adapters/local-book.ts';
import { STORED_TABLES } from '../../lib/facts/columns.ts';
import { computeKpis } from '../../lib/kpis/compute-kpis.ts';
import { type Book, jsonBytes } from '../../lib/landing/book.ts';
import type { Receipt } from '../../lib/landing/receipt.ts';
import { literal, type Warehouse } from '../../lib/landing/warehouse.ts';
import { openFacts } from '../../lib/ledger/open-facts.ts';
import { settledKeys, settleSlice } from '../../lib/ledger/settle.ts';
import { type Slice, slicesOf } from '../../lib/ledger/slices.ts';
import { assumptionsOf } from '../../lib/pipeline/assumptions.ts';
import { factReceipts } from '../../lib/pipeline/month-receipts.ts';
import type { Workplace } from '../../lib/pipeline/stage.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';
import { daysOf, parsePeriod } from '../../lib/units/period.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { sampleCompanies } from '../support/tiny-companies.ts';
import {
  AS_OF,
  closeTiny,
  fingerprintsOf,
  type TinyCompany,
  tinySettings,
  tinyWorkplace,
  writeCompany,
} from '../support/tiny-company.ts';

const root = tempFolder();
const [one, other] = sampleCompanies(2, 20_260_601);
const open = (folder: string, company: TinyCompany, book: string) =>
  tinyWorkplace(folder, tinySettings(company.settings), join(folder, book));

type Closed = Awaited<ReturnType<typeof closedOnce>>;

/** Writes a company of the sample and closes its month once; gives the hash of every fact, ledger and figure. */
async function closedOnce(company: TinyCompany | undefined, name: string) {
  if (!company) throw new Error('Cannot test a law: expected a company, got none');
  const folder = join(root, name);
  await writeCompany(company, folder);
  await closeTiny(open(folder, company, 'once'), company.month);
  return { company, folder, once: fingerprintsOf(join(folder, 'once')) };
}

describe('one company', () => {
  let closed: Closed;
  beforeAll(async () => {
    closed = await closedOnce(one, 'one');
  });

  test('the order of landing does not change facts: the last files first, the others a day later', async () => {
    const { company, folder, once } = closed;
    const { month } = company;
    const bill = join(folder, 'inputs/bill');
    const later = join(folder, 'later');
    mkdirSync(later);
    for (const name of ['a.parquet', 'b.parquet']) renameSync(join(bill, name), join(later, name));
    const workplace = open(folder, company, 'late');
    await STAGES.collect({ source_id: 'grid', month, as_of: AS_OF }, workplace);
    await STAGES.collect({ source_id: 'bill', month, as_of: AS_OF }, workplace);
    for (const name of ['b.parquet', 'a.parquet']) {
      renameSync(join(later, name), join(bill, name));
      await STAGES.collect({ source_id: 'bill', month, as_of: '2026-07-23T06:00:00Z' }, workplace);
    }
    await closeTiny(workplace, month, '2026-07-24T06:00:00Z');
    expect(fingerprintsOf(join(folder, 'late'))).toEqual(once);
  });

  test.each([1, 64])('split into %i shards, dealt in another order, gives the same bytes', async (shards) => {
    expect(await closedInShards(closed, shards)).toEqual(closed.once);
  });
});

describe('another company', () => {
  let closed: Closed;
  beforeAll(async () => {
    closed = await closedOnce(other, 'other');
  });

  test('split into 7 shards, dealt in another order, gives the same bytes', async () => {
    expect(await closedInShards(closed, 7)).toEqual(closed.once);
  });

  test.each([1, 7, 64])('cut into %i slices has the same lines, and the same figures to the byte', async (slices) => {
    const { lines, figures } = await settledInSlices(closed, `slices-${slices}`, cutInto(closed, slices));
    expect(lines).toEqual([]);
    expect(figures).toEqual(figuresOf(closed.once));
  });

  test('cut into half days, as a month of thirty-one million rows is, it has the same lines and figures', async () => {
    const halfDays = slicesOf(parsePeriod(closed.company.month), 31_000_000);
    expect(halfDays[1]?.from).toMatch(/T12$/);
    const { lines, figures } = await settledInSlices(closed, 'half-days', halfDays);
    expect(lines).toEqual([]);
    expect(figures).toEqual(figuresOf(closed.once));
  });

  test('landing twice is landing once: a month closed again is the same book, to the byte', async () => {
    const { company, folder } = closed;
    const before = fingerprintsOf(join(folder, 'once'), ['']);
    const remarks = await closeTiny(open(folder, company, 'once'), company.month, '2026-07-23T06:00:00Z');
    expect(remarks).toEqual([]);
    const after = fingerprintsOf(join(folder, 'once'), ['']);
    expect(after.filter((file) => !file.startsWith('plans/'))).toEqual(
      before.filter((file) => !file.startsWith('plans/')),
    );
  });
});

/** The month as one worker a file and one a slice would make it, the last ones first. */
async function closedInShards({ company, folder }: Closed, shards: number): Promise<string[]> {
  const run = { month: company.month, as_of: AS_OF };
  const workplace = open(folder, company, `shards-${shards}`);
  for (const { id } of workplace.settings.sources) await STAGES.collect({ source_id: id, ...run }, workplace);
  await STAGES.plan({ stage: 'facts', ...run }, workplace);
  await buildInShards(workplace, company.month, shards);
  const planned = await STAGES.plan({ stage: 'settlement', ...run }, workplace);
  const slices = (planned.shards ?? []).flatMap(({ shard }) => shard.split(','));
  for (const hand of dealt(slices, shards)) await STAGES.settle({ ...run, shard: hand.join(',') }, workplace);
  await STAGES.computeKpis(run, workplace);
  return fingerprintsOf(join(folder, `shards-${shards}`));
}

/** Settles the facts of a closed month anew, cut into these slices; gives the figures' hash and the lines that differ. */
async function settledInSlices({ company, folder }: Closed, name: string, slices: readonly Slice[]) {
  const workplace = open(folder, company, 'once');
  const sliced = new LocalBook(join(folder, name));
  const period = parsePeriod(company.month);
  await withFacts(workplace, async (warehouse) => {
    for (const slice of [...slices].reverse()) await settleSlice(period, slice, sliced, warehouse);
  });
  const pathsOf = (keys: string[]) => Promise.all(keys.map((key) => sliced.localPath(key)));
  const sumsPaths = await pathsOf(settledKeys('sums', period, slices));
  const gapSumsPaths = await pathsOf(settledKeys('sums/gaps', period, slices));
  const { currency } = workplace.settings;
  const lines = await withFacts(workplace, async (warehouse) => {
    await computeKpis({ period, currency, sumsPaths, gapSumsPaths, instruments: [], billFiles: [] }, sliced, warehouse);
    const [one, other] = [sliced, workplace.book].map(ledgerOf);
    return warehouse.query(`(${one} EXCEPT ALL ${other}) UNION ALL (${other} EXCEPT ALL ${one})`);
  });
  return { lines, figures: figuresOf(fingerprintsOf(sliced.location)) };
}

function cutInto({ company }: Closed, count: number): Slice[] {
  const period = parsePeriod(company.month);
  const days = daysOf(period);
  const starts = days.filter((_, index) => index % Math.ceil(days.length / count) === 0);
  return starts.map((from, index) => ({ from, to: starts[index + 1] ?? period.to.slice(0, 10) }));
}

/** A warehouse in which the month's facts are open, as a worker has it. */
async function withFacts<Answer>(
  workplace: Workplace,
  work: (warehouse: Warehouse) => Promise<Answer>,
): Promise<Answer> {
  const warehouse = await workplace.openWarehouse();
  try {
    const keys = (await workplace.book.list('facts/')).map(({ key }) => key);
    const byTable = STORED_TABLES.map((table) => [table, keys.filter((key) => key.startsWith(`facts/${table}/`))]);
    await openFacts(Object.fromEntries(byTable), assumptionsOf(workplace.settings), workplace.book, warehouse);
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}

function ledgerOf({ location }: Book): string {
  return `FROM read_parquet(${literal(`${location}/ledger/**/*.parquet`)}, hive_partitioning = false)`;
}

/** The figures and what is printed beside them; the sums are cut as the ledger is. */
function figuresOf(files: readonly string[]): string[] {
  return files.filter((file) => file.startsWith('kpis/') && !file.includes('/sums/'));
}

async function buildInShards(workplace: Workplace, month: string, shards: number): Promise<void> {
  const receipts: Receipt[] = await factReceipts(parsePeriod(month), AS_OF, workplace);
  for (const [index, hand] of dealt(receipts, shards).entries()) {
    const shard = `plans/month=${month}/of-the-test-${index}.json`;
    await workplace.book.put(shard, jsonBytes(hand));
    await STAGES.buildFacts({ month, as_of: AS_OF, shard }, workplace);
  }
}

/** Deals the last card first, round and round, to at most `hands` hands; empty hands are left out. */
function dealt<Card>(cards: readonly Card[], hands: number): Card[][] {
  const all: Card[][] = Array.from({ length: hands }, () => []);
  for (const [index, card] of [...cards].reverse().entries()) all[index % hands]?.push(card);
  return all.filter((hand) => hand.length > 0);
}
