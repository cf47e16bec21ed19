import type { HourSum } from '../kpis/hours.ts';
import { ALARMS, type Limits, ruleOf } from './catalogue.ts';
import type { MetricPoint } from './metric-point.ts';
import { numberIn, ratioOf } from './series.ts';
import { isAwaited, wattHoursPerRequest } from './signals.ts';
import type { Verdict } from './verdict.ts';

/** A figure of an hour that is published as a metric; the unit stands in its name. */
export interface HourMetric {
  readonly name: string;
  readonly meaning: string;
  readonly of: (hour: HourSum) => number | undefined;
}

/** What is published for every hour: in total, by project and by model. `…_cost` is in the currency of the settings. */
export const HOUR_METRICS: readonly HourMetric[] = [
  {
    name: 'facility_energy_kwh',
    meaning: 'Facility energy',
    of: ({ facility_energy_kwh }) => numberIn(facility_energy_kwh),
  },
  {
    name: 'emissions_location_gco2e',
    meaning: 'Location-based emissions',
    of: ({ emissions_location_gco2e }) => numberIn(emissions_location_gco2e),
  },
  { name: 'effective_cost', meaning: 'FOCUS EffectiveCost', of: ({ effective_cost }) => numberIn(effective_cost) },
  { name: 'requests', meaning: 'Requests served', of: ({ requests }) => numberIn(requests) },
  {
    name: 'energy_per_request_wh',
    meaning: 'Facility energy of serving for each request; unknown while that of some of its models is to come',
    of: wattHoursPerRequest,
  },
  {
    name: 'carbon_per_1k_requests_gco2e',
    meaning:
      'Location-based emissions of serving for 1 000 requests; unknown while those of some of its models are to come',
    of: (hour) =>
      isAwaited(hour.awaiting_emissions_requests)
        ? undefined
        : ratioOf(hour.serving_gco2e, hour.emitting_requests, 1000),
  },
  {
    name: 'cost_per_1k_requests',
    meaning: 'Effective cost of serving for 1 000 requests; unknown while the bill of some of its models is to come',
    of: (hour) =>
      isAwaited(hour.awaiting_cost_requests) ? undefined : ratioOf(hour.priced_cost, hour.priced_requests, 1000),
  },
  {
    name: 'idle_ratio',
    meaning: 'Idle energy over facility energy',
    of: ({ idle_kwh, facility_energy_kwh }) => ratioOf(idle_kwh, facility_energy_kwh),
  },
  {
    name: 'coverage_ratio',
    meaning: 'Resource hours with an energy figure over those that drew energy',
    of: ({ known_hours, expected_hours }) => ratioOf(known_hours ?? '0', expected_hours),
  },
];

/** Namespace of the hours' figures, stamped with the hour that they are of. */
export const HOURS_NAMESPACE = 'Joulebook';
/** Namespace of what alarms stand on: the newest value of each, stamped with the moment of the run. */
export const SIGNALS_NAMESPACE = 'Joulebook/Signals';

/** The hours as points of metrics. An unknown figure is left out; it is never 0. `book` keeps two books of one account apart. */
export function hourPoints(hours: readonly HourSum[], book: string): MetricPoint[] {
  return hours.map((hour) => ({
    namespace: HOURS_NAMESPACE,
    at: hour.hour,
    dimensions: { book, ...(hour.dimension !== null && { [hour.dimension]: hour.dimension_value ?? '(unknown)' }) },
    values: Object.fromEntries(
      HOUR_METRICS.flatMap(({ name, of }) => {
        const value = of(hour);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  }));
}

/** Name of the metric with the limit of a signal: settings move it, and CloudWatch compares the two. */
export function limitMetricOf(signal: string): string {
  return `${signal}_limit`;
}

/**
 * One point with the judged value of each alarm, of its worst subject, and its limit: it breaks the limit when the alarm is
 * raised, so that CloudWatch, which is told one value at a time, comes to the same answer. A band has no limit here:
 * CloudWatch learns that of the whole by itself. Where there is nobody to judge (no run, no watched host) nothing is beyond the limit, and
 * the value is 0: CloudWatch leaves an alarm raised that is told nothing, and last month's run would be one for months.
 */
export function signalPoint(verdicts: readonly Verdict[], { book, at, limits }: SignalStamp): MetricPoint {
  const values = ALARMS.flatMap((alarm): [string, number][] => {
    const { id, signal, judged } = alarm;
    const rule = ruleOf(alarm, limits);
    const isBand = rule.kind === 'band';
    const watched = verdicts.filter(({ alarm: name, subject }) => name === id && (!isBand || subject === null));
    const isOfNobody = watched.length === 0 && rule.kind === 'above' && judged.by === 'stage';
    const known = isOfNobody ? [0] : watched.flatMap(({ judged_value: value }) => value ?? []);
    if (known.length === 0) return [];
    const worst = rule.kind === 'below' ? Math.min(...known) : Math.max(...known);
    return [[signal, worst], ...(isBand ? [] : [[limitMetricOf(signal), rule.limit] as [string, number]])];
  });
  return { namespace: SIGNALS_NAMESPACE, at, dimensions: { book }, values: Object.fromEntries(values) };
}

/** Whose signals they are, of which moment, and the limits that settings put in the place of the catalogue's. */
interface SignalStamp {
  readonly book: string;
  readonly at: string;
  readonly limits: Limits;
}
