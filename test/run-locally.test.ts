import { StateMachine } from 'aws-local-stepfunctions';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import { StageFailed } from '../lib/pipeline/crew.ts';
import { DEFINITION, fittedTo } from '../lib/pipeline/definition.ts';
import { type DisclosureRequest, type Handlers, reasonOf } from '../lib/pipeline/handlers.ts';
import type { Progress } from '../lib/pipeline/progress.ts';
import { type LocalOptions, runLocally } from '../lib/pipeline/run-locally.ts';

const RUN = { month: '2026-06', as_of: '2026-07-22T06:00:00Z' };
const SOURCES = ['bill', 'grid', 'agent'];
const DAYS = ['2026-06-01', '2026-06-02', '2026-06-03', '2026-06-04', '2026-06-05'];
const REPORT = { ...RUN, version: 1, folder: 'disclosures/2026-06/v1', status: 'preliminary', is_new: true };

/** A small month of plain functions: three sources, five days, every call written down. */
function toyMonth(calls: string[] = []): Handlers {
  const note = (line: string) => void calls.push(line);
  return {
    plan: async ({ stage, ...run }) => {
      note(`plan ${stage}`);
      if (stage === 'collection') return { collections: SOURCES.map((source_id) => ({ ...run, source_id })) };
      return { shards: DAYS.map((shard) => ({ ...run, shard })) };
    },
    collect: async ({ source_id }) => {
      note(`collect ${source_id}`);
      return {
        source_id,
        landed: 1,
        present: 0,
        rejected: 0,
        remarks: source_id === 'grid' ? ['3 hours are not there'] : [],
      };
    },
    buildFacts: async ({ shard }) => {
      note(`build ${shard}`);
      return { files: 1, rows: 24 };
    },
    settle: async ({ shard }) => {
      note(`settle ${shard}`);
      return { rows: 24 };
    },
    computeKpis: async () => ({ figures: 30 }),
    raiseAlarms: async () => ({ raised: 0, unknown: 0, fine: 9, told: 0 }),
    writeDisclosure: async () => REPORT,
    distribute: async () => ({ sent: 0, before: 0, doubtful: 0, refused: 0 }),
  };
}

async function close(handlers: Handlers, options: LocalOptions = {}) {
  const told: Progress[] = [];
  const report = await runLocally(RUN, handlers, (progress) => told.push(progress), {
    retryIntervalSeconds: 0,
    ...options,
  });
  return { report, told };
}

async function failureOf(handlers: Handlers, options: LocalOptions = {}): Promise<StageFailed> {
  const failure = await close(handlers, options).catch((error: unknown) => error);
  if (failure instanceof StageFailed) return failure;
  throw new Error(`expected a StageFailed, got ${String(failure)}`);
}

/** `Collect succeeded 2/3` */
const line = ({ stage, state, done, total }: Progress) => `${stage} ${state} ${done}/${total}`;

