import type { Book } from '../landing/book.ts';
import type { Receipt } from '../landing/receipt.ts';
import { csvTable, literal, parquetRows, type Warehouse } from '../landing/warehouse.ts';
import type { Period } from '../units/period.ts';
import activity from './activity.sql' with { type: 'text' };
import activitySums from './activity-sums.sql' with { type: 'text' };
import { ENERGY_BEHIND } from './behind.ts';
import billSuspects from './bill-suspects.sql' with { type: 'text' };
import billWords from './bill-words.sql' with { type: 'text' };
import billedAgain from './billed-again.sql' with { type: 'text' };
import billedTwice from './billed-twice.sql' with { type: 'text' };
import { KPIS, type Kpi } from './catalogue.ts';
import countedActivity from './counted-activity.sql' with { type: 'text' };
import cuts from './cuts.sql' with { type: 'text' };
import factors from './factors.sql' with { type: 'text' };
import gaps from './gaps.sql' with { type: 'text' };
import instrumentUse from './instrument-use.sql' with { type: 'text' };
import kpiRow from './kpi-row.sql' with { type: 'text' };
import ledgerSums from './ledger-sums.sql' with { type: 'text' };
import marketLines from './market-lines.sql' with { type: 'text' };
import providerEmissions from './provider-emissions.sql' with { type: 'text' };
import reconciliation from './reconciliation.sql' with { type: 'text' };
import repeats from './repeats.sql' with { type: 'text' };
import retold from './retold.sql' with { type: 'text' };
import runs from './runs.sql' with { type: 'text' };
import serving from './serving.sql' with { type: 'text' };
import shareCuts from './share-cuts.sql' with { type: 'text' };
import toldActivity from './told-activity.sql' with { type: 'text' };
import unread from './unread.sql' with { type: 'text' };

/** What files of a bill repeat of each other: after `openBillFiles`, beside the open fact tables. */
export const BILLED_AGAIN: readonly string[] = [billWords, billSuspects, billedAgain];

const STEPS = [
  ledgerSums,
  cuts,
  shareCuts,
  retold,
  toldActivity,
  countedActivity,
  activitySums,
  activity,
  unread,
  billedTwice,
  ...BILLED_AGAIN,
  serving,
  runs,
  providerEmissions,
  instrumentUse,
  marketLines,
] as const;
/** What the disclosure prints beside the figures: one Parquet file each. */
const SIDE_TABLES = {
  factors,
  gaps,
  reconciliation,
  repeats,
  instruments:
    'SELECT entry.id AS id, entry.used_mwh::DECIMAL(28,6) AS used_mwh FROM (SELECT unnest(used) AS entry FROM instrument_use) ORDER BY ALL',
} as const;

/** Every statement that figures come from. */
export const KPI_STATEMENTS: readonly unknown[] = [STEPS, SIDE_TABLES, KPIS, ENERGY_BEHIND, kpiRow];

/** `kpis/month=2026-06/kpis.parquet`; side tables lie in `kpis/beside/month=2026-06/`: a folder holds rows of one shape. */
export function kpiKey(period: Period, table: 'kpis' | keyof typeof SIDE_TABLES): string {
  const folder = table === 'kpis' ? 'kpis' : 'kpis/beside';
  return `${folder}/month=${period.month}/${table}.parquet`;
}

/** A contractual instrument of the settings, as the market-based figures need it. */
export interface InstrumentOffer {
  readonly id: string;
  readonly grid_zone: string;
  readonly mwh: number;
  readonly gco2e_per_kwh: number;
}

/** The month whose figures are computed, and from which files. */
export interface KpiRequest {
  readonly period: Period;
  readonly currency: string;
  /** The ledger's sums of each day, as settled with it. */
  readonly sumsPaths: readonly string[];
  /** What is not known in each slice, as settled with its ledger. */
  readonly gapSumsPaths: readonly string[];
  readonly instruments: readonly InstrumentOffer[];
  /** The landed files of bills whose rows count. */
  readonly billFiles: readonly BillFile[];
}

/** What a receipt says of a landed bill. */
export type BillFile = Pick<Receipt, 'source_id' | 'sha256' | 'origin' | 'contract'>;

/**
 * Computes every figure of the catalogue from the month's ledger (the fact tables must be open in the warehouse) and
 * keeps them in one shape. Throws where the ledger does not account for every row and every cent of the bill.
 */
export async function computeKpis(
  request: KpiRequest,
  book: Pick<Book, 'produce'>,
  warehouse: Warehouse,
): Promise<number> {
  await openSums(request, warehouse);
  await checkAccounts(warehouse);
  await warehouse.run(`CREATE OR REPLACE TEMP TABLE kpis ${KPI_TABLE}`);
  for (const kpi of KPIS) await insertKpi(kpi, request.currency, warehouse);
  await keep(kpiKey(request.period, 'kpis'), 'SELECT * FROM kpis', book, warehouse);
  for (const [table, sql] of Object.entries(SIDE_TABLES)) {
    await keep(kpiKey(request.period, table as keyof typeof SIDE_TABLES), sql, book, warehouse);
  }
  const [count] = await warehouse.query('SELECT count(*)::VARCHAR AS figures FROM kpis');
  return Number(count?.['figures']);
}

