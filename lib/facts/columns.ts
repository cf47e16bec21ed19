import { identifier, parquetRows } from '../landing/warehouse.ts';
import type { FactTable } from '../sources/source.ts';

/**
 * Every column of every table, once: the order here is the order in the Parquet files, the type is DuckDB's,
 * the meaning is printed in docs/data-dictionary.md.
 */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly meaning: string;
}

const column = (name: string, type: string, meaning: string): Column => ({ name, type, meaning });

/** Joules, exact: ten billion kWh fit, a microjoule is seen. */
const ENERGY = 'DECIMAL(28,6)';
/** Money and billed quantities, exact to a trillionth. */
const MONEY = 'DECIMAL(28,12)';
/** Grams of CO2e, exact to a microgram. */
const EMISSIONS = 'DECIMAL(28,6)';
/** Hours, exact to a millionth. */
const HOURS = 'DECIMAL(18,6)';

/** Whose work it was: filled by the workload rules of the settings, NULL where nothing says. */
export const WORKLOAD_COLUMNS = [
  column('project', 'VARCHAR', 'Project, product or team that the work was done for'),
  column('model_id', 'VARCHAR', 'Model that was trained or served'),
  column('workload_type', 'VARCHAR', 'data_preparation, training, evaluation, deployment, inference or other'),
  column('workload_id', 'VARCHAR', 'One run, endpoint, job or deployment'),
] as const;

const LINEAGE = [
  column('source_id', 'VARCHAR', 'Source of the settings that the row came from'),
  column('receipt_sha256', 'VARCHAR', 'SHA-256 of the landed file that the row came from'),
] as const;

