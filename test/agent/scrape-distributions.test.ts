import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { type Activity, increasesBetween, joined, type Scrape } from '../../agent/scrape/activity.ts';
import { FRAMEWORKS } from '../../agent/scrape/catalogue.ts';
import { meanOf } from '../../agent/scrape/levels.ts';
import { frameworksOf, namesOf, readingsOf } from '../../agent/scrape/readings.ts';
import { activityRecordsOf } from '../../agent/scrape/records.ts';
import { scrapeSettings } from '../../agent/scrape/settings.ts';
import { tokenize } from '../../agent/scrape/tokenize.ts';
import { parseActivityRecord } from '../../lib/landing/activity-record.ts';
import { describeShared } from '../support/shared.ts';

const START = Date.parse('2026-06-01T00:00:00Z');
const at = (ms: number) => ({ readAt: new Date(START + ms), runningMs: ms, sinceBootMs: ms });
const BOUNDS = ['0.3', '0.5', '1.0', '+Inf'];

function kindsOf(target: Readonly<Record<string, unknown>> = { framework: 'vllm' }) {
  return scrapeSettings.parse([{ url: 'http://127.0.0.1/metrics', ...target }]).flatMap(frameworksOf);
}

/** A page as it came `ms` after the start; only what a scraper asks for is read. */
function page(ms: number, text: string, kinds = kindsOf()): Scrape {
  const names = namesOf(kinds);
  return {
    ...readingsOf(
      tokenize(text, (name) => names.has(name)),
      kinds,
    ),
    at: at(ms),
  };
}

/** The latency histogram of a page with so many requests in each bucket. */
function latencies(counts: readonly number[], bounds = BOUNDS, model = 'm'): string {
  return bounds
    .map((bound, index) => {
      const atMost = counts.slice(0, index + 1).reduce((sum, count) => sum + count, 0);
      return `vllm:e2e_request_latency_seconds_bucket{le="${bound}",model_name="${model}"} ${atMost}\n`;
    })
    .join('');
}

const waiting = (length: number, model = 'm') => `vllm:num_requests_waiting{model_name="${model}"} ${length}\n`;
const told = (before: Scrape, after: Scrape) => increasesBetween('t', before, after);
const bucketsIn = (all: readonly Activity[]) =>
  all.flatMap((each) =>
    'buckets' in each ? each.buckets.map(({ over, upTo, count }) => [over, upTo, Number(count)]) : [],
  );
const levelsIn = (all: readonly Activity[]) =>
  all.flatMap((each) => ('level' in each && each.level ? [{ measure: each.measure, ...each.level }] : []));
const named = (all: readonly Activity[]) =>
  all.map((each) => ({
    ...each,
    names: { project: null, model_id: null, workload_type: null, workload_id: null },
    labels: {},
  }));
const recordsOf = (all: readonly Activity[]) =>
  activityRecordsOf(named(all), { host: { hostId: 'h', resourceId: 'i' }, bootId: 'b', firstSeq: 1 }).map((record) =>
    parseActivityRecord(JSON.parse(JSON.stringify(record))),
  );

