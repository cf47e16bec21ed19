import fc from 'fast-check';

import { METRICS, type Metric } from '../../agent/live/catalogue.ts';
import { renderMetrics } from '../../agent/live/render.ts';
import { readExposition } from '../support/exposition.ts';

const ALL: readonly Metric[] = Object.values(METRICS);
const GAUGE: Metric = { ...METRICS.devicePower, labels: ['a', 'b'] };

describe('the catalogue', () => {
  test('is an exposition that promtool would take', () => {
    const families = ALL.map((metric) => ({
      metric,
      samples: [{ labels: Object.fromEntries(metric.labels.map((label) => [label, 'x'])), value: 1 }],
    }));
    expect(readExposition(renderMetrics(families)).map(({ name }) => name)).toEqual(ALL.map(({ name }) => name));
  });

  test('has each name once, and a meaning in sentences', () => {
    expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
    expect(ALL.filter(({ meaning }) => !/^[A-Z].*\.$/s.test(meaning))).toEqual([]);
  });
});

describe('an exposition', () => {
  test('is read back as it was, whatever the labels and numbers', () => {
    const samples = fc.uniqueArray(
      fc.record({
        labels: fc.record({ a: fc.string({ unit: 'grapheme', minLength: 1 }), b: fc.string({ minLength: 1 }) }),
        value: fc.double({ noNaN: true }),
      }),
      { selector: ({ labels }) => JSON.stringify(labels), minLength: 1 },
    );
    fc.assert(
      fc.property(samples, (given) => {
        const read = readExposition(renderMetrics([{ metric: GAUGE, samples: given }]));
        expect(read.map(({ labels, value }) => ({ labels, value: value + 0 }))).toEqual(
          given.map(({ labels, value }) => ({ labels, value: value + 0 })),
        );
      }),
    );
  });

  test('leaves out what nobody knows: labels, and families without series', () => {
    const samples = [{ labels: { a: null, b: '' }, value: Number.POSITIVE_INFINITY }];
    const text = renderMetrics([
      { metric: GAUGE, samples },
      { metric: METRICS.wallPower, samples: [] },
    ]);
    expect(text).toBe(
      `# HELP joulebook_device_power_watts ${GAUGE.meaning}\n# TYPE joulebook_device_power_watts gauge\njoulebook_device_power_watts +Inf\n`,
    );
  });

  test.each([
    ['# TYPE a_total counter\na_total 1\n', 'without HELP'],
    ['# HELP a h\n# TYPE a gauge\na 1\na 2\n', 'a series twice'],
    ['# HELP a h\n# TYPE a counter\na 1\n', 'a counter without _total'],
    ['# HELP a h\n# TYPE a gauge\na{b="c\\d"} 1\n', 'an escape that is none'],
    ['# HELP a_ms h\n# TYPE a_ms gauge\na_ms 1\n', 'another unit'],
    ['# HELP a_counter_b h\n# TYPE a_counter_b gauge\na_counter_b 1\n', 'a type in a name'],
    ['# HELP a h\n# TYPE a gauge\na 1', 'no line end'],
  ])('%j is refused by the reader of these tests: %s', (text) => {
    expect(() => readExposition(text)).toThrow(/^Cannot read an exposition/);
  });
});
