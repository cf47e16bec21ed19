import type { EndedRun, HourSum, Silence } from '../kpis/hours.ts';
import { HOUR_MS, secondsIso } from '../units/period.ts';
import { numberIn, type Point, ratioOf, type Series } from './series.ts';

/** How many hours the data of a source lag behind what may be expected of it by now. */
export interface Lag {
  readonly source_id: string;
  readonly hours: number;
}

/** All that alarms are judged from: the ledger's hours, the runs of the month, and what landed. */
export interface Observed {
  /** The moment of the run, ISO 8601 UTC. */
  readonly asOf: string;
  readonly currency: string;
  readonly hours: readonly HourSum[];
  readonly silences: readonly Silence[];
  readonly runs: readonly EndedRun[];
  readonly lags: readonly Lag[];
  /** Requests that left for Cost Explorer in the calendar month of the run; `undefined` where no source asks it. */
  readonly costExplorerRequests: number | undefined;
  /** Days of the calendar month of the run that have gone by, at least one. */
  readonly days: number;
}

/**
 * Facility energy of serving for each request in Wh: in total and for each model, hour by hour, up to the last hour whose energy is known.
 * Requests come within the hour and a bill a day later: the newest hours of who has no agent are never known, and those of the whole only
 * once they are of all models.
 */
export function energyPerRequest({ hours }: Observed): Series[] {
  const models = new Set(
    hours.flatMap((hour) => (hour.dimension === 'model_id' && hour.serving_requests ? [hour.dimension_value] : [])),
  );
  return [null, ...models].map((model) => ({
    subject: model,
    points: upToKnownEnergy(hoursOf(hours, model)).map((hour) => ({
      at: hour.hour,
      value: wattHoursPerRequest(hour),
    })),
  }));
}

function upToKnownEnergy(hours: readonly HourSum[]): readonly HourSum[] {
  return hours.slice(
    0,
    hours.findLastIndex((hour) => hour.serving_kwh !== null && !isAwaited(hour.awaiting_requests)) + 1,
  );
}

/** `undefined` also where the energy of some of the models is to come yet: the others alone are another mix, dearer or cheaper. */
export function wattHoursPerRequest(hour: HourSum): number | undefined {
  return isAwaited(hour.awaiting_requests) ? undefined : ratioOf(hour.serving_kwh, hour.serving_requests, 1000);
}

/** Whether there are requests of whose models something is to come yet: without them a ratio is of another mix. */
export function isAwaited(requests: string | null): boolean {
  return (numberIn(requests) ?? 0) > 0;
}

/** Share of facility energy that devices drew while no workload used them, 0 to 1, hour by hour. */
export function idleShare({ hours }: Observed): Series[] {
  return ofTheWhole(hours, ({ idle_kwh, facility_energy_kwh }) => ratioOf(idle_kwh, facility_energy_kwh));
}

/** Share of resource hours with an energy figure, 0 to 1, hour by hour. Expected hours without any known one: 0. */
export function coverage({ hours }: Observed): Series[] {
  return ofTheWhole(hours, ({ known_hours, expected_hours }) => ratioOf(known_hours ?? '0', expected_hours));
}

/** Emissions of each run in kgCO2e, at its end. */
export function carbonOfRuns({ runs }: Observed): Series[] {
  return runs.map(({ run_id, ended_at, emissions_kgco2e }) => ({
    subject: run_id,
    points: [{ at: ended_at, value: numberIn(emissions_kgco2e) }],
  }));
}

/** Hours that each source lags behind. */
export function lateness({ lags, asOf }: Observed): Series[] {
  return lags.map(({ source_id, hours }) => ({ subject: source_id, points: [behind(asOf, hours)] }));
}

/** Hours that each watched host has been silent: what it measured may still lie in its spool. */
export function spoolAge({ silences, asOf }: Observed): Series[] {
  return silences.map(({ resource_id, silent_hours }) => ({
    subject: resource_id,
    points: [behind(asOf, Number(silent_hours))],
  }));
}

/** Requests to Cost Explorer in the month so far; no series where no source asks it. */
export function costExplorerRequests({ costExplorerRequests: value, asOf }: Observed): Series[] {
  return value === undefined ? [] : [{ subject: null, points: [{ at: asOf, value }] }];
}

/** Something has been missing for so many hours: it began that long ago. */
function behind(asOf: string, hours: number): Point {
  return { at: secondsIso(new Date(Date.parse(asOf) - hours * HOUR_MS)), value: hours };
}

/** The hours of a model, or of the whole. */
export function hoursOf(hours: readonly HourSum[], model: string | null): HourSum[] {
  return hours.filter(({ dimension, dimension_value }) =>
    model === null ? dimension === null : dimension === 'model_id' && dimension_value === model,
  );
}

/** Up to the last hour of which anything is known or expected by now: bills and whole days of telemetry come later, and nobody can say before. */
function ofTheWhole(hours: readonly HourSum[], value: (hour: HourSum) => number | undefined): Series[] {
  const whole = hoursOf(hours, null);
  const isTold = (hour: HourSum) => hour.expected_hours !== null || hour.facility_energy_kwh !== null;
  const expected = whole.slice(0, whole.findLastIndex(isTold) + 1);
  return [{ subject: null, points: expected.map((hour) => ({ at: hour.hour, value: value(hour) })) }];
}
