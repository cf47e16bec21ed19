import { LEDGER_COLUMNS, STORED_COLUMNS, STORED_TABLES, type StoredTable, wholeCost } from '../facts/columns.ts';
import type { Book } from '../landing/book.ts';
import { identifier, literal, type Warehouse } from '../landing/warehouse.ts';
import type { Period } from '../units/period.ts';
import charge from './charge.sql' with { type: 'text' };
import chargeAmounts from './charge-amounts.sql' with { type: 'text' };
import chargeHours from './charge-hours.sql' with { type: 'text' };
import chargeLines from './charge-lines.sql' with { type: 'text' };
import chargeNames from './charge-names.sql' with { type: 'text' };
import chargePieces from './charge-pieces.sql' with { type: 'text' };
import charges from './charges.sql' with { type: 'text' };
import contested from './contested.sql' with { type: 'text' };
import crowdedHours from './crowded-hours.sql' with { type: 'text' };
import datedCosts from './dated-costs.sql' with { type: 'text' };
import deviceHours from './device-hours.sql' with { type: 'text' };
import hardware from './hardware.sql' with { type: 'text' };
import hostNames from './host-names.sql' with { type: 'text' };
import intensities from './intensities.sql' with { type: 'text' };
import ledger from './ledger.sql' with { type: 'text' };
import lines from './lines.sql' with { type: 'text' };
import macros from './macros.sql' with { type: 'text' };
import placedHosts from './placed-hosts.sql' with { type: 'text' };
import places from './places.sql' with { type: 'text' };
import presentCharges from './present-charges.sql' with { type: 'text' };
import presentFiles from './present-files.sql' with { type: 'text' };
import rates from './rates.sql' with { type: 'text' };
import { REFERENCE_TABLES } from './reference-tables.ts';
import settledCharges from './settled-charges.sql' with { type: 'text' };
import settledHosts from './settled-hosts.sql' with { type: 'text' };
import shares from './shares.sql' with { type: 'text' };
import sliceCost from './slice-cost.sql' with { type: 'text' };
import type { Slice } from './slices.ts';
import spots from './spots.sql' with { type: 'text' };
import standings from './standings.sql' with { type: 'text' };
import sums from './sums.sql' with { type: 'text' };
import watched from './watched.sql' with { type: 'text' };
import winner from './winner.sql' with { type: 'text' };

/** The settings that a settlement depends on, beside the facts. */
export interface Assumptions {
  readonly idle: 'node' | 'proportional' | 'owner';
  readonly cpuUtilisation: number;
  readonly gpuUtilisation: number;
  readonly utilisationU95: number;
  readonly factorKind: 'direct' | 'lifecycle';
  /** Ids of the grid sources, the most authoritative first. */
  readonly gridSources: readonly string[];
  readonly sites: readonly SiteAssumption[];
  /** Zones for which contractual instruments or a residual mix exist: market-based figures are made for them. */
  readonly marketZones: readonly string[];
}

interface SiteAssumption {
  readonly id: string;
  readonly control: 'own' | 'colo' | 'cloud';
  readonly grid_zone: string;
  readonly pue: readonly { readonly from: string; readonly value: number }[];
  readonly hosts: readonly string[];
}

/** Amortisation of embodied emissions: four years of hours (docs/methods/embodied-carbon.md). */
const LIFETIME_HOURS = 35_040;
/** What happens to the charges of a slice, and to the hosts that telemetry watches. */
const CHARGE_STEPS = [
  sliceCost,
  presentCharges,
  presentFiles,
  charges,
  charge,
  datedCosts,
  chargePieces,
  crowdedHours,
  chargeAmounts,
  chargeHours,
  hardware,
  rates,
] as const;
const HOST_STEPS = [deviceHours, contested, shares, settledHosts] as const;
/** Where the lines of both stand, and what holds there in each hour. */
const PLACE_STEPS = [places, spots, intensities, standings] as const;
/** Texts of small tables that millions of lines take over: as ENUMs they are joined and written at twice the speed. */
const LABELS = {
  standing: ['region_label', 'site', 'control', 'grid_zone', 'factor_id'],
  line_name: [
    'provider_name',
    'sub_account_id',
    'service_name',
    'resource_id',
    'resource_type',
    'billing_currency',
    'project',
    'model_id',
    'workload_type',
    'workload_id',
    'gap_unit',
  ],
} as const;