/** The fact tables as they are asked. */
export const TABLES = {
  fct_cost: [
    ...LINEAGE,
    column('provider_name', 'VARCHAR', 'FOCUS ProviderName: AWS, Google Cloud, Microsoft, …'),
    column('billing_account_id', 'VARCHAR', 'FOCUS BillingAccountId: who is invoiced'),
    column('sub_account_id', 'VARCHAR', 'FOCUS SubAccountId: account, project or subscription that used it'),
    column('region_id', 'VARCHAR', "FOCUS RegionId: the provider's region code"),
    column('service_name', 'VARCHAR', 'FOCUS ServiceName'),
    column('resource_id', 'VARCHAR', 'FOCUS ResourceId'),
    column('resource_type', 'VARCHAR', 'Instance type or model; NULL where the charge has none'),
    column('sku_id', 'VARCHAR', 'FOCUS SkuId'),
    column('charge_category', 'VARCHAR', 'FOCUS ChargeCategory: Usage, Purchase, Tax, Credit or Adjustment'),
    column('charge_period_start', 'TIMESTAMP', 'FOCUS ChargePeriodStart, UTC'),
    column('charge_period_end', 'TIMESTAMP', 'FOCUS ChargePeriodEnd, UTC, exclusive'),
    column('consumed_quantity', MONEY, 'FOCUS ConsumedQuantity; each unit of use is counted once'),
    column('consumed_unit', 'VARCHAR', 'FOCUS ConsumedUnit'),
    column('billed_cost', MONEY, 'FOCUS BilledCost'),
    column('effective_cost', MONEY, 'FOCUS EffectiveCost: amortised, after discounts'),
    column('list_cost', MONEY, 'FOCUS ListCost'),
    column('billing_currency', 'VARCHAR', 'FOCUS BillingCurrency, ISO 4217'),
    column(
      'energy_driver',
      'VARCHAR',
      'What draws the energy of this charge (docs/methods/modelled-energy.md); NULL: no model',
    ),
    column('driver_quantity', MONEY, "The driver's quantity in its own unit"),
    column('tags', 'MAP(VARCHAR, VARCHAR)', 'FOCUS Tags, keys as the provider writes them'),
    ...WORKLOAD_COLUMNS,
  ],
  fct_energy: [
    ...LINEAGE,
    column('period_start', 'TIMESTAMP', 'Hour, UTC'),
    column('host_id', 'VARCHAR', 'OpenTelemetry host.id'),
    column('boot_id', 'VARCHAR', 'Boot of the host, as its agent names it; NULL where the source knows none'),
    column('resource_id', 'VARCHAR', 'Resource as the bill names it; the host where there is no bill'),
    column('component', 'VARCHAR', 'gpu, cpu, memory, storage, network or other'),
    column('basis', 'VARCHAR', 'measured (counter, meter) or modelled (usage and a hardware table)'),
    column('method', 'VARCHAR', 'How it was read: nvml-counter, rapl, cpu-utilisation-model, …'),
    column('share', 'VARCHAR', 'attributed, idle or unattributed; the three add up to the device'),
    column('energy_joules', ENERGY, 'IT energy of the share; NULL for a gap'),
    column(
      'covered_seconds',
      'DECIMAL(18,3)',
      'Seconds of the hour whose energy is known, mean over the devices of the component',
    ),
    column('gap_reason', 'VARCHAR', 'Why energy is unknown; NULL where it is known'),
    column('u95_ratio', 'DOUBLE', '95 % half-width as a ratio'),
    column(
      'spans',
      'STRUCT("domain" VARCHAR, "since" TIMESTAMP, "until" TIMESTAMP)[]',
      'On one row of a device and hour: when each of its counters was read, so that what came twice is seen (docs/methods/winner-rule.md); NULL where the source does not say',
    ),
    ...WORKLOAD_COLUMNS,
  ],
  fct_activity: [
    ...LINEAGE,
    column('period_start', 'TIMESTAMP', 'Hour, UTC'),
    column('resource_id', 'VARCHAR', 'Server or endpoint that did the work'),
    column(
      'measure',
      'VARCHAR',
      'What was counted or read: images, gpu_seconds, or a measure of the table below, which says how its rows come together',
    ),
    column(
      'quantity',
      'DECIMAL(28,6)',
      'How many in the hour, or in the bucket; NULL for a level, which never adds up; an hour of which nothing is known has no row',
    ),
    column(
      'bucket_over',
      'DOUBLE',
      'Lower bound of the bucket in seconds, exclusive; NULL where quantity is no count of a bucket',
    ),
    column(
      'bucket_up_to',
      'DOUBLE',
      'Upper bound, inclusive. Only rows with the same two bounds are of one bucket; quantiles are read from sums of buckets',
    ),
    column('level_last', 'DOUBLE', 'Level at its last reading of the hour; NULL for what adds up'),
    column('level_mean', 'DOUBLE', 'Its mean over level_seconds'),
    column('level_minimum', 'DOUBLE', 'Its lowest reading'),
    column('level_maximum', 'DOUBLE', 'Its highest reading'),
    column('level_samples', 'BIGINT', 'Readings in the hour'),
    column('level_seconds', 'DOUBLE', 'Seconds of the hour in which the level is known: the weight of its mean'),
    column(
      'spans',
      'STRUCT("domain" VARCHAR, "since" TIMESTAMP, "until" TIMESTAMP)[]',
      'When a counter that adds up was read, its labels as domain, so that what came twice is seen; NULL where the source does not say',
    ),
    ...WORKLOAD_COLUMNS,
  ],
  fct_run: [
    ...LINEAGE,
    column(
      'run_id',
      'VARCHAR',
      'Training or batch run; `workload_id` is the workload whose energy it has where none stands under this name (docs/agent/runs.md)',
    ),
    column('solution_id', 'VARCHAR', 'Goal that several runs may try to reach; the run itself where none is named'),
    column('started_at', 'TIMESTAMP', 'UTC'),
    column('ended_at', 'TIMESTAMP', 'UTC'),
    column('outcome', 'VARCHAR', 'succeeded, failed or aborted'),
    column('target_metric', 'VARCHAR', 'What the run was to reach, for instance eval_loss'),
    column('target_value', 'DOUBLE', 'Value of the target metric at the end'),
    ...WORKLOAD_COLUMNS,
  ],
  fct_provider_emissions: [
    ...LINEAGE,
    column('period_start', 'TIMESTAMP', 'First hour of the usage month, UTC'),
    column('provider_name', 'VARCHAR', 'AWS, Google Cloud, Microsoft'),
    column('account_id', 'VARCHAR', 'Account, project or subscription'),
    column('region_id', 'VARCHAR', "The provider's region code; NULL for global services"),
    column('service_name', 'VARCHAR', "The provider's name of the service"),
    column(
      'reported_part',
      'VARCHAR',
      'What else the provider tells its rows apart by: billing account and zone of Google Cloud; NULL for others',
    ),
    column('scope_1_gco2e', EMISSIONS, "The provider's own Scope 1"),
    column('scope_2_location_gco2e', EMISSIONS, "The provider's own Scope 2, location-based"),
    column('scope_2_market_gco2e', EMISSIONS, "The provider's own Scope 2, market-based"),
    column('scope_3_gco2e', EMISSIONS, "The provider's own Scope 3"),
    column('total_location_gco2e', EMISSIONS, 'Scopes 1 to 3, location-based'),
    column('total_market_gco2e', EMISSIONS, 'Scopes 1 to 3, market-based'),
    column('model_version', 'VARCHAR', "Version of the provider's carbon model"),
    column('refreshed_at', 'TIMESTAMP', 'When the provider last computed the row'),
  ],
  fct_grid_intensity: [
    ...LINEAGE,
    column('period_start', 'TIMESTAMP', 'Hour, UTC'),
    column('grid_zone', 'VARCHAR', 'Electricity Maps zone key, for instance GB or US-MIDA-PJM'),
    column('kind', 'VARCHAR', 'direct (Scope 2), lifecycle, residual or marginal (never in an inventory)'),
    column('carbon_intensity_gco2e_per_kwh', 'DOUBLE', 'Average intensity of the hour'),
    column(
      'grain',
      'VARCHAR',
      'hour, half_hour (both halves there), hours (an hour out of a step of several), day, days (an hour out of a step of days), month or year: the grain that the source gave',
    ),
    column('is_estimated', 'BOOLEAN', 'The source itself estimated the value; NULL where it does not say'),
    column('version', 'VARCHAR', "The source's version or update time of the value"),
  ],
} as const satisfies Readonly<Record<FactTable, readonly Column[]>>;