describe('laws of histograms', () => {
  const counts = fc.array(fc.nat({ max: 1e6 }), { minLength: 4, maxLength: 4 });
  const totals = (steps: readonly number[][]) =>
    steps.map((step, last) =>
      step.map((_, index) => steps.slice(0, last + 1).reduce((sum, each) => sum + (each[index] ?? 0), 0)),
    );

  test('the rises of all buckets add up to the rise of their count', () => {
    fc.assert(
      fc.property(counts, counts, (first, rise) => {
        const after = first.map((count, index) => count + (rise[index] ?? 0));
        const rises = bucketsIn(told(page(0, latencies(first)), page(1000, latencies(after))));
        expect(rises.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(rise.reduce((a, b) => a + b, 0));
      }),
    );
  });

  test('an interval that is cut anywhere has the same buckets', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 2, maxLength: 8 }), (steps) => {
        const pages = totals(steps).map((each, index) => page(index * 1000, latencies(each)));
        const parts = pages.slice(1).flatMap((after, index) => told(pages[index] ?? after, after));
        const whole = told(pages[0] ?? page(0, ''), pages.at(-1) ?? page(0, ''));
        expect(bucketsIn(joined(parts))).toEqual(bucketsIn(whole));
      }),
    );
  });

  test('whatever a page says, nothing counted is negative, and what is booked can be read', () => {
    const any = fc.array(fc.oneof(fc.double({ noNaN: false }), fc.integer()), { minLength: 4, maxLength: 4 });
    const lines = (values: readonly number[]) =>
      values
        .map((value, index) => `vllm:e2e_request_latency_seconds_bucket{le="${BOUNDS[index]}"} ${value}\n`)
        .join('');
    fc.assert(
      fc.property(any, any, (one, other) => {
        const rises = told(page(0, lines(one)), page(1000, lines(other)));
        expect(bucketsIn(rises).every(([, , count]) => Number(count) > 0)).toBe(true);
        expect(recordsOf(rises)).toHaveLength(bucketsIn(rises).length > 0 ? 1 : 0);
      }),
    );
  });

  test('records of a long silence add up to it', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 86_400_000 }), (rise, ms) => {
        const records = recordsOf(told(page(0, latencies([0, 0, 0, 0])), page(ms, latencies(rise))));
        const sum = records.flatMap(({ buckets = [] }) => buckets).reduce((all, { count }) => all + Number(count), 0);
        expect(sum).toBe(rise.reduce((a, b) => a + b, 0));
      }),
    );
  });
});

describe('between two histograms', () => {
  test('buckets are told by both bounds, as the page writes them; empty ones are left out', () => {
    const rises = told(page(0, latencies([1, 2, 3, 4])), page(1000, latencies([3, 2, 4, 5])));
    expect(bucketsIn(rises)).toEqual([
      ['-Inf', '0.3', 2],
      ['0.5', '1.0', 1],
      ['1.0', '+Inf', 1],
    ]);
  });

  test('a bucket that holds less began again with its server, though the count of all is higher', () => {
    const rises = told(page(0, latencies([3, 2, 0, 0])), page(1000, latencies([5, 1, 0, 0])));
    expect(rises).toMatchObject([{ quality: ['counter-reset'] }]);
    expect(bucketsIn(rises)).toEqual([
      ['-Inf', '0.3', 5],
      ['0.3', '0.5', 1],
    ]);
  });

  test('other bounds are another histogram, and buckets of both stay apart', () => {
    const [before, other, last] = [
      page(0, latencies([1, 1, 1, 1])),
      page(1000, latencies([2, 1], ['0.5', '+Inf'])),
      page(2000, latencies([2, 3], ['0.5', '+Inf'])),
    ];
    const rises = joined([
      ...told(page(-1000, latencies([0, 1, 0, 0])), before),
      ...told(before, other),
      ...told(other, last),
    ]);
    expect(rises).toMatchObject([{ quality: ['counter-reset'] }]);
    expect(bucketsIn(rises)).toEqual([
      ['-Inf', '0.3', 1],
      ['-Inf', '0.5', 2],
      ['0.5', '1.0', 1],
      ['0.5', '+Inf', 3],
      ['1.0', '+Inf', 1],
    ]);
  });

  test.each([
    ['whose counts fall from bound to bound', '_bucket{le="0.3"} 4\n', '_bucket{le="+Inf"} 3\n'],
    ['without its last bucket', '_bucket{le="0.3"} 4\n', ''],
    ['with a bound that is no number', '_bucket{le="fast"} 4\n', '_bucket{le="+Inf"} 5\n'],
    ['with a bound that stands there twice', '_bucket{le="1"} 4\n_bucket{le="1.0"} 4\n', '_bucket{le="+Inf"} 5\n'],
    ['without bounds', '_bucket 4\n', '_bucket{le="+Inf"} 5\n'],
  ])('one %s is not read', (_, ...lines) => {
    const text = lines
      .join('')
      .split('\n')
      .map((line) => line && `vllm:e2e_request_latency_seconds${line}\n`)
      .join('');
    expect(page(0, text).histograms.size).toBe(0);
  });

  test('a distribution that a page has under two names is read from the newer one', () => {
    const both = ['inter_token_latency', 'time_per_output_token']
      .map((name) => `vllm:${name}_seconds_bucket{le="+Inf",model_name="m"} 5\n`)
      .join('');
    expect([...page(0, both).histograms.values()].map(({ metric }) => metric)).toEqual([
      'vllm:inter_token_latency_seconds_bucket',
    ]);
  });

  test('a queue of SGLang is the sum of its priorities, which stand beside it', () => {
    const kinds = kindsOf({ framework: 'sglang' });
    const queue = (priority: string, length: number) =>
      ['queue', 'running'].map((name) => `sglang:num_${name}_reqs{model_name="m"${priority}} ${length}\n`).join('');
    const lasts = (text: string) =>
      levelsIn(told(page(0, text, kinds), page(1000, text, kinds))).map(({ measure, last }) => [measure, last]);
    const both = queue(',priority=""', 5) + queue(',priority="0"', 3) + queue(',priority="7"', 2);
    for (const text of [both, queue('', 5)])
      expect(lasts(text)).toEqual([
        ['queued_requests', 5],
        ['running_requests', 5],
      ]);
  });

  test('ranks that repeat a histogram count once, and one that is new on a known target began at zero', () => {
    const kinds = kindsOf({ framework: 'sglang' });
    const ranks = (count: number) =>
      [0, 1]
        .map(
          (rank) => `sglang:e2e_request_latency_seconds_bucket{le="+Inf",model_name="m",tp_rank="${rank}"} ${count}\n`,
        )
        .join('');
    const rises = told(page(0, 'sglang:num_queue_reqs 0\n', kinds), page(1000, ranks(7), kinds));
    expect(bucketsIn(rises)).toEqual([['-Inf', '+Inf', 7]]);
  });
});

