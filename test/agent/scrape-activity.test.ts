import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { decimalText } from '../../agent/decimals.ts';
import { increasesBetween, isIncrease, joined, type Scrape } from '../../agent/scrape/activity.ts';
import { FRAMEWORKS } from '../../agent/scrape/catalogue.ts';
import type { Framework } from '../../agent/scrape/framework.ts';
import { frameworksOf, microsOf, readingsOf } from '../../agent/scrape/readings.ts';
import { activityRecordsOf, type NamedIncrease } from '../../agent/scrape/records.ts';
import { type MeasureState, remarksOn, withRemarks } from '../../agent/scrape/remarks.ts';
import { scrapeSettings } from '../../agent/scrape/settings.ts';
import { tokenize } from '../../agent/scrape/tokenize.ts';
import { parseActivityRecord } from '../../lib/landing/activity-record.ts';
import metrics from '../../lib/sources/activity/metrics.sql';
import { describeShared } from '../support/shared.ts';

const START = Date.parse('2026-06-01T00:00:00Z');
const at = (ms: number, wallMs = ms) => ({ readAt: new Date(START + wallMs), runningMs: ms, sinceBootMs: ms });
const [vllm] = frameworksOf(settingsOf({ url: 'http://127.0.0.1:8000/metrics', framework: 'vllm' }));
const HOST = { hostId: 'h-1', resourceId: 'i-1' };
const UNNAMED = { project: null, model_id: null, workload_type: null, workload_id: null };

function settingsOf(target: Readonly<Record<string, unknown>>) {
  const [settings] = scrapeSettings.parse([target]);
  if (!settings) throw new Error('Cannot read a target: expected one, got none');
  return settings;
}

/** A page as it came `ms` after the start. */
function page(ms: number, text: string, frameworks: readonly Framework[] = vllm ? [vllm] : []): Scrape {
  return { ...readingsOf(tokenize(text), frameworks), at: at(ms) };
}

const tokens = (count: number | string, model = 'llama') =>
  `vllm:generation_tokens_total{model_name="${model}"} ${count}\n`;
const told = (before: Scrape, after: Scrape) => increasesBetween('t', before, after);
const between = (before: Scrape, after: Scrape) => told(before, after).filter(isIncrease);
const quantities = (before: Scrape, after: Scrape) =>
  between(before, after).map(({ measure, model, micros, quality }) => [measure, model, Number(micros) / 1e6, quality]);

describe('laws of activity', () => {
  const climbs = fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 2, maxLength: 20 });

  test('steps add up to the whole way', () => {
    fc.assert(
      fc.property(climbs, (steps) => {
        const heights = steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0));
        const pages = heights.map((height, index) => page(index * 1000, tokens(height / 7)));
        const ways = pages.slice(1).flatMap((after, index) => between(pages[index] ?? after, after));
        const whole = between(pages[0] ?? page(0, ''), pages.at(-1) ?? page(0, ''));
        expect(joined(ways)).toMatchObject(whole.map(({ micros }) => ({ micros })));
      }),
    );
  });

  test('an increase is never negative, wherever the counter goes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: false }), fc.double(), (before, after) => {
        const increases = between(page(0, tokens(before)), page(1000, tokens(after)));
        expect(increases.every(({ micros }) => micros !== undefined && micros >= 0n)).toBe(true);
      }),
    );
  });

  test('whole counters are exact to 2^53', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (count) => microsOf(count) === BigInt(count) * 1_000_000n));
  });

  test('records of a long silence add up to it, and each fits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.integer({ min: 1, max: 86_400_000 }), (micros, ms) => {
        const records = activityRecordsOf([increase({ micros, to: at(ms) })], { host: HOST, bootId: 'b', firstSeq: 7 });
        const parsed = records.map((record) => parseActivityRecord(JSON.parse(JSON.stringify(record))));
        const sum = parsed.reduce((total, { quantity }) => total + microsOf(Number(quantity)), 0n);
        expect(parsed.map(({ seq }) => seq)).toEqual(parsed.map((_, index) => 7 + index));
        expect(parsed.map(({ period_start }) => period_start).slice(1)).toEqual(
          parsed.map(({ period_end }) => period_end).slice(0, -1),
        );
        expect(sum).toBe(micros);
      }),
    );
  });
});

function increase(change: Partial<NamedIncrease>): NamedIncrease {
  return {
    target: 't',
    framework: 'vllm',
    measure: 'output_tokens',
    model: 'llama',
    micros: 5_000_000n,
    from: at(0),
    to: at(10_000),
    quality: [],
    names: UNNAMED,
    labels: {},
    ...change,
  };
}

