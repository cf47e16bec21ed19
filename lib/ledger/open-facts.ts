import { STORED_TABLES, type StoredTable, storedRows, wholeCost } from '../facts/columns.ts';
import type { Book } from '../landing/book.ts';
import { csvTable, likePattern, literal, statementsOf, type Warehouse } from '../landing/warehouse.ts';
import countedEnergy from './counted-energy.sql' with { type: 'text' };
import macros from './macros.sql' with { type: 'text' };
import nodeGpus from './node-gpus.sql' with { type: 'text' };
import { REFERENCE_TABLES } from './reference-tables.ts';
import repeated from './repeated.sql' with { type: 'text' };
import sameHosts from './same-hosts.sql' with { type: 'text' };
import toldEnergy from './told-energy.sql' with { type: 'text' };
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
  /** Zones for which contractual instruments exist: market-based figures are made for them, as for zones with a residual mix. */
  readonly marketZones: readonly string[];
}

interface SiteAssumption {
  readonly id: string;
  readonly control: 'own' | 'colo' | 'cloud';
  readonly grid_zone: string;
  readonly pue: readonly { readonly from: string; readonly value: number }[];
  readonly hosts: readonly string[];
  readonly retired?: readonly RetiredHost[] | undefined;
}

/** Hosts that were taken down: a pattern of their names, and the day. */
export interface RetiredHost {
  readonly host: string;
  readonly from: string;
}

/** Amortisation of embodied emissions: four years of hours (docs/methods/embodied-carbon.md). */
const LIFETIME_HOURS = 35_040;
/** The two tables that a bill lies in. */
const BILL_FILES: ReadonlySet<StoredTable> = new Set(['fct_cost', 'dim_charge']);

/** Every statement that a settlement begins with. */
export const OPENING_STATEMENTS: readonly string[] = [
  macros,
  winner,
  repeated,
  sameHosts,
  nodeGpus,
  toldEnergy,
  countedEnergy,
  watched,
];

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
    const [view, rows] = [table === 'fct_cost' ? 'cost_line' : table, storedRows(table, paths)];
    await warehouse.run(`CREATE OR REPLACE TEMP VIEW ${view} AS ${BILL_FILES.has(table) ? keyed(rows) : rows}`);
  }
  await warehouse.run(`CREATE OR REPLACE TEMP VIEW fct_cost AS ${wholeCost('cost_line', 'dim_charge', ['file_key'])}`);
  for (const [table, text] of Object.entries(REFERENCE_TABLES)) await warehouse.loadCsv(table, text);
  for (const statement of [...statementsOf(macros), ...statementsOf(winner)]) await warehouse.run(statement);
  for (const [table, text] of Object.entries(assumptionTables(assumptions))) await warehouse.loadCsv(table, text);
  await setAssumptions(assumptions, warehouse);
  for (const statement of [repeated, sameHosts, nodeGpus, toldEnergy, countedEnergy, watched])
    await warehouse.run(statement);
}

/** A number beside each row that stands for its landed file: joined at a third of the cost of two texts. */
function keyed(rows: string): string {
  return `SELECT *, hash(source_id, receipt_sha256) AS file_key FROM (${rows})`;
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
  return {
    site: csvTable(
      'site:VARCHAR,control:VARCHAR,grid_zone:VARCHAR,valid_from:DATE,pue:DOUBLE',
      sites.flatMap(({ id, control, grid_zone, pue }) =>
        pue.map(({ from, value }) => [id, control, grid_zone, from, value]),
      ),
    ),
    site_host: csvTable(
      'site:VARCHAR,pattern:VARCHAR',
      sites.flatMap(({ id, hosts }) => hosts.map((host) => [id, likePattern(host)])),
    ),
    retired_host: retiredTable(sites.flatMap(({ retired = [] }) => retired)),
    grid_source: csvTable(
      'source_id:VARCHAR,rank:INTEGER',
      gridSources.map((id, rank) => [id, rank]),
    ),
    market_zone: csvTable(
      'grid_zone:VARCHAR',
      marketZones.map((zone) => [zone]),
    ),
  };
}

/** The table `retired_host`, as CSV text. */
export function retiredTable(retired: readonly RetiredHost[]): string {
  return csvTable(
    'pattern:VARCHAR,retired_from:DATE',
    retired.map(({ host, from }) => [likePattern(host), from]),
  );
}