describe('laws of levels', () => {
  const reading = fc.record({ ms: fc.integer({ min: 1, max: 60_000 }), length: fc.nat({ max: 1000 }) });

  test('an interval that is cut anywhere has the same readings, and its mean lies among them', () => {
    fc.assert(
      fc.property(fc.array(reading, { minLength: 2, maxLength: 10 }), fc.nat(), (readings, cut) => {
        let now = 0;
        const pages = readings.map(({ ms, length }) => {
          now += ms;
          return page(now, waiting(length));
        });
        const steps = pages.slice(1).map((after, index) => told(pages[index] ?? after, after));
        const at = cut % steps.length;
        const halves = [joined(steps.slice(0, at).flat()), joined(steps.slice(at).flat())];
        const [whole] = levelsIn(joined(steps.flat()));
        expect(levelsIn(joined(halves.flat()))).toEqual([
          {
            ...whole,
            integral: expect.closeTo(whole?.integral ?? -1, 3),
            seconds: expect.closeTo(whole?.seconds ?? -1, 6),
          },
        ]);
        const lengths = readings.map(({ length }) => length);
        expect(whole).toMatchObject({
          last: lengths.at(-1),
          minimum: Math.min(...lengths),
          maximum: Math.max(...lengths),
          samples: steps.length,
        });
        const mean = whole && meanOf(whole);
        expect(mean).toBeGreaterThanOrEqual(Math.min(...lengths));
        expect(mean).toBeLessThanOrEqual(Math.max(...lengths));
      }),
    );
  });

  test('whatever a gauge says, what is booked can be read', () => {
    const kinds = kindsOf({ framework: 'training', allow: [{ metric: 'loss', measure: 'loss' }] });
    fc.assert(
      fc.property(fc.double({ noNaN: false }), fc.double({ noNaN: false }), (one, other) => {
        const records = recordsOf(told(page(0, `loss ${one}\n`, kinds), page(1000, `loss ${other}\n`, kinds)));
        expect(records.length).toBe(Math.abs(other) <= 1e100 ? 1 : 0);
      }),
    );
  });
});