/** Every settled line. `settled_as` says what became of it; the lines of a bill add up to its rows and its money. */
export const LEDGER_COLUMNS = [
  column('period_start', 'TIMESTAMP', 'Hour, UTC'),
  column('provider_name', 'VARCHAR', 'FOCUS ProviderName; own for hosts on own or colocation sites'),
  column('sub_account_id', 'VARCHAR', 'FOCUS SubAccountId'),
  column('region_id', 'VARCHAR', "The provider's region code; the site for own hosts"),
  column('site', 'VARCHAR', 'Site of the settings, or provider and region'),
  column('control', 'VARCHAR', 'own, colo or cloud'),
  column('scope', 'VARCHAR', 'scope_2 for own and colo sites, scope_3 (category 1) for cloud'),
  column('grid_zone', 'VARCHAR', 'Electricity Maps zone key'),
  column('service_name', 'VARCHAR', 'FOCUS ServiceName'),
  column('resource_id', 'VARCHAR', 'FOCUS ResourceId, or the host'),
  column('resource_type', 'VARCHAR', 'Instance type or model'),
  column('component', 'VARCHAR', 'gpu, cpu, memory, storage, network or other'),
  column('share', 'VARCHAR', 'attributed, idle or unattributed'),
  ...WORKLOAD_COLUMNS,
  column('settled_as', 'VARCHAR', 'energy, gap (draws energy that is unknown) or no_energy (money only)'),
  column('basis', 'VARCHAR', 'measured, modelled or filled: the one that won the hour; NULL without energy'),
  column('method', 'VARCHAR', 'How the winning figure came about'),
  column('it_energy_joules', ENERGY, 'Energy of the IT equipment'),
  column('pue', 'DOUBLE', 'Power usage effectiveness of the site at the time'),
  column('facility_energy_joules', ENERGY, 'IT energy times PUE, once'),
  column('factor_id', 'VARCHAR', 'Grid factor: source/zone/kind/grain'),
  column('carbon_intensity_gco2e_per_kwh', 'DOUBLE', 'Its value in this hour'),
  column('emissions_location_gco2e', EMISSIONS, 'Facility energy times grid factor'),
  column(
    'residual_factor_id',
    'VARCHAR',
    'Residual mix of the zone: source/zone/residual/grain, a yearly one with its year; NULL where none landed',
  ),
  column(
    'emissions_market_gco2e',
    EMISSIONS,
    'Facility energy times residual mix, or grid average where none landed, before instruments; NULL where the zone has neither an instrument nor a residual mix',
  ),
  column(
    'embodied_gco2e',
    EMISSIONS,
    'Embodied emissions of the hardware, amortised over its life (SCI M); never added to purchases',
  ),
  column('billed_cost', MONEY, 'FOCUS BilledCost of this line'),
  column('effective_cost', MONEY, 'FOCUS EffectiveCost of this line, cut among components and workloads by energy'),
  column('billing_currency', 'VARCHAR', 'ISO 4217'),
  column('u95_ratio', 'DOUBLE', '95 % half-width of the energy as a ratio'),
  column('pue_u95_ratio', 'DOUBLE', '95 % half-width of the PUE as a ratio'),
  column('factor_u95_ratio', 'DOUBLE', '95 % half-width of the grid factor as a ratio'),
  column('gap_reason', 'VARCHAR', 'Why energy is unknown'),
  column('gap_quantity', MONEY, 'Consumed quantity beside a gap'),
  column('gap_unit', 'VARCHAR', 'Its unit'),
  column('bill_rows', 'BIGINT', 'Bill rows that this line stands for; each is counted on one line'),
  column(
    'resource_hours',
    HOURS,
    'Weight in coverage: the part of its resource’s hour that the line stands for. A watched host’s hour is dealt to its components alike, and each part to the component’s lines; that of a charge stands on its first line',
  ),
] as const;