/** Charges that no telemetry watches, and watched hosts: a file each. What their lines are called, and what they come to. */
const PARTS = {
  charges: { settled: settledCharges, from: 'settled_charge', names: chargeNames },
  hosts: { settled: placedHosts, from: 'placed_host', names: hostNames },
} as const;
type Part = keyof typeof PARTS;
const PART_NAMES = Object.keys(PARTS) as Part[];
/** Every statement that the ledger comes from. */
export const LEDGER_STATEMENTS: readonly string[] = [
  macros,
  winner,
  watched,
  ...CHARGE_STEPS,
  ...HOST_STEPS,
  ...PLACE_STEPS,
  chargeLines,
  ...Object.values(PARTS).flatMap(({ settled, names }) => [settled, names]),
  lines,
  ledger,
  sums,
];

/** The two tables that a bill lies in. */
const BILL_FILES: ReadonlySet<StoredTable> = new Set(['fct_cost', 'dim_charge']);

/** `ledger/month=2026-06/2026-06-01-charges.parquet` */
function ledgerKey(period: Period, slice: Slice, part: Part): string {
  return `ledger/month=${period.month}/${slice.from}-${part}.parquet`;
}

/** `sums/month=2026-06/2026-06-01-charges.parquet` */
function sumsKey(period: Period, slice: Slice, part: Part): string {
  return `sums/month=${period.month}/${slice.from}-${part}.parquet`;
}

/** The keys of a month's ledger, in order. */
export function ledgerKeys(period: Period, slices: readonly Slice[]): string[] {
  return slices.flatMap((slice) => PART_NAMES.map((part) => ledgerKey(period, slice, part)));
}

/** The keys of the sums that lie beside the ledger, in order. */
export function sumsKeys(period: Period, slices: readonly Slice[]): string[] {
  return slices.flatMap((slice) => PART_NAMES.map((part) => sumsKey(period, slice, part)));
}

/** The keys of a month's fact files, by table: what a settlement reads. */
export type FactKeys = Readonly<Record<StoredTable, readonly string[]>>;

/** Makes the fact tables of a month and the reference tables readable in the warehouse, once for all its slices. */
export async function openFacts(
  keys: FactKeys,
  assumptions: Assumptions,
  book: Book,
  warehouse: Warehouse,
): Promise<void> {
  for (const table of STORED_TABLES) {
    const paths = await Promise.all(keys[table].map((key) => book.localPath(key)));
    const [view, rows] = [table === 'fct_cost' ? 'cost_line' : table, factRows(table, paths)];
    await warehouse.run(`CREATE OR REPLACE TEMP VIEW ${view} AS ${BILL_FILES.has(table) ? keyed(rows) : rows}`);
  }
  await warehouse.run(`CREATE OR REPLACE TEMP VIEW fct_cost AS ${wholeCost('cost_line', 'dim_charge', ['file_key'])}`);
  for (const [table, text] of Object.entries(REFERENCE_TABLES)) await warehouse.loadCsv(table, text);
  for (const statement of [...statements(macros), ...statements(winner)]) await warehouse.run(statement);
  for (const [table, text] of Object.entries(assumptionTables(assumptions))) await warehouse.loadCsv(table, text);
  await setAssumptions(assumptions, warehouse);
  await warehouse.run(watched);
}

/** Settles a slice of a month: exactly one energy figure for each hour, resource and component. Gives the lines written. */
export async function settleSlice(period: Period, slice: Slice, book: Book, warehouse: Warehouse): Promise<number> {
  await warehouse.run(`SET VARIABLE day_start = TIMESTAMP ${literal(slice.from)}`);
  await warehouse.run(`SET VARIABLE day_end = TIMESTAMP ${literal(slice.to)}`);
  await warehouse.run(`SET VARIABLE month_end = TIMESTAMP ${literal(period.to.slice(0, 10))}`);
  for (const step of [...CHARGE_STEPS, ...HOST_STEPS, ...PLACE_STEPS, chargeLines]) await warehouse.run(step);
  await labelTable('standing', slice.from, warehouse);
  let written = 0;
  for (const part of PART_NAMES) written += await writePart(period, slice, part, { book, warehouse });
  return written;
}

/** The texts of a small table as ENUMs, before millions of lines take them over. */
async function labelTable(table: keyof typeof LABELS, of: string, warehouse: Warehouse): Promise<void> {
  for (const column of LABELS[table]) {
    const type = identifier(`${column} of ${of}`);
    await warehouse.run(
      `CREATE TYPE ${type} AS ENUM (SELECT DISTINCT coalesce(${column}::VARCHAR, '') AS text FROM ${table} UNION SELECT '' ORDER BY text)`,
    );
    await warehouse.run(`ALTER TABLE ${table} ALTER COLUMN ${column} TYPE ${type}`);
  }
}

