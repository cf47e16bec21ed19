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
import { AS_OF, closeTiny, fingerprintsOf, tinySettings, tinyWorkplace, writeCompany } from '../support/tiny-company.ts';

const root = tempFolder();
const companies = sampleCompanies(2, 20_260_601).map((company, index) => ({ index, company }));

describe.each(companies)('company $index', ({ index, company }) => {
  const folder = join(root, String(index));
  const { month } = company;
  const open = (book: string) => tinyWorkplace(folder, tinySettings(company.settings), join(folder, book));
  let once: string[] = [];

  beforeAll(async () => {
    await writeCompany(company, folder);
    await closeTiny(open('once'), month);
    once = fingerprintsOf(join(folder, 'once'));
  });

  test('landing twice is landing once: a month closed again is the same month, to the byte', async () => {
    const before = fingerprintsOf(join(folder, 'once'), ['']);
    const remarks = await closeTiny(open('once'), month, '2026-07-23T06:00:00Z');
    expect(remarks).toEqual([]);
    expect(fingerprintsOf(join(folder, 'once'), [''])).toEqual(before);
  });

  test('the order of landing does not change facts: the last files first, the others a day later', async () => {
    const bill = join(folder, 'inputs/bill');
    const later = join(folder, 'later');
    mkdirSync(later);
    for (const name of ['a.parquet', 'b.parquet']) renameSync(join(bill, name), join(later, name));
    const workplace = open('late');
    await STAGES.collect({ source_id: 'grid', month, as_of: AS_OF }, workplace);
    await STAGES.collect({ source_id: 'bill', month, as_of: AS_OF }, workplace);
    for (const name of ['b.parquet', 'a.parquet']) {
      renameSync(join(later, name), join(bill, name));
      await STAGES.collect({ source_id: 'bill', month, as_of: '2026-07-23T06:00:00Z' }, workplace);
    }
    await closeTiny(workplace, month, '2026-07-24T06:00:00Z');
    expect(fingerprintsOf(join(folder, 'late'))).toEqual(once);
  });

  test.each([1, 7, 64])('split into %i shards, dealt in another order, gives the same bytes', async (shards) => {
    const workplace = open(`shards-${shards}`);
    for (const { id } of workplace.settings.sources) await STAGES.collect({ source_id: id, month, as_of: AS_OF }, workplace);
    await STAGES.plan({ stage: 'facts', month, as_of: AS_OF }, workplace);
    await buildInShards(workplace, month, shards);
    for (const days of dealt(daysOf(parsePeriod(month)), shards)) {
      await STAGES.settle({ month, as_of: AS_OF, shard: days.join(',') }, workplace);
    }
    await STAGES.computeKpis({ month, as_of: AS_OF }, workplace);
    expect(fingerprintsOf(join(folder, `shards-${shards}`))).toEqual(once);
  });
});

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