/** Their names. */
export const FACT_TABLES = Object.keys(TABLES) as FactTable[];

/** Columns of `fct_cost` that change from line to line; what the others say is the same hour after hour. */
const AMOUNTS = new Set([
  'charge_period_start',
  'charge_period_end',
  'consumed_quantity',
  'billed_cost',
  'effective_cost',
  'list_cost',
  'driver_quantity',
]);
/** Where a row came from: the same for all rows of a file. */
export const LINEAGE_NAMES: ReadonlySet<string> = new Set(LINEAGE.map(({ name }) => name));
const CHARGE_IN_FILE = column('charge_in_file', 'BIGINT', 'Number of the charge within its landed file');

/** A table of the book as it lies in files: `fct_cost` in two, lines and the charges that they are lines of. */
export type StoredTable = FactTable | 'dim_charge';

/** The columns of every file of facts. */
export const STORED_COLUMNS: Readonly<Record<StoredTable, readonly Column[]>> = {
  ...TABLES,
  fct_cost: [...LINEAGE, CHARGE_IN_FILE, ...TABLES.fct_cost.filter(({ name }) => AMOUNTS.has(name))],
  dim_charge: [
    ...LINEAGE,
    CHARGE_IN_FILE,
    ...TABLES.fct_cost.filter(({ name }) => !AMOUNTS.has(name) && !LINEAGE_NAMES.has(name)),
  ],
};
const SAID_OF_CHARGE: ReadonlySet<string> = new Set(
  TABLES.fct_cost.map(({ name }) => name).filter((name) => !AMOUNTS.has(name) && !LINEAGE_NAMES.has(name)),
);
export const STORED_TABLES = Object.keys(STORED_COLUMNS) as StoredTable[];

/** The rows of a table's files; none, with the table's columns, where a month has no such file. */
export function storedRows(table: StoredTable, paths: readonly string[]): string {
  if (paths.length > 0) return parquetRows(paths);
  const columns = STORED_COLUMNS[table].map(({ name, type }) => `NULL::${type} AS ${identifier(name)}`);
  return `SELECT ${columns.join(', ')} WHERE false`;
}

/** The tables whose files these tables lie in. */
export function storedAs(tables: readonly FactTable[]): StoredTable[] {
  return tables.flatMap((table) => (table === 'fct_cost' ? [table, 'dim_charge' as const] : [table]));
}

/**
 * `fct_cost` with all its columns, from relations that hold its lines and its charges. What tells the landed files apart in both
 * is their lineage, or one column that stands for it.
 */
export function wholeCost(lines: string, charges: string, file = ['source_id', 'receipt_sha256']): string {
  const names = TABLES.fct_cost.map(({ name }) => `${SAID_OF_CHARGE.has(name) ? 'charge' : 'line'}.${name}`);
  // ON, not USING: Athena knows no qualified names of columns that were joined by USING.
  const same = [...file, CHARGE_IN_FILE.name].map((name) => `line.${name} = charge.${name}`);
  return `SELECT ${names.join(', ')} FROM ${lines} AS line JOIN ${charges} AS charge ON ${same.join(' AND ')}`;
}

/** Kinds of work; what a tag says beside them is `other`. */
export const WORKLOAD_TYPES = [
  'data_preparation',
  'training',
  'evaluation',
  'deployment',
  'inference',
  'other',
] as const;