describe('a month', () => {
  test('is valid by the published rules of the states language', () => {
    expect(
      () => new StateMachine(fittedTo(1), { validationOptions: { checkArn: true, checkPaths: true } }),
    ).not.toThrow();
  });

  test('closes in the order in which the data flows and answers with the disclosure', async () => {
    const calls: string[] = [];
    const { report } = await close(toyMonth(calls));
    expect(report).toEqual(REPORT);
    expect(calls).toEqual([
      'plan collection',
      ...SOURCES.map((source) => `collect ${source}`),
      'plan facts',
      ...DAYS.map((day) => `build ${day}`),
      'plan settlement',
      ...DAYS.map((day) => `settle ${day}`),
    ]);
  });

  test('tells each stage as started, each part as it is done, and what a part has to say', async () => {
    const { told } = await close(toyMonth());
    expect(told.map(line)).toEqual([
      'PlanCollection started 0/1',
      'PlanCollection succeeded 1/1',
      'Collect started 0/3',
      ...[1, 2, 3].map((done) => `Collect succeeded ${done}/3`),
      'PlanFacts started 0/1',
      'PlanFacts succeeded 1/1',
      'BuildFacts started 0/5',
      ...DAYS.map((_, index) => `BuildFacts succeeded ${index + 1}/5`),
      'PlanSettlement started 0/1',
      'PlanSettlement succeeded 1/1',
      'Settle started 0/5',
      ...DAYS.map((_, index) => `Settle succeeded ${index + 1}/5`),
      'ComputeKpis started 0/1',
      'ComputeKpis succeeded 1/1',
      'RaiseAlarms started 0/1',
      'RaiseAlarms succeeded 1/1',
      'WriteDisclosure started 0/1',
      'WriteDisclosure succeeded 1/1',
      'Distribute started 0/1',
      'Distribute succeeded 1/1',
    ]);
    expect(told.flatMap(({ remark }) => remark ?? [])).toEqual(['3 hours are not there']);
  });

  test('without a single shard still closes', async () => {
    const toy = toyMonth();
    const handlers: Handlers = {
      ...toy,
      plan: async (input) => (input.stage === 'collection' ? toy.plan(input) : { shards: [] }),
    };
    const { report, told } = await close(handlers);
    expect(report).toEqual(REPORT);
    expect(told.map(line)).toContain('BuildFacts succeeded 0/0');
  });

  test('may stop early, with the documents left out', async () => {
    const { report, told } = await close(toyMonth(), { until: 'ComputeKpis' });
    expect(report).toBeUndefined();
    expect(told.at(-1)).toMatchObject({ stage: 'ComputeKpis', state: 'succeeded' });
    await expect(close(toyMonth(), { until: 'Lunch' })).rejects.toThrow(
      'Cannot stop after Lunch: expected one of PlanCollection,',
    );
  });

  test('hands the month and its moment to every stage', async () => {
    const seen: unknown[] = [];
    const toy = toyMonth();
    const watching = Object.fromEntries(
      Object.entries(toy).map(([name, handler]) => [
        name,
        (input: never) => {
          seen.push(input);
          return handler(input);
        },
      ]),
    ) as unknown as Handlers;
    await close(watching);
    expect(seen).toHaveLength(3 + SOURCES.length + 2 * DAYS.length + 4);
    for (const input of seen) expect(input).toMatchObject(RUN);
  });
});

describe('parts at a time', () => {
  test.each([1, 2, 3])('are never more than the limit of %i', async (limit) => {
    let atWork = 0;
    let most = 0;
    const handlers: Handlers = {
      ...toyMonth(),
      settle: async () => {
        atWork += 1;
        most = Math.max(most, atWork);
        await new Promise((resolve) => setTimeout(resolve, 2));
        atWork -= 1;
        return { rows: 0 };
      },
    };
    await close(handlers, { limit });
    expect(most).toBe(limit);
  });

  test('are never more than the definition allows', () => {
    const states = fittedTo(1000).States as typeof DEFINITION.States;
    expect(states['Collect']?.MaxConcurrency).toBe(4);
    expect(states['Settle']?.MaxConcurrency).toBe(DEFINITION.States['Settle']?.MaxConcurrency);
  });
});

