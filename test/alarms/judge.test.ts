import fc from 'fast-check';

import { ALARMS, type Rule, ruleOf } from '../../lib/alarms/catalogue.ts';
import { judgeAll, judgeSeries } from '../../lib/alarms/judge.ts';
import { lagsOf, type WatchedSource } from '../../lib/alarms/lags.ts';
import type { Point } from '../../lib/alarms/series.ts';
import type { Observed } from '../../lib/alarms/signals.ts';
import type { HourSum } from '../../lib/kpis/hours.ts';
import type { Receipt } from '../../lib/landing/receipt.ts';
import { parsePeriod } from '../../lib/units/period.ts';

const AS_OF = '2026-06-10T00:00:00Z';
const hourAt = (hour: number) => new Date(Date.UTC(2026, 5, 8, hour)).toISOString().replace('.000', '');
const points = (values: readonly (number | undefined)[]): Point[] =>
  values.map((value, hour) => ({ at: hourAt(hour), value }));

const NO_HOUR: Omit<HourSum, 'hour'> = {
  dimension: null,
  dimension_value: null,
  facility_energy_kwh: null,
  idle_kwh: null,
  emissions_location_gco2e: null,
  effective_cost: null,
  serving_kwh: null,
  serving_gco2e: null,
  serving_cost: null,
  priced_cost: null,
  requests: null,
  serving_requests: null,
  awaiting_requests: null,
  awaiting_emissions_requests: null,
  awaiting_cost_requests: null,
  emitting_requests: null,
  priced_requests: null,
  known_hours: null,
  expected_hours: null,
};
const NOTHING: Observed = {
  asOf: AS_OF,
  currency: 'USD',
  hours: [],
  silences: [],
  runs: [],
  lags: [],
  costExplorerRequests: undefined,
  days: 9,
};
const verdictsOn = (alarm: string, observed: Partial<Observed>, limits = {}) =>
  judgeAll({ ...NOTHING, ...observed }, limits).filter((verdict) => verdict.alarm === alarm);

const anyPoints = fc.array(fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }), {
  maxLength: 40,
});
const anyRule: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({ kind: fc.constant('above' as const), limit: fc.double({ min: 0, max: 100, noNaN: true }) }),
  fc.record({ kind: fc.constant('below' as const), limit: fc.double({ min: 0, max: 100, noNaN: true }) }),
  fc.record({ kind: fc.constant('band' as const), deviations: fc.integer({ min: 1, max: 5 }) }),
);
const inARow = fc.integer({ min: 1, max: 6 });

describe('law', () => {
  test('a point that becomes unknown neither raises an alarm nor makes one fine', () => {
    fc.assert(
      fc.property(
        anyPoints,
        inARow,
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.nat(),
        (values, row, limit, at) => {
          const rule: Rule = { kind: 'above', limit };
          const before = judgeSeries(rule, row, { points: points(values) }).state;
          const hidden = values.map((value, index) => (index === at % Math.max(1, values.length) ? undefined : value));
          const after = judgeSeries(rule, row, { points: points(hidden) }).state;
          if (after !== before) expect(after).toBe('unknown');
        },
      ),
    );
  });

  test('an alarm knows since when: every point from there to the end is known and beyond the limit', () => {
    fc.assert(
      fc.property(anyRule, inARow, anyPoints, (rule, row, values) => {
        const all = points(values);
        const { state, since, limit } = judgeSeries(rule, row, { points: all });
        expect(since !== null).toBe(state === 'alarm');
        if (since === null || limit === null) return;
        const first = all.findIndex(({ at }) => at === since);
        const isBeyond = (value: number) => (rule.kind === 'below' ? value < limit : value > limit);
        const stretch = all.slice(first);
        expect(stretch.length).toBeGreaterThanOrEqual(row);
        expect(stretch.every(({ value }) => value !== undefined && isBeyond(value))).toBe(true);
        const previous = all[first - 1]?.value;
        expect(previous === undefined || !isBeyond(previous)).toBe(true);
      }),
    );
  });

  test('the judged value breaks the limit exactly when the alarm is raised', () => {
    fc.assert(
      fc.property(anyRule, inARow, anyPoints, (rule, row, values) => {
        const { state, judged_value: judged, limit } = judgeSeries(rule, row, { points: points(values) });
        if (limit === null || judged === null) return expect(state).toBe('unknown');
        return expect(state === 'alarm').toBe(rule.kind === 'below' ? judged < limit : judged > limit);
      }),
    );
  });

  test('a higher limit raises no alarm that a lower one did not', () => {
    fc.assert(
      fc.property(anyPoints, inARow, fc.double({ min: 0, max: 50, noNaN: true }), (values, row, limit) => {
        const series = { points: points(values) };
        const raised = (at: number) => judgeSeries({ kind: 'above', limit: at }, row, series).state === 'alarm';
        if (raised(limit + 1)) expect(raised(limit)).toBe(true);
      }),
    );
  });
});

