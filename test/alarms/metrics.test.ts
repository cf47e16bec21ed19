import { judgeAll } from '../../lib/alarms/judge.ts';
import { HOUR_METRICS, hourPoints, signalPoint } from '../../lib/alarms/metrics.ts';

const AT = '2026-06-10T05:00:00Z';

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
  priced_cost: null,
  requests: '700',
  serving_requests: '500',
  awaiting_requests: null,
  awaiting_emissions_requests: null,
  awaiting_cost_requests: null,
  emitting_requests: '300',
  priced_requests: null,
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
      requests: 700,
      energy_per_request_wh: 2,
      carbon_per_1k_requests_gco2e: 1000,
      idle_ratio: 0.25,
      coverage_ratio: 0,
    },
  });
  expect(Object.keys(point?.values ?? {}).every((name) => HOUR_METRICS.some((metric) => metric.name === name))).toBe(
    true,
  );
});

test('a ratio of which something is to come yet is not published, since that of the others is another mix', () => {
  const priced = { ...HOUR, priced_cost: '3', priced_requests: '15' };
  const [whole] = hourPoints([priced], 's3://b');
  expect(whole?.values).toMatchObject({ cost_per_1k_requests: 200, carbon_per_1k_requests_gco2e: 1000 });
  const [point] = hourPoints(
    [{ ...priced, awaiting_emissions_requests: '20', awaiting_cost_requests: '20' }],
    's3://b',
  );
  expect(point?.values).toMatchObject({ energy_per_request_wh: 2 });
  expect(point?.values).not.toHaveProperty('cost_per_1k_requests');
  expect(point?.values).not.toHaveProperty('carbon_per_1k_requests_gco2e');
});

test('a signal is that of the worst subject, with its limit, and nothing is beyond it where there is none', () => {
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
  expect(signalPoint(verdicts, { book: 's3://b', at: AT, limits: {} }).values).toEqual({
    carbon_per_run_kgco2e: 0,
    carbon_per_run_kgco2e_limit: 1000,
    source_lag_hours: 0,
    source_lag_hours_limit: 48,
    spool_age_hours: 30,
    spool_age_hours_limit: 24,
    cost_explorer_requests: 7,
    cost_explorer_requests_limit: 300,
  });
});