describe('between two pages', () => {
  test('a counter that fell began again with its server', () => {
    expect(quantities(page(0, tokens(100)), page(1000, tokens(7)))).toEqual([
      ['output_tokens', 'llama', 7, ['counter-reset']],
    ]);
  });

  test('a series that is new on a known target began at zero', () => {
    expect(quantities(page(0, tokens(100)), page(1000, tokens(100) + tokens(7, 'qwen')))).toEqual([
      ['output_tokens', 'llama', 0, []],
      ['output_tokens', 'qwen', 7, []],
    ]);
  });

  test('a series that went away and came back began at zero, though it stands higher than before', () => {
    const without = page(1000, 'vllm:num_requests_waiting 0');
    expect(quantities(page(0, tokens(3)), without)).toEqual([]);
    expect(quantities(without, page(2000, tokens(5)))).toEqual([['output_tokens', 'llama', 5, []]]);
  });

  test('what is no count is no reading', () => {
    expect(quantities(page(0, tokens(1)), page(1000, tokens('NaN')))).toEqual([]);
    expect(quantities(page(0, tokens(1)), page(1000, tokens('-3')))).toEqual([]);
    expect(quantities(page(0, tokens(1)), page(1000, tokens('+Inf')))).toEqual([]);
  });

  test('labels that split one model are added up, and errors are told apart', () => {
    const ended = (stop: number, error: number) =>
      `vllm:request_success_total{finished_reason="stop",model_name="a"} ${stop}\n` +
      `vllm:request_success_total{finished_reason="error",model_name="a"} ${error}\n`;
    expect(quantities(page(0, ended(1, 1)), page(1000, ended(5, 3)))).toEqual([
      ['requests', 'a', 6, []],
      ['errors', 'a', 2, []],
    ]);
  });

  test('the queue is summed over time, as a trapezoid', () => {
    const queue = (length: number) => `vllm:num_requests_waiting{model_name="a"} ${length}\n`;
    expect(quantities(page(0, queue(2)), page(5000, queue(4)))).toEqual([['queued_request_seconds', 'a', 15, []]]);
    expect(quantities(page(0, queue(2)), page(90_001, queue(4)))).toEqual([]);
  });

  test('latency is summed over requests, from microseconds too', () => {
    const triton = (us: number) => `nv_inference_request_duration_us{model="m",version="1"} ${us}\n`;
    const kinds = FRAMEWORKS.filter(({ name }) => name === 'triton');
    expect(quantities(page(0, triton(1_000_001), kinds), page(1000, triton(2_500_002), kinds))).toEqual([
      ['request_seconds', 'm', 1.500001, []],
    ]);
  });

  test('of errors are those of requests that failed, and not of those that their client gave up', () => {
    const errors = (before: string, after: string) =>
      between(page(0, before, FRAMEWORKS), page(1000, after, FRAMEWORKS)).flatMap(({ measure, micros }) =>
        measure === 'errors' ? [micros] : [],
      );
    const triton = (labels: string, count: number) =>
      `nv_inference_pending_request_count{model="m"} 0\nnv_inference_request_failure{model="m"${labels}} ${count}\n`;
    const byReason = (count: number) =>
      ['REJECTED', 'BACKEND', 'OTHER', 'CANCELED'].map((reason) => triton(`,reason="${reason}"`, count)).join('');
    expect(errors(byReason(1), byReason(3))).toEqual([6_000_000n]);
    expect(errors(triton('', 1), triton('', 3))).toEqual([2_000_000n]);
    const sglang = (count: number) => `sglang:num_requests_total 9\nsglang:num_aborted_requests_total ${count}\n`;
    expect(errors(sglang(0), sglang(50))).toEqual([]);
  });

  test('ranks that repeat a reading count once, replicas each', () => {
    const kinds = FRAMEWORKS.filter(({ name }) => name === 'sglang');
    const ranks = (count: number) =>
      [0, 1].flatMap((dp) =>
        [0, 1].map((tp) => `sglang:generation_tokens_total{dp_rank="${dp}",tp_rank="${tp}",model_name="m"} ${count}`),
      );
    expect(quantities(page(0, ranks(10).join('\n'), kinds), page(1000, ranks(25).join('\n'), kinds))).toEqual([
      ['output_tokens', 'm', 30, []],
    ]);
  });

  test('vLLM inside Triton: each measure is taken once, tokens from vLLM and requests from Triton', () => {
    const all = frameworksOf(settingsOf({ url: 'http://127.0.0.1:8002/metrics' }));
    const both = (n: number) =>
      `vllm:generation_tokens_total{model="m"} ${n}\nvllm:e2e_request_latency_seconds_sum{model="m"} ${n}\n` +
      `nv_inference_request_success{model="m"} ${n}\nnv_inference_request_duration_us{model="m"} ${n}\n`;
    const [before, after] = [page(0, both(1), all), page(1000, both(3), all)];
    expect(after.frameworks.map(({ name }) => name)).toEqual(['vllm', 'triton']);
    expect(between(before, after).map(({ framework, measure, micros }) => [framework, measure, micros])).toEqual([
      ['vllm', 'output_tokens', 2_000_000n],
      ['vllm', 'request_seconds', 2_000_000n],
      ['triton', 'requests', 2_000_000n],
    ]);
  });

  test('a training job is read by its allow-list only; levels are no quantities', () => {
    const allow = [
      { metric: 'trainer_global_step', measure: 'steps' },
      { metric: 'trainer_tokens_total', measure: 'training_tokens' },
      { metric: 'trainer_loss', measure: 'loss' },
      { metric: 'trainer_lr', measure: 'learning_rate' },
    ];
    const kinds = frameworksOf(settingsOf({ url: 'http://127.0.0.1/metrics', framework: 'training', allow }));
    const lines = (step: number) =>
      `trainer_global_step ${step}\ntrainer_tokens_total ${step * 4096}\ntrainer_loss -0.25\ntrainer_lr 3e-7\nother 9\n`;
    const after = page(1000, lines(12), kinds);
    expect(quantities(page(0, lines(10), kinds), after)).toEqual([
      ['steps', undefined, 2, []],
      ['training_tokens', undefined, 8192, []],
    ]);
    expect([...after.levels.values()].map(({ what, amount }) => [what, amount])).toEqual([
      ['loss', -0.25],
      ['learning_rate', 3e-7],
    ]);
  });
});

