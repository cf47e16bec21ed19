import fc from 'fast-check';

import { embeddedMetrics } from '../../lib/alarms/embedded-metrics.ts';
import { judgeAll } from '../../lib/alarms/judge.ts';
import { HOUR_METRICS, hourPoints, signalPoint } from '../../lib/alarms/metrics.ts';

const AT = '2026-06-10T05:00:00Z';
const names = (most: number) => fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/), { maxLength: most });

/** Amazon CloudWatch User Guide, "Specification: Embedded metric format", and API Reference, Dimension and MetricDatum. */
function expectValid(line: ReturnType<typeof embeddedMetrics>[number]): void {
  const { _aws, ...members } = line;
  expect(Number.isInteger(_aws.Timestamp)).toBe(true);
  const [{ Namespace, Dimensions, Metrics }] = _aws.CloudWatchMetrics;
  expect(Namespace).toMatch(/^[\w.\-/#]{1,255}$/);
  expect(Dimensions[0].length).toBeLessThanOrEqual(30);
  expect(Metrics.length).toBeGreaterThan(0);
  expect(Metrics.length).toBeLessThanOrEqual(100);
  for (const name of Dimensions[0]) expect(members[name]).toMatch(/^(?=.*[!-~])[ -~]{1,1024}$/);
  for (const { Name } of Metrics) expect(Number.isFinite(members[Name])).toBe(true);
}

test('law: every line is valid, and no value is lost or doubled', () => {
  fc.assert(
    fc.property(
      names(30),
      names(250),
      fc.string({ minLength: 0, maxLength: 2000, unit: 'binary' }),
      (keys, metrics, text) => {
        const values = Object.fromEntries(metrics.map((name, index) => [`m_${name}`, index]));
        const dimensions = Object.fromEntries(keys.map((name) => [`d_${name}`, text]));
        const lines = embeddedMetrics({ namespace: 'Joulebook', at: AT, dimensions, values });
        for (const line of lines) expectValid(line);
        const told = lines.flatMap(({ _aws }) => _aws.CloudWatchMetrics[0].Metrics.map(({ Name }) => Name));
        expect(told.sort()).toEqual(Object.keys(values).sort());
      },
    ),
  );
});

test('a number that is none is left out, and a point without any has no line', () => {
  const point = { namespace: 'Joulebook', at: AT, dimensions: { book: 's3://b' } };
  expect(embeddedMetrics({ ...point, values: { a: Number.NaN, b: Number.POSITIVE_INFINITY } })).toEqual([]);
  expect(embeddedMetrics({ ...point, values: {} })).toEqual([]);
});

test('more dimensions than the format knows are refused', () => {
  const dimensions = Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`d${index}`, 'x']));
  expect(() => embeddedMetrics({ namespace: 'Joulebook', at: AT, dimensions, values: { a: 1 } })).toThrow(
    'Cannot write metrics: expected at most 30 dimensions, got 31',
  );
});

const HOUR = {
  hour: AT,
  dimension: 'model_id' as const,
  dimension_value: 'llama',
  facility_energy_kwh: '2',
  idle_kwh: '0.5',
  emissions_location_gco2e: '600',
  effective_cost: null,
  serving_kwh: '1',
  serving_gco2e: '300',
  serving_cost: null,
  requests: '500',
  known_hours: null,
  expected_hours: '4',
};

test('an hour has its figures, those that are unknown left out', () => {
  const [point] = hourPoints([HOUR], 's3://b');
  expect(point).toEqual({
    namespace: 'Joulebook',
    at: AT,
    dimensions: { book: 's3://b', model_id: 'llama' },
    values: {
      facility_energy_kwh: 2,
      emissions_location_gco2e: 600,
      requests: 500,
      energy_per_request_wh: 2,
      carbon_per_1k_requests_gco2e: 600,
      idle_ratio: 0.25,
      coverage_ratio: 0,
    },
  });
  expect(Object.keys(point?.values ?? {}).every((name) => HOUR_METRICS.some((metric) => metric.name === name))).toBe(
    true,
  );
});

test('a signal is that of the worst subject, with its limit', () => {
  const verdicts = judgeAll({
    asOf: AT,
    currency: 'USD',
    hours: [],
    silences: [
      { resource_id: 'a', silent_hours: '3' },
      { resource_id: 'b', silent_hours: '30' },
    ],
    runs: [],
    lags: [],
    costExplorerRequests: 7,
    days: 9,
  });
  expect(signalPoint(verdicts, 's3://b', AT).values).toEqual({
    spool_age_hours: 30,
    spool_age_hours_limit: 24,
    cost_explorer_requests: 7,
    cost_explorer_requests_limit: 300,
  });
});
