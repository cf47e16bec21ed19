import fc from 'fast-check';

import { metricsOf } from '../lib/adapters/metrics-in-log.ts';

const AT = '2026-06-10T05:00:00Z';
const names = (most: number) => fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/), { maxLength: most });
type Line = ReturnType<ReturnType<typeof metricsOf>['serializeMetrics']>;

/** Amazon CloudWatch User Guide, "Specification: Embedded metric format", and API Reference, Dimension and MetricDatum. */
function expectValid({ _aws, ...members }: Line): void {
  expect(_aws.Timestamp).toBe(Date.parse(AT));
  expect(_aws.CloudWatchMetrics).toHaveLength(1);
  for (const { Namespace, Dimensions, Metrics } of _aws.CloudWatchMetrics) {
    expect(Namespace).toMatch(/^[\w.\-/#]{1,255}$/);
    expect(Metrics.length).toBeLessThanOrEqual(100);
    expect(Dimensions.length).toBeLessThanOrEqual(1);
    const told = Dimensions.flat();
    for (const name of told) expect(members[name]).toMatch(/^(?=.*[!-~])[ -~]{1,1024}$/);
    for (const { Name, Unit } of Metrics) expect([Unit, Number.isFinite(members[Name])]).toEqual(['None', true]);
    // What is neither a dimension nor a metric of the point is not there.
    expect(Object.keys(members).sort()).toEqual([...told, ...Metrics.map(({ Name }) => Name)].sort());
  }
}

test('law: every line is valid and holds its dimensions, and no value is lost', () => {
  fc.assert(
    fc.property(names(29), names(100), fc.string({ maxLength: 2000, unit: 'binary' }), (keys, metrics, text) => {
      const values = Object.fromEntries(metrics.map((name, index) => [`m_${name}`, index]));
      const dimensions = Object.fromEntries(keys.map((name) => [`d_${name}`, text]));
      const line = metricsOf({ namespace: 'Joulebook', at: AT, dimensions, values }).serializeMetrics();
      expectValid(line);
      expect(line).toMatchObject(values);
      expect(line._aws.CloudWatchMetrics[0]?.Dimensions.flat().sort()).toEqual(Object.keys(dimensions).sort());
    }),
  );
});

test('a number that is none is left out, and a point without any has no line', () => {
  const point = { namespace: 'Joulebook', at: AT, dimensions: { book: 's3://b' } };
  expect(metricsOf({ ...point, values: { a: Number.NaN, b: Number.POSITIVE_INFINITY } }).hasStoredMetrics()).toBe(
    false,
  );
  expect(metricsOf({ ...point, values: {} }).hasStoredMetrics()).toBe(false);
});

test('more values or dimensions than a line may hold are refused', () => {
  const many = (length: number) => Object.fromEntries(Array.from({ length }, (_, index) => [`d${index}`, 'x']));
  const values = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`m${index}`, 1]));
  const point = { namespace: 'Joulebook', at: AT };
  expect(() => metricsOf({ ...point, dimensions: many(30), values: { a: 1 } })).toThrow('dimensions must be lower');
  expect(() => metricsOf({ ...point, dimensions: {}, values })).toThrow('expected at most 100 values, got 101');
});