describe('a source', () => {
  /** The toy month with a bill that is away the first `times` times. */
  function awayFor(times: number, onDisclosure: (request: DisclosureRequest) => void = () => undefined): Handlers {
    const toy = toyMonth();
    let asked = 0;
    return {
      ...toy,
      collect: async (collection) => {
        if (collection.source_id !== 'bill') return toy.collect(collection);
        asked += 1;
        if (asked <= times)
          throw Object.assign(new SourceUnavailable(`Cannot list the bill: attempt ${asked}`), { cause: 'ENOENT' });
        return toy.collect(collection);
      },
      writeDisclosure: async (request) => {
        onDisclosure(request);
        return REPORT;
      },
    };
  }

  test('that is away twice is asked a third time', async () => {
    let request: DisclosureRequest | undefined;
    const { told } = await close(awayFor(2, (seen) => (request = seen)));
    const failed = told.filter(({ state }) => state === 'failed');
    expect(failed.map(line)).toEqual(['Collect failed 0/3', 'Collect failed 0/3']);
    expect(failed[1]?.remark).toBe('SourceUnavailable: Cannot list the bill: attempt 2');
    expect(request?.collected?.map(({ source_id }) => source_id)).toEqual(SOURCES);
    expect(request?.collected?.[0]).toMatchObject({ landed: 1 });
  });

  test('that stays away leaves a gap with its reason, and the month goes on', async () => {
    let request: DisclosureRequest | undefined;
    const { report, told } = await close(awayFor(Number.POSITIVE_INFINITY, (seen) => (request = seen)));
    expect(report).toEqual(REPORT);
    const cause = 'Cannot list the bill: attempt 5';
    expect(request?.collected?.[0]).toEqual({ source_id: 'bill', error: 'SourceUnavailable', cause });
    expect(told.map(({ remark }) => remark)).toContain(`bill is missing: SourceUnavailable: ${cause}`);
  });

  test('that fails in any other way is not asked again, and leaves a gap', async () => {
    const calls: string[] = [];
    const toy = toyMonth(calls);
    const handlers: Handlers = {
      ...toy,
      collect: async (collection) => {
        if (collection.source_id !== 'grid') return toy.collect(collection);
        calls.push('collect grid');
        throw new TypeError('no such column');
      },
    };
    const { report } = await close(handlers);
    expect(report).toEqual(REPORT);
    expect(calls.filter((call) => call === 'collect grid')).toHaveLength(1);
  });

  test('gives the same reason from a Lambda as from a laptop', () => {
    const missed = { source_id: 'bill', error: 'SourceUnavailable' };
    const fromLambda = JSON.stringify({ errorType: 'SourceUnavailable', errorMessage: 'Cannot list', trace: ['at x'] });
    expect(reasonOf({ ...missed, cause: fromLambda })).toBe(reasonOf({ ...missed, cause: 'Cannot list' }));
    expect(reasonOf({ ...missed, cause: '{ not JSON' })).toBe('SourceUnavailable: { not JSON');
  });
});

describe('a failing stage', () => {
  const broken = new RangeError('Cannot settle: two factors for one hour');
  function failingOn(day: string, calls: string[] = []): Handlers {
    const toy = toyMonth(calls);
    return {
      ...toy,
      settle: async (shard) => {
        if (shard.shard === day) throw broken;
        return toy.settle(shard);
      },
    };
  }

  test('ends the run with its name, its part and its own error', async () => {
    const failure = await failureOf(failingOn('2026-06-02'));
    expect(failure.state).toBe('SettleShard');
    expect(failure.cause).toBe(broken);
    expect(failure.message).toBe('Cannot finish SettleShard of 2026-06-02: Cannot settle: two factors for one hour');
  });

  test('starts no further part, and waits for those at work', async () => {
    const calls: string[] = [];
    let isDone = false;
    const toy = failingOn('2026-06-02', calls);
    const handlers: Handlers = {
      ...toy,
      settle: async (shard) => {
        if (shard.shard === '2026-06-01') {
          await new Promise((resolve) => setTimeout(resolve, 20));
          isDone = true;
        }
        return toy.settle(shard);
      },
    };
    await failureOf(handlers, { limit: 2 });
    expect(isDone).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls.filter((call) => call.startsWith('settle'))).toEqual(['settle 2026-06-01']);
  });

  test('is told as failed before the run ends', async () => {
    const told: Progress[] = [];
    const run = runLocally(RUN, failingOn('2026-06-03'), (progress) => told.push(progress));
    await expect(run).rejects.toThrow(StageFailed);
    expect(told.at(-1)).toEqual({
      stage: 'Settle',
      state: 'failed',
      done: 2,
      total: 5,
      remark: 'RangeError: Cannot settle: two factors for one hour',
    });
  });

  test('may be a plan that lists nothing at all', async () => {
    const failure = await failureOf({ ...toyMonth(), plan: async () => ({}) });
    expect(failure.message).toMatch(/Cannot finish .*\$\.Payload\.collections/);
  });

  test('may throw what is no error', async () => {
    const failure = await failureOf({ ...toyMonth(), computeKpis: () => Promise.reject('out of paper') });
    expect(failure).toMatchObject({ state: 'ComputeKpis', cause: 'out of paper' });
  });

  test('may be the one who listens', async () => {
    const deaf = () => {
      throw new Error('no terminal');
    };
    await expect(runLocally(RUN, toyMonth(), deaf)).rejects.toThrow('no terminal');
  });
});