describe('a band', () => {
  const usual = Array.from({ length: 24 }, (_, hour) => 10 + (hour % 3));

  test('is unknown before a day of hours is known', () => {
    const few = points([...usual.slice(1), 90, 90, 90]);
    expect(judgeSeries({ kind: 'band', deviations: 4 }, 3, { points: few }).state).toBe('unknown');
  });

  test('ends so many deviations above the median of the hours before', () => {
    const found = judgeSeries({ kind: 'band', deviations: 4 }, 3, { points: points([...usual, 90, 91, 92]) });
    // Median 11, median of the distances 1, made a standard deviation by 1.4826.
    expect(found).toEqual({ state: 'alarm', value: 92, judged_value: 90, limit: 11 + 4 * 1.4826, since: hourAt(24) });
  });

  test('of a signal that never moved still lets it move by a twentieth for each deviation', () => {
    const flat = Array.from({ length: 24 }, () => 10);
    const stateAt = (value: number) =>
      judgeSeries({ kind: 'band', deviations: 4 }, 1, { points: points([...flat, value]) }).state;
    expect([stateAt(11.9), stateAt(12.1)]).toEqual(['ok', 'alarm']);
  });
});

describe('what an alarm says', () => {
  const serving = (hour: number, wh: number): HourSum => ({
    ...NO_HOUR,
    hour: hourAt(hour),
    serving_kwh: String(wh / 10),
    serving_gco2e: String(wh * 30),
    serving_cost: String(wh / 5),
    serving_requests: '100',
  });
  const wasteful = [
    ...Array.from({ length: 24 }, (_, hour) => serving(hour, 1)),
    ...[24, 25, 26].map((hour) => serving(hour, 4)),
  ];

  test('is what happened, since when, what it costs a day, and which article', () => {
    const [verdict] = verdictsOn('energy-per-request', { hours: wasteful });
    // Usually 1 Wh, at most 1 + 4 × 5 %; of 4 Wh 70 % are beyond. 0.4 kWh, 120 g and 0.8 USD an hour.
    expect(verdict).toMatchObject({ state: 'alarm', value: 4, since: hourAt(24) });
    expect(verdict?.cost_a_day.energy_kwh).toBeCloseTo(0.4 * 24 * 0.7);
    expect(verdict?.cost_a_day.emissions_kgco2e).toBeCloseTo(0.12 * 24 * 0.7);
    expect(verdict?.cost_a_day.cost).toBeCloseTo(0.8 * 24 * 0.7);
    expect(verdict?.text).toBe(
      'Energy per request: 4 Wh, expected at most 1.2 Wh. Serving takes far more energy for each request than it did in the days before. ' +
        `Since ${hourAt(24)}. Beyond the limit it costs a day: money 13.4 USD, energy 6.72 kWh, emissions 2.02 kgCO2e. ` +
        'Runbook: docs/runbook.md#energy-per-request',
    );
  });

  test('is that of the last hours whose energy is known, where requests come sooner than the bill', () => {
    const since = [27, 28, 29, 30].map((hour) => ({ ...NO_HOUR, hour: hourAt(hour), requests: '100' }));
    const [verdict] = verdictsOn('energy-per-request', { hours: [...wasteful, ...since] });
    expect(verdict).toMatchObject({ state: 'alarm', value: 4, since: hourAt(24) });
    const night = [27, 28, 29].map((hour) => ({ ...serving(hour, 1), serving_requests: null }));
    expect(verdictsOn('energy-per-request', { hours: [...wasteful, ...night] })[0]).toMatchObject({ state: 'unknown' });
  });

  test('is that of the last hours whose energy is known of all models: some alone are no measure of the whole', () => {
    const mixed = Array.from({ length: 30 }, (_, hour) => serving(hour, 1));
    // The model that needs little comes with the bill: what is left takes 4 Wh a request, as it always did.
    const since = [30, 31, 32].map((hour) => ({ ...serving(hour, 4), awaiting_requests: '300' }));
    const [verdict] = verdictsOn('energy-per-request', { hours: [...mixed, ...since] });
    expect(verdict).toMatchObject({ state: 'ok', value: 1 });
  });

  test('names what is unknown, and never counts it as nothing', () => {
    const hours = wasteful.map((hour) => ({ ...hour, serving_cost: null, serving_gco2e: null }));
    const [verdict] = verdictsOn('energy-per-request', { hours });
    expect(verdict?.text).toContain('money unknown, energy 6.72 kWh, emissions unknown');
    const [unknown] = verdictsOn('energy-per-request', {
      hours: hours.map((hour) => ({ ...hour, serving_requests: null })),
    });
    expect(unknown).toMatchObject({ state: 'unknown', value: null });
    expect(unknown?.text).toContain('Energy per request: unknown.');
  });

  test('in another currency leaves out a price that is known in USD alone', () => {
    const requests = { costExplorerRequests: 900, days: 9 };
    expect(verdictsOn('cost-explorer-requests', requests)[0]?.cost_a_day.cost).toBeCloseTo(1);
    expect(verdictsOn('cost-explorer-requests', { ...requests, currency: 'EUR' })[0]?.cost_a_day.cost).toBeNull();
    expect(verdictsOn('cost-explorer-requests', {})).toEqual([]);
  });
});

