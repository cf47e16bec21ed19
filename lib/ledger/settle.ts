import { LEDGER_COLUMNS } from '../facts/columns.ts';
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
import gapSums from './gap-sums.sql' with { type: 'text' };
import hardware from './hardware.sql' with { type: 'text' };
import hostNames from './host-names.sql' with { type: 'text' };
import intensities from './intensities.sql' with { type: 'text' };
import kinds from './kinds.sql' with { type: 'text' };
import ledger from './ledger.sql' with { type: 'text' };
import lines from './lines.sql' with { type: 'text' };
import nameSums from './name-sums.sql' with { type: 'text' };
import { OPENING_STATEMENTS } from './open-facts.ts';
import placedHosts from './placed-hosts.sql' with { type: 'text' };
import places from './places.sql' with { type: 'text' };
import presentCharges from './present-charges.sql' with { type: 'text' };
import presentFiles from './present-files.sql' with { type: 'text' };
import rates from './rates.sql' with { type: 'text' };
import settledCharges from './settled-charges.sql' with { type: 'text' };
import settledHosts from './settled-hosts.sql' with { type: 'text' };
import shares from './shares.sql' with { type: 'text' };
import sliceCost from './slice-cost.sql' with { type: 'text' };
import { instantOf, type Slice } from './slices.ts';
import spots from './spots.sql' with { type: 'text' };
import standings from './standings.sql' with { type: 'text' };
import sums from './sums.sql' with { type: 'text' };

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
const PLACE_STEPS = [places, spots, intensities, standings, kinds] as const;
/** Texts of small tables that millions of lines take over: as ENUMs they are joined and written at twice the speed. */
const LABELS = {
  standing: ['region_label', 'site', 'control', 'grid_zone', 'factor_id', 'residual_factor_id'],
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
  ...OPENING_STATEMENTS,
  ...CHARGE_STEPS,
  ...HOST_STEPS,
  ...PLACE_STEPS,
  chargeLines,
  ...Object.values(PARTS).flatMap(({ settled, names }) => [settled, names]),
  lines,
  ledger,
  nameSums,
  sums,
  gapSums,
];

/** Folders of what a settlement writes: the ledger, its sums, the sums of what is not known. A folder holds rows of one shape. */
export const SETTLED = ['ledger', 'sums', 'sums/gaps'] as const;
type Settled = (typeof SETTLED)[number];

/** `ledger/month=2026-06/2026-06-01-charges.parquet` */
function settledKey(folder: Settled, period: Period, slice: Slice, part: Part): string {
  return `${folder}/month=${period.month}/${slice.from}-${part}.parquet`;
}

/** The keys of a month in one of the folders, in order. */
export function settledKeys(folder: Settled, period: Period, slices: readonly Slice[]): string[] {
  return slices.flatMap((slice) => PART_NAMES.map((part) => settledKey(folder, period, slice, part)));
}

/** Settles a slice of a month: exactly one energy figure for each hour, resource and component. Gives the lines written. */
export async function settleSlice(
  period: Period,
  slice: Slice,
  book: Pick<Book, 'produce'>,
  warehouse: Warehouse,
): Promise<number> {
  await warehouse.run(`SET VARIABLE day_start = TIMESTAMP ${literal(instantOf(slice.from))}`);
  await warehouse.run(`SET VARIABLE day_end = TIMESTAMP ${literal(instantOf(slice.to))}`);
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
      `CREATE TEMP TYPE ${type} AS ENUM (SELECT DISTINCT coalesce(${column}::VARCHAR, '') AS text FROM ${table} UNION SELECT '' ORDER BY text)`,
    );
    await warehouse.run(`ALTER TABLE ${table} ALTER COLUMN ${column} TYPE ${type}`);
  }
}

/**
 * Runs a statement whose joins stand as they are to be made: what many lines are looked up in is the smaller side and stands second. DuckDB's
 * guess of how many lines there are is far off, and looking the small side up in the lines takes ten times as long, and loses their order.
 */
async function asJoined(statement: string, warehouse: Warehouse): Promise<void> {
  await warehouse.run("SET disabled_optimizers = 'join_order,build_side_probe_side'");
  await warehouse.run(statement);
  await warehouse.run('RESET disabled_optimizers');
}

async function writePart(
  period: Period,
  slice: Slice,
  part: Part,
  { book, warehouse }: { readonly book: Pick<Book, 'produce'>; readonly warehouse: Warehouse },
): Promise<number> {
  const { settled, from, names } = PARTS[part];
  for (const statement of [settled, names]) await warehouse.run(statement);
  await labelTable('line_name', `${slice.from} ${part}`, warehouse);
  await warehouse.run(`CREATE OR REPLACE TEMP VIEW settled AS SELECT * FROM ${from}`);
  await asJoined(lines, warehouse);
  if (part === 'charges') await warehouse.run('DROP TABLE dated_cost');
  const columns = LEDGER_COLUMNS.map(({ name, type }) =>
    type === 'VARCHAR' ? identifier(name) : `CAST(${identifier(name)} AS ${type}) AS ${identifier(name)}`,
  );
  const rows = `SELECT ${columns.join(', ')} FROM (${ledger})`;
  await warehouse.run(nameSums);
  const written = { ledger: rows, sums: inOrder(sums), 'sums/gaps': inOrder(gapSums) };
  for (const folder of SETTLED)
    await book.produce(settledKey(folder, period, slice, part), (path) => copyTo(path, written[folder], warehouse));
  const [count] = await warehouse.query('SELECT count(*)::VARCHAR AS lines FROM line');
  return Number(count?.['lines']);
}

function inOrder(rows: string): string {
  return `SELECT * FROM (${rows}) ORDER BY ALL`;
}

function copyTo(path: string, rows: string, warehouse: Warehouse): Promise<void> {
  return warehouse.run(
    `COPY (${rows}) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)`,
  );
}
