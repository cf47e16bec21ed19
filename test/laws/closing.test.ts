import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { jsonBytes } from '../../lib/landing/book.ts';
import type { Receipt } from '../../lib/landing/receipt.ts';
import { factReceipts } from '../../lib/pipeline/month-receipts.ts';
import type { Workplace } from '../../lib/pipeline/stage.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';
import { daysOf, parsePeriod } from '../../lib/units/period.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { sampleCompanies } from '../support/tiny-companies.ts';
import { AS_OF, closeTiny, fingerprintsOf, type TinyCompany, tinySettings, tinyWorkplace, writeCompany } from '../support/tiny-company.ts';

const root = tempFolder();
const [one, other] = sampleCompanies(2, 20_260_601);
const open = (folder: string, company: TinyCompany, book: string) =>
  tinyWorkplace(folder, tinySettings(company.settings), join(folder, book));

/** Writes a company of the sample and closes its month once; gives the hash of every fact, ledger and figure. */
async function closedOnce(company: TinyCompany | undefined, name: string) {
  if (!company) throw new Error('Cannot test a law: expected a company, got none');
  const folder = join(root, name);
  await writeCompany(company, folder);
  await closeTiny(open(folder, company, 'once'), company.month);
  return { company, folder, once: fingerprintsOf(join(folder, 'once')) };
}

describe('one company', () => {
  let closed: Awaited<ReturnType<typeof closedOnce>>;
  beforeAll(async () => void (closed = await closedOnce(one, 'one')));

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
  let closed: Awaited<ReturnType<typeof closedOnce>>;
  beforeAll(async () => void (closed = await closedOnce(other, 'other')));

  test('split into 7 shards, dealt in another order, gives the same bytes', async () => {
    expect(await closedInShards(closed, 7)).toEqual(closed.once);
  });

  test('landing twice is landing once: a month closed again is the same book, to the byte', async () => {
    const { company, folder } = closed;
    const before = fingerprintsOf(join(folder, 'once'), ['']);
    const remarks = await closeTiny(open(folder, company, 'once'), company.month, '2026-07-23T06:00:00Z');
    expect(remarks).toEqual([]);
    const after = fingerprintsOf(join(folder, 'once'), ['']);
    expect(after.filter((file) => !file.startsWith('plans/'))).toEqual(before.filter((file) => !file.startsWith('plans/')));
  });
});

async function closedInShards({ company, folder }: Awaited<ReturnType<typeof closedOnce>>, shards: number): Promise<string[]> {
  const run = { month: company.month, as_of: AS_OF };
  const workplace = open(folder, company, `shards-${shards}`);
  for (const { id } of workplace.settings.sources) await STAGES.collect({ source_id: id, ...run }, workplace);
  await STAGES.plan({ stage: 'facts', ...run }, workplace);
  await buildInShards(workplace, company.month, shards);
  for (const days of dealt(daysOf(parsePeriod(company.month)), shards)) {
    await STAGES.settle({ ...run, shard: days.join(',') }, workplace);
  }
  await STAGES.computeKpis(run, workplace);
  return fingerprintsOf(join(folder, `shards-${shards}`));
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
  [...cards].reverse().forEach((card, index) => all[index % hands]?.push(card));
  return all.filter((hand) => hand.length > 0);
}