test('idle energy costs what is beyond the limit, of everything', () => {
  const hours = Array.from({ length: 6 }, (_, hour) => ({
    ...NO_HOUR,
    hour: hourAt(hour),
    facility_energy_kwh: '10',
    idle_kwh: '8',
    effective_cost: '4',
  }));
  const [verdict] = verdictsOn('idle-share', { hours }, { 'idle-share': 0.3 });
  expect(verdict?.cost_a_day.energy_kwh).toBeCloseTo(10 * 24 * 0.5);
  expect(verdict?.cost_a_day.cost).toBeCloseTo(4 * 24 * 0.5);
  expect(verdict?.text).toContain('Idle share: 80 %, expected at most 30 %.');
});

test('coverage with nothing known of what was expected is 0, with nothing expected unknown', () => {
  const hour = (at: number, expected: string | null) => ({ ...NO_HOUR, hour: hourAt(at), expected_hours: expected });
  const stateOf = (expected: string | null) =>
    verdictsOn('coverage-fall', { hours: [0, 1, 2, 3, 4, 5].map((at) => hour(at, expected)) })[0];
  expect(stateOf('3')).toMatchObject({ state: 'alarm', value: 0 });
  expect(stateOf(null)).toMatchObject({ state: 'unknown', value: null });
});

test('hours of which nothing is expected by now neither raise an alarm nor keep one from being judged', () => {
  const hours = Array.from({ length: 12 }, (_, hour) => ({
    ...NO_HOUR,
    hour: hourAt(hour),
    requests: '5',
    ...(hour < 6 && { known_hours: '1', expected_hours: '1', facility_energy_kwh: '10', idle_kwh: '8' }),
  }));
  expect(verdictsOn('coverage-fall', { hours })[0]).toMatchObject({ state: 'ok', value: 1 });
  expect(verdictsOn('idle-share', { hours })[0]).toMatchObject({ state: 'alarm', value: 0.8 });
});

test('the month is at risk with the first alarm that risks it, and unknown where one cannot be said', () => {
  const lags = (hours: number) => ({ lags: [{ source_id: 'bill', hours }], silences: [] });
  const covered = Array.from({ length: 6 }, (_, hour) => ({
    ...NO_HOUR,
    hour: hourAt(hour),
    known_hours: '1',
    expected_hours: '1',
  }));
  const riskOf = (observed: Partial<Observed>) => verdictsOn('the-month-is-at-risk', observed)[0];
  expect(riskOf({ ...lags(1), hours: covered })?.state).toBe('ok');
  expect(riskOf(lags(1))?.state).toBe('unknown');
  const raised = riskOf({ ...lags(49), hours: covered });
  expect(raised).toMatchObject({ state: 'alarm', since: '2026-06-07T23:00:00Z' });
  expect(raised?.text).toContain('Raised by source-late of bill.');
});

/** What landed of a source in June 2026, by its first and its last event. */
function receipt(source_id: string, first_event: string | null, last_event: string): Receipt {
  return {
    source_id,
    kind: 'any',
    period: '2026-06',
    origin: 'x',
    fetched_at: '2026-06-05T00:00:00Z',
    bytes: 1,
    sha256: '0',
    extension: 'csv',
    provider_version: null,
    contract: { shape: 'x', rows: 1, rows_rejected: 0, first_event, last_event },
  };
}

