import { cpSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import { jsonBytes } from '../../lib/landing/book.ts';
import type { Receipt } from '../../lib/landing/receipt.ts';
import { factReceipts } from '../../lib/pipeline/month-receipts.ts';
import { factShards, fewRemarks, STATE_BYTES } from '../../lib/pipeline/shards.ts';
import type { CollectReport, Workplace } from '../../lib/pipeline/stage.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';
import { parsePeriod } from '../../lib/units/period.ts';
import { tempFolder } from '../support/temp-folder.ts';
import {
  AS_OF,
  fingerprintsOf,
  hourOf,
  type Telemetry,
  type TinyCompany,
  tinySettings,
  tinyWorkplace,
  writeCompany,
} from '../support/tiny-company.ts';

const MONTH = '2026-06';
const RUN = { month: MONTH, as_of: AS_OF };
const HOSTS = 254;
/** 256 files take half a minute where the machine is busy, and must not fail where it is busier. */
const A_SLOW_MACHINE_MS = 600_000;
const root = tempFolder();

describe('a company of 256 files', () => {
  let receipts: readonly Receipt[];
  let whole: readonly string[];

  beforeAll(async () => {
    await writeCompany(companyOfManyHosts(), root);
    const workplace = openBook('landed');
    for (const { id } of workplace.settings.sources) await STAGES.collect({ source_id: id, ...RUN }, workplace);
    await STAGES.plan({ stage: 'facts', ...RUN }, workplace);
    receipts = await factReceipts(parsePeriod(MONTH), AS_OF, workplace);
  }, A_SLOW_MACHINE_MS);

  test(
    'is closed by one worker',
    async () => {
      expect(receipts).toHaveLength(256);
      whole = await closedIn(1);
      expect(whole.filter((file) => file.startsWith('facts/')).length).toBeGreaterThanOrEqual(256);
      expect(whole.filter((file) => file.startsWith('kpis/')).length).toBeGreaterThan(0);
    },
    A_SLOW_MACHINE_MS,
  );

  test.each([16, 256])(
    '%i shards give the same bytes as one: facts, ledger, sums and figures',
    async (shards) => {
      expect(await closedIn(shards)).toEqual(whole);
    },
    A_SLOW_MACHINE_MS,
  );

  test('the plan lists each landed file once, and its lists lie in the book', async () => {
    const workplace = openBook('landed');
    const { shards = [] } = await STAGES.plan({ stage: 'facts', ...RUN }, workplace);
    const listed = await Promise.all(shards.map(({ shard }) => receiptsIn(shard, workplace)));
    expect(listed.flat().map(({ sha256 }) => sha256)).toEqual(receipts.map(({ sha256 }) => sha256));
    expect(shards.length).toBe(16);
  });

  /** The month from a copy of what landed, built by so many workers, the last one first. */
  async function closedIn(shards: number): Promise<string[]> {
    const name = `in-${shards}`;
    cpSync(join(root, 'landed/landing'), join(root, name, 'landing'), { recursive: true });
    const workplace = openBook(name);
    const hands = dealt(receipts, shards);
    expect(hands).toHaveLength(shards);
    for (const [index, hand] of [...hands.entries()].reverse()) {
      const shard = `plans/month=${MONTH}/of-the-test-${index}.json`;
      await workplace.book.put(shard, jsonBytes(hand));
      await STAGES.buildFacts({ ...RUN, shard }, workplace);
    }
    const { shards: slices = [] } = await STAGES.plan({ stage: 'settlement', ...RUN }, workplace);
    for (const slice of slices) await STAGES.settle(slice, workplace);
    await STAGES.computeKpis(RUN, workplace);
    return fingerprintsOf(join(root, name));
  }
});

describe('the state of a run', () => {
  const month = fc.constantFrom('2026-02', '2026-12');

  test('with 100 000 landed files and 100 sources full of remarks stays below 256 KiB', () => {
    const run = { month: MONTH, as_of: '2026-07-22T06:00:00.000Z' };
    const files = Array.from({ length: 100_000 }, (_, number) => receiptOf(number));
    const shards = factShards(run, files).map(({ shard }) => shard);
    const collected = Array.from({ length: 100 }, (_, number) => wordyReport(number, 100));
    expect(shards.length).toBeLessThanOrEqual(1000);
    expect(bytesOf({ ...run, collected, planned: { shards } })).toBeLessThan(STATE_BYTES);
    expect(bytesOf(files)).toBeGreaterThan(100 * STATE_BYTES);
  });

  test('any number of files: each stands in one shard, in order, and the list of shards takes less than half', () => {
    const run = (of: string) => ({ month: of, as_of: '2026-07-22T06:00:00.000Z' });
    fc.assert(
      fc.property(month, fc.nat(120_000), (of, count) => {
        const files = Array.from({ length: count }, (_, number) => number);
        const planned = factShards(run(of), files);
        expect(planned.flatMap(({ parts }) => parts).every((part, index) => part === index)).toBe(true);
        expect(planned.reduce((sum, { parts }) => sum + parts.length, 0)).toBe(count);
        expect(new Set(planned.map(({ shard }) => shard.shard)).size).toBe(planned.length);
        expect(bytesOf(planned.map(({ shard }) => shard))).toBeLessThan(STATE_BYTES / 2);
      }),
      { numRuns: 12 },
    );
  });

  test('says how many remarks it does not tell', () => {
    expect(fewRemarks(['one', 'two'], 3)).toEqual(['one', 'two']);
    const told = fewRemarks(
      Array.from({ length: 50 }, (_, number) => `remark ${number}`),
      3,
    );
    expect(told.slice(-2)).toEqual(['remark 19', '… and 30 more']);
  });
});

/** 254 hosts that each sent one file, a bill and a grid series. */
function companyOfManyHosts(): TinyCompany {
  const hosts = Array.from({ length: HOSTS }, (_, number) => number);
  return {
    month: MONTH,
    bills: {
      'a.parquet': hosts.slice(0, 20).map((number) => ({ start: hourOf(MONTH, number), resource: `i-${number}` })),
    },
    telemetry: Object.fromEntries(hosts.map((number) => [`host-${number}.jsonl`, telemetryOf(number)])),
    grid: { 'ie.csv': hosts.map((number) => ({ start: hourOf(MONTH, number), intensity: 100 + number })) },
  };
}

function telemetryOf(number: number): Telemetry[] {
  const shares = [{ project: number % 2 === 0 ? 'chat' : 'search', microjoules: 1_000_003 * (number + 1) }];
  return [{ host: `cellar-${number}`, seq: 0, start: hourOf(MONTH, number), shares, idle: 7 * number }];
}

function openBook(name: string): Workplace {
  return tinyWorkplace(root, tinySettings(), join(root, name));
}

/** Cards dealt round and round, so that neighbours part. */
function dealt<Card>(cards: readonly Card[], hands: number): Card[][] {
  const all: Card[][] = Array.from({ length: hands }, () => []);
  for (const [index, card] of cards.entries()) all[index % hands]?.push(card);
  return all.filter((hand) => hand.length > 0);
}

async function receiptsIn(key: string, { book }: Workplace): Promise<Receipt[]> {
  return JSON.parse(Buffer.from((await book.read(key)) ?? []).toString()) as Receipt[];
}

function receiptOf(number: number): Receipt {
  const sha256 = number.toString(16).padStart(64, '0');
  return {
    source_id: 'agents',
    kind: 'agent',
    period: MONTH,
    origin: `agents/telemetry/host=i-${sha256.slice(-17)}/boot=5f1c3a52/1780272000000000-1780272000000090.jsonl.gz`,
    fetched_at: AS_OF,
    bytes: 4000,
    sha256,
    extension: 'jsonl.gz',
    provider_version: null,
    contract: { shape: 'telemetry', rows: 90, rows_rejected: 0, first_event: AS_OF, last_event: AS_OF },
  };
}

/** What a source reports all of whose files were refused at length. */
function wordyReport(number: number, sources: number): CollectReport {
  const remarks = Array.from({ length: 400 }, (_, file) => `${file}: row 7 “ä” `.repeat(40));
  return { source_id: `source-${number}`, landed: 0, present: 0, rejected: 400, remarks: fewRemarks(remarks, sources) };
}

/** As Step Functions counts: JSON in UTF-8. */
function bytesOf(state: unknown): number {
  return Buffer.byteLength(JSON.stringify(state));
}