describe('a counter that stands still', () => {
  const still = (change: Partial<MeasureState>): MeasureState => ({
    measure: 'output_tokens',
    metric: 'vllm:generation_tokens_total',
    framework: 'vllm',
    isOnPage: true,
    hasMoved: false,
    stillMs: 60_000,
    ...change,
  });
  const textsOf = (...given: Parameters<typeof remarksOn>) => remarksOn(...given).map(({ text }) => text);

  test('while the GPU is at work is not believed', () => {
    expect(textsOf([still({})], { powerWatts: 300.2 })).toEqual([
      'scraped, but vllm:generation_tokens_total never moved while the GPU drew 300 W',
    ]);
    expect(textsOf([still({ hasMoved: true, stillMs: 90_000 })], { powerWatts: 300 })).toEqual([
      'scraped, but vllm:generation_tokens_total has not moved for 90 s while the GPU drew 300 W',
    ]);
    expect(textsOf([still({ isOnPage: false })], { powerWatts: 300 })).toEqual([
      'scraped, but vllm:generation_tokens_total is not on the page while the GPU drew 300 W',
    ]);
  });

  test.each([
    ['on an idle GPU', still({}), { powerWatts: 120 }],
    ['on a GPU that is idle by its own measure', still({}), { powerWatts: 300, idlePowerWatts: 250 }],
    ['where the power is not known', still({}), undefined],
    ['for a moment', still({ stillMs: 59_999 }), { powerWatts: 300 }],
    ['that need not move', still({ measure: 'cached_tokens' }), { powerWatts: 300 }],
  ] as const)('%s is a true zero', (_, state, gpu) => expect(remarksOn([state], gpu)).toEqual([]));

  test('is a true zero of requests while tokens of a long answer flow', () => {
    const requests = still({ measure: 'requests' });
    expect(remarksOn([requests, still({ stillMs: 1000 })], { powerWatts: 300 })).toEqual([]);
    expect(remarksOn([requests, still({})], { powerWatts: 300 }).map(({ measure }) => measure)).toEqual([
      'requests',
      'output_tokens',
    ]);
  });

  test('becomes a gap, and so does one that is not there; what moved stays', () => {
    const remarks = remarksOn([still({}), still({ measure: 'steps', isOnPage: false })], { powerWatts: 300 });
    const zero = increase({ micros: 0n });
    const gaps = withRemarks([zero, increase({ model: 'qwen' })], remarks, zero);
    expect(gaps.map(({ measure, model, micros, gap }) => [measure, model, micros, gap])).toEqual([
      ['output_tokens', 'llama', undefined, 'never-moved'],
      ['output_tokens', 'qwen', 5_000_000n, undefined],
      ['steps', undefined, undefined, 'metric-absent'],
    ]);
  });
});