describe('a level', () => {
  test('has its mean over time, and both ends of the interval', () => {
    const steps = [waiting(2), waiting(4), waiting(0)].map((text, index) => page(index * 5000, text));
    const [first, second, third] = steps;
    if (!first || !second || !third) throw new Error('Cannot read three pages: expected three');
    const records = recordsOf(joined([...told(first, second), ...told(second, third)]));
    expect(records.map(({ measure, quantity, level }) => [measure, quantity, level])).toEqual([
      ['queued_requests', null, { last: 0, mean: 2.5, minimum: 0, maximum: 4, samples: 2, seconds: 10 }],
      ['queued_request_seconds', '25', undefined],
    ]);
  });

  test('is known at its end alone after a long silence', () => {
    const [record, ...others] = recordsOf(told(page(0, waiting(2)), page(7_200_001, waiting(4))));
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      period_end: '2026-06-01T02:00:00.001Z',
      level: { last: 4, mean: null, minimum: 4, maximum: 4, samples: 1, seconds: 0 },
    });
  });

  test('of several engines behind one page is their sum, or the mean of their caches', () => {
    const engines = (queues: readonly number[]) =>
      queues
        .map((queue, engine) => {
          const labels = `{engine="${engine}",model_name="m"}`;
          return `vllm:num_requests_waiting${labels} ${queue}\nvllm:kv_cache_usage_perc${labels} ${queue / 10}\n`;
        })
        .join('');
    expect(levelsIn(told(page(0, engines([1, 2])), page(1000, engines([1, 4]))))).toMatchObject([
      { measure: 'queued_requests', last: 5, minimum: 3 },
      { measure: 'kv_cache_ratio', last: 0.25, minimum: expect.closeTo(0.15, 9) },
    ]);
  });

  test('of a training that several series contradict is a gap, until labels choose one', () => {
    const text = 'loss{split="train"} 1.5\nloss{split="eval"} 2\n';
    const both = kindsOf({ framework: 'training', allow: [{ metric: 'loss', measure: 'loss' }] });
    expect(recordsOf(told(page(0, text, both), page(1000, text, both)))).toMatchObject([
      { measure: 'loss', quantity: null, gap_reason: 'several-series' },
    ]);
    const where = { split: 'eval' };
    const one = kindsOf({ framework: 'training', allow: [{ metric: 'loss', measure: 'loss', where }] });
    expect(recordsOf(told(page(0, text, one), page(1000, text, one)))).toMatchObject([
      { measure: 'loss', gap_reason: null, level: { last: 2 } },
    ]);
  });

  test('below zero is none where it counts something', () => {
    expect(levelsIn(told(page(0, waiting(1)), page(1000, waiting(-1))))).toEqual([]);
  });
});

describeShared('the recorded page of vLLM in Triton', 'recorded/prom/triton-vllm-backend', (folder) => {
  test('has the distributions that vLLM counted', () => {
    const text = readFileSync(`${folder}/README-sample.prom`, 'utf8');
    const rises = told(page(0, 'vllm:num_requests_waiting 0\n', [...FRAMEWORKS]), page(1000, text, [...FRAMEWORKS]));
    expect(rises.flatMap((each) => ('buckets' in each ? [[each.measure, each.buckets]] : []))).toEqual([
      ['requests_by_latency', [{ over: '-Inf', upTo: '1', count: 1n }]],
      ['requests_by_time_to_first_token', [{ over: '0.001', upTo: '+Inf', count: 1n }]],
      [
        'tokens_by_inter_token_latency',
        [
          { over: '-Inf', upTo: '0.01', count: 14n },
          { over: '0.01', upTo: '+Inf', count: 1n },
        ],
      ],
    ]);
  });
});
