import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

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

test('points are written one a line, each with its own time and dimensions alone', () => {
  const hour = {
    namespace: 'Joulebook',
    at: AT,
    dimensions: { book: 's3://b', project: 'x' },
    values: { requests: 1 },
  };
  const points = [
    hour,
    { ...hour, dimensions: { book: 's3://b', model_id: 'unpublished' }, values: {} },
    { ...hour, at: '2026-06-10T06:00:00Z', dimensions: { book: 's3://b' } },
    { ...hour, namespace: 'Joulebook/Signals' },
  ];
  const program = `const { publishInLog } = await import(${JSON.stringify(resolve('lib/adapters/metrics-in-log.ts'))});
    await publishInLog(${JSON.stringify(points)});`;
  const said = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '--eval', program]);
  const lines = said.toString().trimEnd().split('\n');
  const expected = points.filter((_, index) => index !== 1);
  expect(lines.map((line) => JSON.parse(line))).toEqual(expected.map((point) => metricsOf(point).serializeMetrics()));
});