async function writePart(
  period: Period,
  slice: Slice,
  part: Part,
  { book, warehouse }: { readonly book: Book; readonly warehouse: Warehouse },
): Promise<number> {
  const { settled, from, names } = PARTS[part];
  for (const statement of [settled, names]) await warehouse.run(statement);
  await labelTable('line_name', `${slice.from} ${part}`, warehouse);
  await warehouse.run(`CREATE OR REPLACE TEMP VIEW settled AS SELECT * FROM ${from}`);
  await warehouse.run(lines);
  const columns = LEDGER_COLUMNS.map(({ name, type }) =>
    type === 'VARCHAR' ? identifier(name) : `CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`,
  );
  const rows = `SELECT ${columns.join(', ')} FROM (${ledger})`;
  await book.produce(ledgerKey(period, slice, part), (path) => copyTo(path, rows, warehouse));
  await book.produce(sumsKey(period, slice, part), (path) =>
    copyTo(path, `SELECT * FROM (${sums}) ORDER BY ALL`, warehouse),
  );
  const [count] = await warehouse.query('SELECT count(*)::VARCHAR AS lines FROM line');
  return Number(count?.['lines']);
}

function copyTo(path: string, rows: string, warehouse: Warehouse): Promise<void> {
  return warehouse.run(
    `COPY (${rows}) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)`,
  );
}

/** A number beside each row that stands for its landed file: joined at a third of the cost of two texts. */
function keyed(rows: string): string {
  return `SELECT *, hash(source_id, receipt_sha256) AS file_key FROM (${rows})`;
}

function factRows(table: StoredTable, paths: readonly string[]): string {
  if (paths.length > 0)
    return `SELECT * FROM read_parquet([${paths.map(literal).join(', ')}], hive_partitioning = false)`;
  const columns = STORED_COLUMNS[table].map(({ name, type }) => `NULL::${type} AS ${identifier(name)}`);
  return `SELECT ${columns.join(', ')} WHERE false`;
}

async function setAssumptions(assumptions: Assumptions, warehouse: Warehouse): Promise<void> {
  await warehouse.run(`SET VARIABLE idle_policy = ${literal(assumptions.idle)}`);
  await warehouse.run(`SET VARIABLE cpu_utilisation = ${assumptions.cpuUtilisation}::DOUBLE`);
  await warehouse.run(`SET VARIABLE gpu_utilisation = ${assumptions.gpuUtilisation}::DOUBLE`);
  await warehouse.run(`SET VARIABLE utilisation_u95 = ${assumptions.utilisationU95}::DOUBLE`);
  await warehouse.run(`SET VARIABLE factor_kind = ${literal(assumptions.factorKind)}`);
  await warehouse.run(`SET VARIABLE lifetime_hours = ${LIFETIME_HOURS}`);
}

/** Sites, their hosts, grid sources and market zones as CSV texts: the settings as tables. */
function assumptionTables({ sites, gridSources, marketZones }: Assumptions): Record<string, string> {
  const csv = (header: string, rows: readonly (readonly (string | number)[])[]) =>
    [header, ...rows.map((row) => row.map(csvCell).join(','))].join('\n').concat('\n');
  return {
    site: csv(
      'site:VARCHAR,control:VARCHAR,grid_zone:VARCHAR,valid_from:DATE,pue:DOUBLE',
      sites.flatMap(({ id, control, grid_zone, pue }) =>
        pue.map(({ from, value }) => [id, control, grid_zone, from, value]),
      ),
    ),
    site_host: csv(
      'site:VARCHAR,pattern:VARCHAR',
      sites.flatMap(({ id, hosts }) => hosts.map((host) => [id, likePattern(host)])),
    ),
    grid_source: csv(
      'source_id:VARCHAR,rank:INTEGER',
      gridSources.map((id, rank) => [id, rank]),
    ),
    market_zone: csv(
      'grid_zone:VARCHAR,residual_gco2e_per_kwh:DOUBLE',
      marketZones.map((zone) => [zone, '']),
    ),
  };
}

function csvCell(cell: string | number): string {
  return typeof cell === 'number' || cell === '' ? String(cell) : `"${cell.replaceAll('"', '""')}"`;
}

/** `*` for any text, everything else as it stands. */
function likePattern(pattern: string): string {
  return pattern.replaceAll('\\', '\\\\').replaceAll('%', '\\%').replaceAll('_', '\\_').replaceAll('*', '%');
}

function statements(script: string): string[] {
  return script.split(/;\s*$/m).filter((statement) => statement.trim().length > 0);
}
