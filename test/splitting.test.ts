import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { jsonBytes, readText } from '../lib/landing/book.ts';
import type { StageFailed } from '../lib/pipeline/crew.ts';
import { Exhausted, orExhausted } from '../lib/pipeline/exhausted.ts';
import { type Handlers, handlersAt } from '../lib/pipeline/handlers.ts';
import type { Progress } from '../lib/pipeline/progress.ts';
import { runLocally } from '../lib/pipeline/run-locally.ts';
import type { Shard, Workplace } from '../lib/pipeline/stage.ts';
import { STAGES } from '../lib/pipeline/stages.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  AS_OF,
  closeTiny,
  fingerprintsOf,
  hourOf,
  type TinyCompany,
  tinySettings,
  tinyWorkplace,
  writeCompany,
} from './support/tiny-company.ts';

const MONTH = '2026-06';
const RUN = { month: MONTH, as_of: AS_OF };
/** With a bill and a grid series sixteen files: a full hand. */
const HOSTS = 14;
/** A month takes seconds, and must not fail where the machine is busy. */
jest.setTimeout(600_000);
const root = tempFolder();
let whole: readonly string[];

beforeAll(async () => {
  await writeCompany(companyOfManyHosts(), root);
  await closeTiny(openBook('whole'), MONTH);
  whole = fingerprintsOf(join(root, 'whole'));
});

describe('a hand of sixteen files', () => {
  test.each([1, 2, 5, 8])(
    'that a worker holds only %i of is halved until it fits, and the bytes are the same',
    async (most) => {
      const workplace = openBook(`most-${most}`);
      const built: number[] = [];
      const told = await close({ ...oneHand(workplace), buildFacts: narrow(workplace, most, built) });
      expect(Math.max(...built)).toBeLessThanOrEqual(most);
      expect(built.reduce((sum, files) => sum + files, 0)).toBe(HOSTS + 2);
      expect(fingerprintsOf(join(root, `most-${most}`))).toEqual(whole);
      expect(told.filter(({ stage, state }) => stage === 'BuildFacts' && state === 'succeeded')).toEqual([
        { stage: 'BuildFacts', state: 'succeeded', done: 1, total: 1 },
      ]);
    },
  );

  test.each(['Lambda.Unknown', 'Runtime.ExitError', 'Runtime.OutOfMemory', 'Sandbox.Timedout'])(
    'is halved where Lambda says %s',
    async (name) => {
      const workplace = openBook(name);
      const killed = Object.assign(new Error('signal: killed'), { name });
      await close({ ...oneHand(workplace), buildFacts: narrow(workplace, 8, [], killed) }, 'BuildFacts');
      expect(fingerprintsOf(join(root, name), ['facts'])).toEqual(whole.filter((file) => file.startsWith('facts/')));
    },
  );

  test('fails the month by the worker’s own words where a single file is too large', async () => {
    const workplace = openBook('too-large');
    const handlers = { ...oneHand(workplace), buildFacts: narrow(workplace, 0, []) };
    const failure = await failureOf(handlers);
    expect(failure.state).toBe('BuildSixteenth');
    expect(failure.message).toMatch(/facts-00001-1-1-1-1\.json: Out of Memory Error: of the test$/);
  });

  test('is not halved where a worker fails otherwise', async () => {
    const workplace = openBook('broken');
    let calls = 0;
    const failure = await failureOf({
      ...oneHand(workplace),
      buildFacts: async () => {
        calls += 1;
        throw new RangeError('no such column');
      },
    });
    expect([failure.state, calls]).toEqual(['BuildShard', 1]);
  });
});

describe('days of the settlement', () => {
  test('are halved as names, and settled one after the other', async () => {
    const { plan } = handlersAt(openBook('days'), STAGES);
    const failure = { Error: 'Exhausted', Cause: 'no space left on device' };
    const days = '2026-06-01,2026-06-04,2026-06-07';
    expect(await plan({ stage: 'halves', ...RUN, shard: days, failure })).toEqual({
      shards: [
        { ...RUN, shard: '2026-06-01,2026-06-04' },
        { ...RUN, shard: '2026-06-07' },
      ],
    });
  });

  test('fail the month where a single slice is too large', async () => {
    const workplace = openBook('slice');
    const failure = await failureOf({ ...handlersAt(workplace, STAGES), settle: () => Promise.reject(exhausted()) });
    expect(failure.state).toBe('SplitSettleShard');
    expect(failure.message).toBe(
      'Cannot finish SplitSettleShard of 2026-06-01: Cannot split 2026-06-01: expected two parts or more, got one; its worker said Exhausted: Out of Memory Error: of the test',
    );
  });
});

