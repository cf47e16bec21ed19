import { storedRows } from '../facts/columns.ts';
import { literal, parquetRows, type Row, type Warehouse } from '../landing/warehouse.ts';
import countedActivity from './counted-activity.sql' with { type: 'text' };
import endedRuns from './ended-runs.sql' with { type: 'text' };
import heard from './heard.sql' with { type: 'text' };
import hours from './hours.sql' with { type: 'text' };
import longSilences from './long-silences.sql' with { type: 'text' };
import retold from './retold.sql' with { type: 'text' };
import silences from './silences.sql' with { type: 'text' };
import toldActivity from './told-activity.sql' with { type: 'text' };

/** The hours that are looked at, half-open in UTC: `2026-06-16T00:00:00Z`. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** Which hours are added up, and from which files. */
export interface HoursRequest {
  readonly window: Window;
  /** Names of a dimension that keep a line of their own; the rest shares one. */
  readonly mostSeries: number;
  readonly ledgerPaths: readonly string[];
  /** The last slice of last month's ledger of watched hosts; empty where that month is not in the book. */
  readonly lastMonthPaths: readonly string[];
  /** Instant at which the month begins. */
  readonly monthStart: string;
  /** Hosts that were taken down: `retired_host` as CSV text. */
  readonly retiredHosts: string;
  /** All that the month's telemetry told, also before the window. */
  readonly energyPaths: readonly string[];
  readonly activityPaths: readonly string[];
  readonly runPaths: readonly string[];
  /** The month's figures, as `computeKpis` kept them. */
  readonly kpisPath: string;
}

/** What happened in one hour: decimal text as SQL gives it, null where nothing is known. */
export interface HourSum {
  readonly hour: string;
  readonly dimension: 'project' | 'model_id' | null;
  readonly dimension_value: string | null;
  readonly facility_energy_kwh: string | null;
  readonly idle_kwh: string | null;
  readonly emissions_location_gco2e: string | null;
  readonly effective_cost: string | null;
  readonly serving_kwh: string | null;
  readonly serving_gco2e: string | null;
  readonly serving_cost: string | null;
  /** `serving_cost`, and that of inference of models of which no energy is known. */
  readonly priced_cost: string | null;
  readonly requests: string | null;
  /** Those of inference of models and hours whose energy is known, whose emissions are, and those that a bill prices: what serving_* are divided by. */
  readonly serving_requests: string | null;
  readonly emitting_requests: string | null;
  readonly priced_requests: string | null;
  /** Requests of inference of the same models after the last hour whose energy, emissions or cost is known: it may come yet. */
  readonly awaiting_requests: string | null;
  readonly awaiting_emissions_requests: string | null;
  readonly awaiting_cost_requests: string | null;
  readonly known_hours: string | null;
  readonly expected_hours: string | null;
}

/** A watched host that tells nothing any more, and for how many hours. */
export interface Silence {
  readonly resource_id: string;
  readonly silent_hours: string;
}

/** A run that ended, and what it emitted in kgCO2e; null where the figures do not know. */
export interface EndedRun {
  readonly run_id: string;
  readonly ended_at: string;
  readonly emissions_kgco2e: string | null;
}

/** All that the hours of a window say. */
export interface HourBook {
  readonly hours: HourSum[];
  readonly silences: Silence[];
  readonly runs: EndedRun[];
}

/** Adds up the ledger hour by hour, and tells how long each watched host has been silent and what each run emitted. */
export async function readHours(request: HoursRequest, warehouse: Warehouse): Promise<HourBook> {
  await openHours(request, warehouse);
  for (const step of [retold, toldActivity, countedActivity, heard, hours, silences, longSilences, endedRuns])
    await warehouse.run(step);
  return {
    hours: asRows<HourSum>(await warehouse.query(HOURS_IN_KWH)),
    silences: asRows<Silence>(await warehouse.query(SILENCES)),
    runs: asRows<EndedRun>(await warehouse.query(ENDED_RUNS)),
  };
}

async function openHours(request: HoursRequest, warehouse: Warehouse): Promise<void> {
  const { window, mostSeries, ledgerPaths, lastMonthPaths, energyPaths, activityPaths, runPaths, kpisPath } = request;
  const views = {
    ledger: parquetRows(ledgerPaths),
    last_month: lastMonthPaths.length > 0 ? parquetRows(lastMonthPaths) : 'SELECT * FROM ledger WHERE false',
    fct_energy: storedRows('fct_energy', energyPaths),
    fct_activity: storedRows('fct_activity', activityPaths),
    fct_run: storedRows('fct_run', runPaths),
    kpis: parquetRows([kpisPath]),
  };
  for (const [view, rows] of Object.entries(views))
    await warehouse.run(`CREATE OR REPLACE TEMP VIEW ${view} AS ${rows}`);
  await warehouse.loadCsv('retired_host', request.retiredHosts);
  await warehouse.run(`SET VARIABLE month_start = ${timestamp(request.monthStart)}`);
  await warehouse.run(`SET VARIABLE window_start = ${timestamp(window.from)}`);
  await warehouse.run(`SET VARIABLE window_end = ${timestamp(window.to)}`);
  await warehouse.run(`SET VARIABLE most_series = ${mostSeries}`);
}

const SILENCES = `SELECT resource_id, silent_hours::VARCHAR AS silent_hours
  FROM (FROM silence UNION ALL FROM long_silence) ORDER BY ALL`;
const ENDED_RUNS =
  'SELECT run_id, ended_at, emissions_kgco2e::VARCHAR AS emissions_kgco2e FROM ended_run ORDER BY ended_at, run_id';

/** Numbers as text, so that no digit is lost; joules end here. */
const HOURS_IN_KWH = `SELECT hour, dimension, dimension_value,
    joules_to_kwh(facility_energy_joules)::VARCHAR AS facility_energy_kwh, joules_to_kwh(idle_joules)::VARCHAR AS idle_kwh,
    emissions_location_gco2e::VARCHAR AS emissions_location_gco2e, effective_cost::VARCHAR AS effective_cost,
    joules_to_kwh(serving_joules)::VARCHAR AS serving_kwh, serving_gco2e::VARCHAR AS serving_gco2e, serving_cost::VARCHAR AS serving_cost,
    priced_cost::VARCHAR AS priced_cost,
    requests::VARCHAR AS requests, serving_requests::VARCHAR AS serving_requests, emitting_requests::VARCHAR AS emitting_requests, priced_requests::VARCHAR AS priced_requests,
    awaiting_requests::VARCHAR AS awaiting_requests, awaiting_emissions_requests::VARCHAR AS awaiting_emissions_requests,
    awaiting_cost_requests::VARCHAR AS awaiting_cost_requests, known_hours::VARCHAR AS known_hours, expected_hours::VARCHAR AS expected_hours
  FROM hour_sum ORDER BY hour, dimension NULLS FIRST, dimension_value`;

function timestamp(instant: string): string {
  return `TIMESTAMP ${literal(instant.slice(0, 19).replace('T', ' '))}`;
}

/** The statements above name exactly these columns. */
function asRows<Shape>(rows: readonly Row[]): Shape[] {
  return rows as unknown as Shape[];
}