describe('an activity record', () => {
  const recordOf = (change: Partial<NamedIncrease>) =>
    activityRecordsOf([increase(change)], { host: HOST, bootId: 'b', firstSeq: 1 })[0];

  test('says whose work it was: the settings go before the page', () => {
    const names = { ...UNNAMED, project: 'chat', model_id: 'llama-70b' };
    expect(recordOf({ names, labels: { pod: 'chat-0' } })).toMatchObject({
      quantity: '5',
      project: 'chat',
      model_id: 'llama-70b',
      labels: { pod: 'chat-0', model_name: 'llama' },
    });
    expect(recordOf({})).toMatchObject({ model_id: 'llama' });
  });

  test('of an unknown quantity is a gap, not a zero', () => {
    const record = recordOf({ micros: undefined, gap: 'never-moved' });
    expect(record).toMatchObject({ quantity: null, gap_reason: 'never-moved' });
    expect(parseActivityRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
  });

  test('beyond what fits is a gap: a counter may say anything', () => {
    expect(recordOf({ micros: 10n ** 18n })).toMatchObject({ quantity: null, gap_reason: 'implausible-quantity' });
    expect(parseActivityRecord(recordOf({ micros: 10n ** 18n - 1n })).quantity).toBe('999999999999.999999');
  });

  test('keeps its length where the clock was set', () => {
    expect(recordOf({ to: at(10_000, 3_610_000) })).toMatchObject({
      period_start: '2026-06-01T01:00:00.000Z',
      period_end: '2026-06-01T01:00:10.000Z',
      quality: ['clock-stepped'],
    });
    expect(recordOf({ to: at(10_000, -3_590_000) })).toMatchObject({ period_start: '2026-05-31T23:00:00.000Z' });
  });

  test('writes decimals', () => {
    expect([0n, 1n, 2_500_000n, 10n ** 18n].map(decimalText)).toEqual(['0', '0.000001', '2.5', '1000000000000']);
  });
});

test('what is counted, shown and told in buckets is what the source activity reads', () => {
  const ofSource = [...metrics.matchAll(/\('([^']+)', NULL, NULL, '([^']+)'/g)].map(
    ([, metric, measure]) => `${metric} ${measure}`,
  );
  const here = FRAMEWORKS.flatMap(({ counters, levels, histograms }) => [
    ...counters.map(({ metric, measure }) => `${metric} ${measure}`),
    ...levels.map(({ metric, level }) => `${metric} ${level}`),
    ...histograms.map(({ metric, measure }) => `${metric}_bucket ${measure}`),
  ]);
  expect(ofSource.length).toBeGreaterThan(10);
  expect(ofSource.filter((each) => !here.includes(each))).toEqual([]);
});

describe('the setting scrape', () => {
  const faultOf = (target: unknown) => scrapeSettings.safeParse([target]).error?.issues[0]?.message;

  test('needs an address and no more', () => {
    expect(settingsOf({ url: 'http://127.0.0.1:8000/metrics' })).toMatchObject({
      framework: 'auto',
      interval: 5000,
      gpu: [],
    });
    expect(scrapeSettings.parse(undefined)).toEqual([]);
  });

  test.each([
    [{ url: 'ftp://host/metrics' }, 'expected an http or https address, got "ftp://host/metrics"'],
    [{ url: 'http://h/', interval: '10ms' }, 'expected 1s to 60s, such as 5s, got "10ms"'],
    [
      { url: 'http://h/', framework: 'training' },
      'expected a list `allow` beside `framework: training`, and nowhere else',
    ],
    [
      { url: 'http://h/', allow: [{ metric: 'a', measure: 'loss' }] },
      'expected a list `allow` beside `framework: training`',
    ],
    [{ url: 'http://h/', colour: 'red' }, 'Unrecognized key: "colour"'],
  ])('%j is refused', (target, message) => expect(faultOf(target)).toContain(message));
});

describeShared('recorded pages', 'recorded/prom', (folder) => {
  const kindsOf = (path: string) => {
    const all = frameworksOf(settingsOf({ url: 'http://127.0.0.1/metrics' }));
    return readingsOf(tokenize(readFileSync(`${folder}/${path}`, 'utf8')), all);
  };

  test.each([
    ['triton-vllm-backend/README-sample.prom', ['vllm']],
    ['k8s-ai-conformance/dcgm__upcloud__NVIDIA-L40S__driver595.58.03__scrape1.prom', ['dcgm']],
    ['k8s-ai-conformance/dcgm__vks__GRID-A100-40C-vGPU__scrape1.prom', ['dcgm']],
    ['node-exporter/e2e-output.txt', ['node-exporter']],
    ['cadvisor/prometheus_metrics.prom', []],
  ])('%s is known by its names', (path, kinds) => {
    expect(kindsOf(path).frameworks.map(({ name }) => name)).toEqual(kinds);
  });

  test('what vLLM in Triton counted is read with its model', () => {
    const { counters } = kindsOf('triton-vllm-backend/README-sample.prom');
    expect([...counters.values()].map(({ what, model, amount }) => [what, model, amount])).toEqual([
      ['input_tokens', 'vllm_model', 10_000_000n],
      ['output_tokens', 'vllm_model', 16_000_000n],
      ['request_seconds', 'vllm_model', 86_862n],
    ]);
  });
});