test('a source is late by its last event, a report by the day on which it is due, and runs never', () => {
  const period = parsePeriod('2026-06');
  const sources = [
    { id: 'bill', tables: ['fct_cost' as const] },
    { id: 'agents', tables: ['fct_energy' as const] },
    { id: 'carbon', tables: ['fct_provider_emissions' as const] },
    { id: 'runs', tables: ['fct_run' as const] },
  ];
  const receipts = [receipt('bill', null, '2026-06-09T12:00:00Z')];
  expect(lagsOf(sources, receipts, { period, asOf: AS_OF })).toEqual([
    { source_id: 'bill', hours: 12 },
    { source_id: 'agents', hours: 216 },
    { source_id: 'carbon', hours: 0 },
  ]);
  const late = lagsOf(sources, [receipt('bill', null, '2026-06-30T23:00:00Z')], {
    period,
    asOf: '2026-07-23T00:00:00Z',
  });
  expect(late).toEqual([
    { source_id: 'bill', hours: 1 },
    { source_id: 'agents', hours: 720 },
    { source_id: 'carbon', hours: 24 },
  ]);
});

test('a mean of the whole month is never late, and what fills in for a bill is as late as the two of them', () => {
  const period = parsePeriod('2026-06');
  const sources = [
    { id: 'bill', tables: ['fct_cost' as const] },
    { id: 'costs', tables: ['fct_cost' as const], fillsInFor: ['bill'] },
    { id: 'means', tables: ['fct_grid_intensity' as const] },
    { id: 'grid', tables: ['fct_grid_intensity' as const] },
  ];
  const receipts = [
    receipt('bill', '2026-06-01T00:00:00Z', '2026-06-09T12:00:00Z'),
    receipt('means', '2026-06-01T00:00:00Z', '2026-06-01T00:00:00Z'),
    receipt('grid', '2026-06-01T00:00:00Z', '2026-06-01T23:00:00Z'),
  ];
  expect(lagsOf(sources, receipts, { period, asOf: AS_OF })).toEqual([
    { source_id: 'bill', hours: 12 },
    { source_id: 'costs', hours: 12 },
    { source_id: 'means', hours: 0 },
    { source_id: 'grid', hours: 193 },
  ]);
});

test('rows of whole days reach to the end of their day: a bill by the day, asked for each morning, is not late at the end of the next night', () => {
  const period = parsePeriod('2026-06');
  const sources = [{ id: 'costs', tables: ['fct_cost' as const] }];
  const byTheDay = [receipt('costs', '2026-06-01T00:00:00Z', '2026-06-08T00:00:00Z')];
  const hoursAt = (asOf: string) => lagsOf(sources, byTheDay, { period, asOf })[0]?.hours;
  expect(hoursAt('2026-06-08T12:00:00Z')).toBe(0);
  // The day of the 8th was asked for on the 9th, and will be followed by that of the 9th at half past four.
  expect(hoursAt('2026-06-10T04:00:00Z')).toBe(28);
  expect(hoursAt('2026-06-11T04:00:00Z')).toBe(52);
});

test('what comes when it is used is not late: runs with their energy, and counts that a provider has answered for', () => {
  const period = parsePeriod('2026-06');
  const friday = (id: string) => receipt(id, '2026-06-01T00:00:00Z', '2026-06-05T17:00:00Z');
  const hoursOf = (source: Omit<WatchedSource, 'id'>, receipts = [friday('one')]) =>
    lagsOf([{ id: 'one', ...source }], receipts, { period, asOf: '2026-06-08T06:00:00Z' })[0]?.hours;
  expect(hoursOf({ tables: ['fct_energy', 'fct_run'] })).toBeUndefined();
  expect(hoursOf({ tables: ['fct_activity'], isAnswered: true })).toBe(0);
  expect(hoursOf({ tables: ['fct_activity'], isAnswered: true }, [])).toBe(174);
  expect(hoursOf({ tables: ['fct_activity'] })).toBe(61);
  expect(hoursOf({ tables: ['fct_cost'], isAnswered: true })).toBe(61);
});

test('settings move a limit, and never that of a band', () => {
  const [band, above] = ALARMS;
  if (!band || !above) throw new Error('expected two alarms');
  expect(ruleOf(band, { [band.id]: 3 })).toEqual(band.rule);
  expect(ruleOf(above, { [above.id]: 3 })).toEqual({ kind: 'above', limit: 3 });
});

test('every alarm has a name of its own, and a signal that ends in its unit', () => {
  expect(new Set(ALARMS.map(({ id }) => id)).size).toBe(ALARMS.length);
  expect(new Set(ALARMS.map(({ signal }) => signal)).size).toBe(ALARMS.length);
  for (const { signal, judged } of ALARMS)
    if (judged.by === 'stage') expect(signal).toMatch(/_(wh|kgco2e|ratio|hours|requests)$/);
});
