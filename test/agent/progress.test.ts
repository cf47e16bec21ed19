import fc from 'fast-check';

import { recordsOf } from '../../agent/account.ts';
import type { Look } from '../../agent/look.ts';
import { advance, booked, isIntervalOver, type Progress, resumeFrom, startAt } from '../../agent/progress.ts';
import { reachedBy } from '../../agent/runs/target.ts';
import { openWindow, recordOfRun } from '../../agent/runs/windows.ts';
import { maybeState, stateText } from '../../agent/state-text.ts';
import { microjoulesOf } from '../../lib/landing/record.ts';
import { LLM, lookAfter, packageOf } from '../support/made-up-looks.ts';

const HOST = { hostId: 'h-1', resourceId: 'i-1' };
const over = (progress: Progress, looks: readonly Look[]) =>
  looks.reduce((so, look) => advance(so, look).progress, progress);
const booksOf = (progress: Progress) => recordsOf(progress.account, { host: HOST, bootId: 'b', firstSeq: 0 });
const sumOf = (progress: Progress) =>
  booksOf(progress).reduce((sum, { energy_joules }) => sum + microjoulesOf(energy_joules ?? '0'), 0n);

/** A busy half hour: a look each second, the model at work in every other. */
const looks = Array.from({ length: 40 }, (_, second) =>
  lookAfter(second, { workloadTimes: [{ workload: LLM, microseconds: BigInt(Math.ceil(second / 2)) * 250_000n }] }),
);

describe('an agent that is stopped at any moment and started again', () => {
  test('books every joule once, whatever was not booked yet', () => {
    const [first] = looks;
    if (!first) throw new Error('no look');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 8 }), (bookedAt, lostTicks) => {
        const before = over(startAt(first), looks.slice(1, bookedAt + 1));
        const kept = maybeState(stateText(booked(before)));
        if (!kept) throw new Error('the state cannot be read back');
        const after = over(resumeFrom(kept.baseline, kept.windows), looks.slice(bookedAt + 1 + lostTicks));
        expect(sumOf(before) + sumOf(after)).toBe(39n * 50_000_000n);
      }),
    );
  });

  test('does not guess where the counter may have wrapped while it was away', () => {
    const kept = maybeState(stateText(startAt(lookAfter(0))));
    if (!kept) throw new Error('the state cannot be read back');
    // At 1 000 W the range of 1 000 000 J is through in 1 000 s.
    const reasonAfter = (seconds: number) =>
      booksOf(over(resumeFrom(kept.baseline), [lookAfter(seconds)])).find(({ component }) => component === 'cpu')
        ?.gap_reason;
    expect([reasonAfter(900), reasonAfter(1100), reasonAfter(3700)]).toEqual([
      null,
      'wrap-possibly-missed',
      'agent-away',
    ]);
  });

  test('goes on with its open runs', () => {
    const window = openWindow({ run_id: 'r-1', names: { project: 'chat' } }, new Date(0), LLM);
    const progress = { ...startAt(lookAfter(0)), windows: new Map([['r-1', window]]) };
    const kept = maybeState(stateText(over(progress, looks.slice(1, 11))));
    expect(kept?.windows.get('r-1')).toMatchObject({ startedAt: new Date(0), host: new Map([['cpu', 500_000_000n]]) });
    expect(kept).toEqual({ baseline: expect.anything(), windows: over(progress, looks.slice(1, 11)).windows });
  });

  test('forgets a run that cannot be read, and keeps the others', () => {
    const windows = new Map(['r-1', 'r-2'].map((id) => [id, openWindow({ run_id: id, names: {} }, new Date(0), LLM)]));
    const text = stateText({ ...startAt(lookAfter(0)), windows }).replace('"run_id":"r-1"', '"run_id":1');
    expect([...(maybeState(text)?.windows.keys() ?? [])]).toEqual(['r-2']);
  });

  test.each([
    '',
    '{}',
    'null',
    '[1]',
    '{"schema":"joulebook.agent-state/0"}',
    '{"schema":"joulebook.agent-state/1","bootId":"b"}',
    stateText(startAt(lookAfter(0))).replace('"component":"cpu"', '"component":"fan"'),
    stateText(startAt(lookAfter(0))).replace('"u95Ratio":', '"doubt":'),
  ])('begins anew from the state %p', (text) => expect(maybeState(text)).toBeUndefined());
});

describe('a run', () => {
  const labelled = { ...LLM, key: 'other', labels: { run_id: 'r-1' } };
  const used = (seconds: number) => [{ workload: labelled, microseconds: BigInt(seconds) * 125_000n }];

  test('has the energy of its own workloads, beside that of the host', () => {
    const progress = {
      ...startAt(lookAfter(0)),
      windows: new Map([['r-1', openWindow({ run_id: 'r-1', names: { model_id: 'm' } }, new Date(0), undefined)]]),
    };
    const after = over(progress, [lookAfter(10, { workloadTimes: used(10) })]);
    const window = after.windows.get('r-1');
    if (!window) throw new Error('the window is gone');
    expect(
      recordOfRun(window, { outcome: 'failed' }, { at: new Date(10_000), runningMs: 10_000, hostId: 'h-1' }),
    ).toMatchObject({
      run_id: 'r-1',
      workload_id: 'r-1',
      model_id: 'm',
      outcome: 'failed',
      started_at: '1970-01-01T00:00:00.000Z',
      ended_at: '1970-01-01T00:00:10.000Z',
      energy_joules: { cpu: '62.5' },
      host_energy_joules: { cpu: '500' },
      gaps: ['memory'],
    });
  });

  test('says of which component its energy is not known', () => {
    const progress = {
      ...startAt(lookAfter(0)),
      windows: new Map([['r-1', openWindow({ run_id: 'r-1', names: {} }, new Date(0), undefined)]]),
    };
    const after = over(progress, [lookAfter(10, { devices: [packageOf(undefined)] })]);
    expect([...(after.windows.get('r-1')?.gaps ?? [])]).toEqual(['cpu', 'memory']);
    expect(after.windows.get('r-1')?.host.get('cpu')).toBeUndefined();
  });
});

describe('what a run reached', () => {
  const shown = new Map([
    ['loss', 1.9],
    ['learning_rate', 3e-7],
  ]);

  test.each([
    ['as whoever ended it says', { target_metric: 'loss', target_value: 2 }, shown, 'loss', 2],
    ['as its training showed last of the metric that is named', { target_metric: 'loss' }, shown, 'loss', 1.9],
    ['as its training showed last, where it shows one result', {}, shown, 'loss', 1.9],
    ['unknown, where it shows two', {}, new Map([...shown, ['accuracy', 0.5]]), undefined, undefined],
    ['unknown, where it shows nothing of it', { target_metric: 'f1' }, shown, 'f1', undefined],
    ['unknown, where it shows nothing', {}, new Map<string, number>(), undefined, undefined],
  ])('is %s', (_, end, levels, target_metric, target_value) => {
    expect(reachedBy({ outcome: 'succeeded', ...end }, levels)).toEqual({ target_metric, target_value });
  });
});

test.each<[string, string, boolean]>([
  ['12:00:59.900', '12:01:00.100', true],
  ['12:00:00.000', '12:00:59.999', false],
  ['12:00:30', '13:00:10', true],
])('an interval of a minute that is watched from %s to %s is over: %p', (before, after, isOver) => {
  expect(isIntervalOver(new Date(`2026-06-01T${before}Z`), new Date(`2026-06-01T${after}Z`), 60_000)).toBe(isOver);
});