describe('a worker is exhausted', () => {
  test('where DuckDB is out of memory', async () => {
    const warehouse = await DuckDbWarehouse.open('20MB');
    const work = warehouse.run('SELECT list(number ORDER BY hash(number)) FROM range(4000000) AS numbers(number)');
    const failure = await orExhausted(work).catch((error: unknown) => error);
    await warehouse.close();
    expect(failure).toBeInstanceOf(Exhausted);
    expect((failure as Error).message).toMatch(
      /^Cannot hold the shard: expected it to fit memory and disk, got Out of M/,
    );
  });

  // The kernel's own full disk: full(4).
  test('where the disk is full: in DuckDB’s words, and behind another error', async () => {
    const warehouse = await DuckDbWarehouse.open();
    const copy = orExhausted(warehouse.run("COPY (FROM range(1000000)) TO '/dev/full' (FORMAT csv)"));
    await expect(copy).rejects.toMatchObject({ name: 'Exhausted', message: expect.stringMatching(/No space left/) });
    await warehouse.close();
    const full = writeFile('/dev/full', 'x').catch((cause: unknown) => {
      throw new Error('Cannot store a file', { cause });
    });
    await expect(orExhausted(full)).rejects.toThrow('got ENOSPC: no space left on device');
  });

  test('in no other case', async () => {
    const broken = new RangeError('no such column');
    await expect(orExhausted(Promise.reject(broken))).rejects.toBe(broken);
    await expect(orExhausted(Promise.reject('out of paper'))).rejects.toBe('out of paper');
    const itsOwnCause = new Error('round and round');
    itsOwnCause.cause = itsOwnCause;
    await expect(orExhausted(Promise.reject(itsOwnCause))).rejects.toBe(itsOwnCause);
  });
});

function exhausted(): Exhausted {
  return new Exhausted('Out of Memory Error: of the test');
}

/** A month that deals all its files to one worker. */
function oneHand(workplace: Workplace): Handlers {
  const handlers = handlersAt(workplace, STAGES);
  return {
    ...handlers,
    plan: async (request) => {
      const plan = await handlers.plan(request);
      const [first] = plan.shards ?? [];
      if (request.stage !== 'facts' || !first) return plan;
      const lists = await Promise.all((plan.shards ?? []).map((shard) => filesOf(shard, workplace)));
      await workplace.book.put(first.shard, jsonBytes(lists.flat()));
      return { shards: [first] };
    },
  };
}

/** A worker that holds so many files at most, and notes how many it was given. */
function narrow(
  workplace: Workplace,
  most: number,
  built: number[],
  failure: Error = exhausted(),
): Handlers['buildFacts'] {
  return async (shard) => {
    const { length } = await filesOf(shard, workplace);
    if (length > most) throw failure;
    built.push(length);
    return STAGES.buildFacts(shard, workplace);
  };
}

async function filesOf({ shard }: Shard, { book }: Workplace): Promise<unknown[]> {
  return JSON.parse((await readText(book, shard)) ?? '[]') as unknown[];
}

async function close(handlers: Handlers, until = 'ComputeKpis'): Promise<Progress[]> {
  const told: Progress[] = [];
  await runLocally(RUN, handlers, (progress) => told.push(progress), { until, retryIntervalSeconds: 0 });
  return told;
}

async function failureOf(handlers: Handlers): Promise<StageFailed> {
  return close(handlers).then(
    () => Promise.reject(new Error('expected the month to fail')),
    (failure: StageFailed) => failure,
  );
}

function companyOfManyHosts(): TinyCompany {
  const hosts = Array.from({ length: HOSTS }, (_, number) => number);
  return {
    month: MONTH,
    bills: { 'a.parquet': hosts.map((number) => ({ start: hourOf(MONTH, number), resource: `i-${number}` })) },
    telemetry: Object.fromEntries(
      hosts.map((number) => {
        const shares = [{ project: 'chat', microjoules: 1_000_003 * (number + 1) }];
        return [`host-${number}.jsonl`, [{ host: `cellar-${number}`, seq: 0, start: hourOf(MONTH, number), shares }]];
      }),
    ),
    grid: { 'ie.csv': hosts.map((number) => ({ start: hourOf(MONTH, number), intensity: 100 + number })) },
  };
}

function openBook(name: string): Workplace {
  return tinyWorkplace(root, tinySettings(), join(root, name));
}