function openParquet(view: string, paths: readonly string[], warehouse: Warehouse): Promise<void> {
  return warehouse.run(`CREATE OR REPLACE TEMP VIEW ${view} AS ${parquetRows(paths)}`);
}

/** Makes the month's ledger readable, line by line. No figure needs it: they are computed from its sums. */
export async function openLedger(paths: readonly string[], warehouse: Warehouse): Promise<void> {
  await openParquet('ledger', paths, warehouse);
}

/** Makes the tables that figures are computed from, beside the open fact tables. */
export async function openSums(
  { period, sumsPaths, gapSumsPaths, instruments, billFiles }: KpiRequest,
  warehouse: Warehouse,
): Promise<void> {
  await warehouse.run(`SET VARIABLE month_start = TIMESTAMP ${literal(period.from.slice(0, 10))}`);
  await openParquet('day_sum', sumsPaths, warehouse);
  await openParquet('gap_sum', gapSumsPaths, warehouse);
  await warehouse.loadCsv('instrument', instrumentTable(instruments));
  await openBillFiles(billFiles, warehouse);
  for (const step of STEPS) await warehouse.run(step);
}

/** Makes the names of the landed bills readable: what `billed-again.sql` tells of. */
export function openBillFiles(files: readonly BillFile[], warehouse: Warehouse): Promise<void> {
  const rows = files.map(({ source_id, sha256, origin, contract }) => [source_id, sha256, origin, contract.rows]);
  return warehouse.loadCsv(
    'bill_file',
    csvTable('source_id:VARCHAR,receipt_sha256:VARCHAR,origin:VARCHAR,rows:BIGINT', rows),
  );
}

const KPI_TABLE = `(figure_id VARCHAR, label VARCHAR, unit VARCHAR, formula_id VARCHAR, method VARCHAR, includes_pue BOOLEAN,
  dimension VARCHAR, dimension_value VARCHAR, value DECIMAL(38,12), numerator DECIMAL(38,12), denominator DECIMAL(38,12),
  u95_low DECIMAL(38,12), u95_high DECIMAL(38,12), scope VARCHAR, category VARCHAR, measured_ratio DECIMAL(18,12), modelled_ratio DECIMAL(18,12),
  filled_ratio DECIMAL(18,12), boundary VARCHAR, coverage_ratio DECIMAL(18,12), factor_ids VARCHAR)`;

async function insertKpi(kpi: Kpi, currency: string, warehouse: Warehouse): Promise<void> {
  await warehouse.run(`CREATE OR REPLACE TEMP VIEW figure AS ${kpi.sql}`);
  await warehouse.run(`CREATE OR REPLACE TEMP VIEW behind AS ${ENERGY_BEHIND[kpi.energy]}`);
  await warehouse.run(
    `INSERT INTO kpis SELECT ${literal(kpi.id)}, ${literal(kpi.label)}, ${literal(kpi.unit.replace('currency', currency))},
       ${literal(`${kpi.id}@${kpi.version}`)}, ${kpi.method ? literal(kpi.method) : 'NULL'}, ${kpi.includes_pue}, * FROM (${kpiRow})`,
  );
}

async function keep(key: string, sql: string, book: Pick<Book, 'produce'>, warehouse: Warehouse): Promise<void> {
  await book.produce(key, (path) =>
    warehouse.run(`COPY (${sql}) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy)`),
  );
}

/** Ledger + gaps + money without energy = the bill, in rows and in money. */
async function checkAccounts(warehouse: Warehouse): Promise<void> {
  const [accounts] = await warehouse.query(`
    SELECT billed.rows::VARCHAR AS rows_billed, billed.cost::VARCHAR AS cost_billed,
           settled.rows::VARCHAR AS rows_settled, settled.cost::VARCHAR AS cost_settled
    FROM (SELECT count(*) AS rows, coalesce(sum(billed_cost), 0)::DECIMAL(38,12) AS cost FROM cost_line) AS billed
    CROSS JOIN (SELECT coalesce(sum(bill_rows), 0) AS rows, coalesce(sum(billed_cost), 0)::DECIMAL(38,12) AS cost FROM ledger_sum) AS settled`);
  const { rows_billed, rows_settled, cost_billed, cost_settled } = accounts ?? {};
  if (rows_billed !== rows_settled || cost_billed !== cost_settled) {
    throw new Error(
      `Cannot close the month: expected the ledger to account for ${rows_billed} bill rows and ${cost_billed}, got ${rows_settled} rows and ${cost_settled}`,
    );
  }
}

function instrumentTable(instruments: readonly InstrumentOffer[]): string {
  return csvTable(
    'id:VARCHAR,grid_zone:VARCHAR,mwh:DOUBLE,gco2e_per_kwh:DOUBLE',
    instruments.map(({ id, grid_zone, mwh, gco2e_per_kwh }) => [id, grid_zone, mwh, gco2e_per_kwh]),
  );
}
