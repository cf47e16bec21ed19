import { storedRows } from '../facts/columns.ts';
import { literal, parquetRows, type Warehouse } from '../landing/warehouse.ts';
import type { Period } from '../units/period.ts';
import type { Window } from './hours.ts';
import ledgerSums from './ledger-sums.sql' with { type: 'text' };
import runKnown from './run-known.sql' with { type: 'text' };
import runs from './runs.sql' with { type: 'text' };

/** Where a month's runs, the sums of its ledger and the ledger itself can be read. */
export interface RunRequest {
  readonly period: Period;
  readonly runId: string;
  readonly runPaths: readonly string[];
  readonly sumsPaths: readonly string[];
  /** Where the ledger of a window can be read: no more of it is needed. */
  readonly ledgerPaths: (window: Window) => Promise<readonly string[]>;
}

/** A run as the month's figures have it. Numbers are decimal text. */
export interface KnownRun {
  readonly run_id: string;
  /** The workload whose lines of the ledger are the run's: itself, or the one that it names (docs/agent/runs.md). */
  readonly workload_id: string;
  /** The workload that its record names, which need not be its own; null where none. */
  readonly named_workload_id: string | null;
  readonly outcome: string | null;
  readonly started_at: string;
  readonly ended_at: string;
  /** What the ledger in the book has of it, in kWh; null where nothing. */
  readonly facility_energy_kwh: string | null;
  /** Part of its hours that the ledger knows on the devices that it used, 0 to 1. */
  readonly known_ratio: string;
  /** Part of its hours in which these devices bear a cost, 0 to 1. */
  readonly priced_ratio: string;
}

/** Names of the runs that ended in a month. */
export async function readRunNames(paths: readonly string[], warehouse: Warehouse): Promise<string[]> {
  const rows = await warehouse.query(`SELECT DISTINCT run_id FROM (${storedRows('fct_run', paths)}) ORDER BY run_id`);
  return rows.map((row) => String(row['run_id']));
}

/** One run of a month; undefined where the month has none of that name. */
export async function readRun(request: RunRequest, warehouse: Warehouse): Promise<KnownRun | undefined> {
  const { period, runId, runPaths, sumsPaths, ledgerPaths } = request;
  await warehouse.run(`SET VARIABLE month_start = TIMESTAMP ${literal(period.from.slice(0, 10))}`);
  await warehouse.run(`SET VARIABLE asked_run = ${literal(runId)}`);
  await openView('fct_run', storedRows('fct_run', runPaths), warehouse);
  await openView('day_sum', parquetRows(sumsPaths), warehouse);
  for (const step of [ledgerSums, runs]) await warehouse.run(step);
  const [lasted] = await warehouse.query(LASTED);
  if (!lasted) return undefined;
  const window = { from: String(lasted['started_at']), to: String(lasted['ended_at']) };
  await openView('ledger', parquetRows(await ledgerPaths(window)), warehouse);
  await warehouse.run(runKnown);
  const [row] = await warehouse.query(KNOWN_RUN);
  return row as unknown as KnownRun | undefined;
}

function openView(view: string, rows: string, warehouse: Warehouse): Promise<void> {
  return warehouse.run(`CREATE OR REPLACE TEMP VIEW ${view} AS ${rows}`);
}

const INSTANTS = `strftime(started_at, '%Y-%m-%dT%H:%M:%SZ') AS started_at, strftime(ended_at, '%Y-%m-%dT%H:%M:%SZ') AS ended_at`;
const LASTED = `SELECT ${INSTANTS} FROM run_sum WHERE run_id = getvariable('asked_run')`;

/** Numbers as text, so that no digit is lost; joules end here. The record is the one that `run_sum` goes by. */
const KNOWN_RUN = `SELECT run_id, run_known.workload_id AS workload_id, told.workload_id AS named_workload_id, outcome,
    ${INSTANTS},
    joules_to_kwh(facility_energy_joules)::DECIMAL(38,12)::VARCHAR AS facility_energy_kwh,
    rtrim(rtrim(known_ratio::VARCHAR, '0'), '.') AS known_ratio, rtrim(rtrim(priced_ratio::VARCHAR, '0'), '.') AS priced_ratio
  FROM run_known
  JOIN (SELECT DISTINCT ON (run_id) run_id, workload_id FROM fct_run ORDER BY run_id, ended_at DESC, receipt_sha256) AS told USING (run_id)`;
