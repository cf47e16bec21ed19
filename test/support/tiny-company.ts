import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { DuckDbWarehouse } from '../../lib/adapters/duckdb-warehouse.ts';
import { LocalBook } from '../../lib/adapters/local-book.ts';
import { lazyRenderers } from '../../lib/adapters/renderers.ts';
import { openWorkplace } from '../../lib/adapters/workplace.ts';
import type { TelemetryRecord } from '../../lib/landing/record.ts';
import { literal } from '../../lib/landing/warehouse.ts';
import { handlersAt } from '../../lib/pipeline/handlers.ts';
import { runLocally } from '../../lib/pipeline/run-locally.ts';
import type { DisclosureReport, Workplace } from '../../lib/pipeline/stage.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';
import { readSettings } from '../../lib/settings/settings.ts';

/** A line of a CUR 2.0 bill. What is left out is an hour of one USD, on demand, in Ireland. */
export interface Charge {
  readonly start: string;
  readonly end?: string;
  readonly resource?: string;
  readonly type?: string;
  readonly usageType?: string;
  readonly lineType?: string;
  readonly product?: string;
  /** SQL text of the amount, so that a test may write NaN. */
  readonly amount?: number | string;
  readonly cost?: number | string;
  readonly effectiveCost?: number;
  readonly currency?: string;
  readonly region?: string;
  readonly unit?: string;
  readonly project?: string;
}

/** One hour of one counter, in whole microjoules. Shares and idle and unattributed add up by themselves. */
export interface Telemetry {
  readonly host: string;
  readonly seq: number;
  readonly start: string;
  readonly seconds?: number;
  readonly component?: TelemetryRecord['component'];
  readonly domain?: string;
  readonly basis?: TelemetryRecord['basis'];
  readonly shares?: readonly { readonly project: string; readonly microjoules: number }[];
  readonly idle?: number;
  readonly unattributed?: number;
  /** The energy is unknown, for this reason. */
  readonly gap?: string;
}

export interface GridHour {
  readonly start: string;
  readonly intensity: number | string;
}

/** What a company hands over in a month: files by name, and the settings that name them. */
export interface TinyCompany {
  readonly month: string;
  readonly bills: Readonly<Record<string, readonly Charge[]>>;
  readonly telemetry: Readonly<Record<string, readonly Telemetry[]>>;
  readonly grid: Readonly<Record<string, readonly GridHour[]>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export const AS_OF = '2026-07-22T06:00:00Z';
const SOURCES = [
  { id: 'bill', kind: 'aws-cur2', path: './inputs/bill' },
  { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
  { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' },
];

/** The settings of every tiny company; `more` replaces whole keys. */
export function tinySettings(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    organisation: { name: 'Tiny (synthetic)', consolidation: 'operational_control', synthetic: true },
    book: './book',
    currency: 'USD',
    sources: SOURCES,
    sites: [
      { id: 'cellar', control: 'own', grid_zone: 'IE', pue: [{ from: '2020-01-01', value: 1.5 }], hosts: ['cellar-*'] },
    ],
    workloads: [{ match: { tag: { project: '*' } }, set: { project: 'tag:project' } }],
    ...more,
  };
}

/** The least of a company that has all of it: one bill row, one record of a host and one grid hour, in the sixth hour of the month. */
export function oneHour(month: string): TinyCompany {
  const start = hourOf(month, 5);
  return {
    month,
    bills: { 'a.parquet': [{ start, resource: 'i-1', project: 'chat' }] },
    telemetry: { 'all.jsonl': [{ host: 'cellar-1', seq: 1, start, idle: 3_600_000_000 }] },
    grid: { 'a.csv': [{ start, intensity: 250 }] },
  };
}

/** Writes the inputs below `folder`, and the settings beside them as YAML (which JSON is). */
export async function writeCompany(company: TinyCompany, folder: string): Promise<void> {
  for (const { id } of SOURCES)
    mkdirSync(join(folder, 'inputs', id === 'agents' ? 'telemetry' : id), { recursive: true });
  for (const [name, charges] of Object.entries(company.bills))
    await writeBill(join(folder, 'inputs/bill', name), charges);
  for (const [name, records] of Object.entries(company.telemetry))
    writeText(join(folder, 'inputs/telemetry', name), telemetryText(records));
  for (const [name, hours] of Object.entries(company.grid))
    writeText(join(folder, 'inputs/grid', name), gridText(hours));
  writeText(join(folder, 'joulebook.yaml'), JSON.stringify(tinySettings(company.settings), null, 2));
}

export function writeText(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export function telemetryText(records: readonly Telemetry[]): string {
  return records.map((record) => `${JSON.stringify(telemetryRecord(record))}\n`).join('');
}

export function gridText(hours: readonly GridHour[]): string {
  return ['period_start,carbon_intensity', ...hours.map(({ start, intensity }) => `${start},${intensity}`), ''].join(
    '\n',
  );
}

/** A record of the agent's envelope. */
export function telemetryRecord(given: Telemetry): TelemetryRecord {
  const { shares = [], idle = 0, unattributed = 0, gap, seconds = 3600 } = given;
  const whole = shares.reduce((sum, { microjoules }) => sum + microjoules, idle + unattributed);
  return {
    schema: 'joulebook.telemetry/1',
    host_id: given.host,
    resource_id: given.host,
    boot_id: 'boot-1',
    seq: given.seq,
    period_start: given.start,
    period_end: new Date(Date.parse(given.start) + seconds * 1000).toISOString(),
    component: given.component ?? 'cpu',
    domain: given.domain ?? 'package-0',
    method: (given.basis ?? 'measured') === 'measured' ? 'rapl' : 'cpu-utilisation-model',
    basis: given.basis ?? 'measured',
    energy_joules: gap ? null : joulesText(whole),
    gap_reason: gap ?? null,
    u95_ratio: 0.05,
    quality: [],
    shares: gap
      ? []
      : shares.map((share) => ({
          ...NO_WORKLOAD,
          project: share.project,
          energy_joules: joulesText(share.microjoules),
        })),
    idle_joules: gap ? null : joulesText(idle),
    unattributed_joules: gap ? null : joulesText(unattributed),
  };
}

const NO_WORKLOAD = { model_id: null, workload_type: null, workload_id: null, labels: {} };

function joulesText(microjoules: number): string {
  const digits = String(microjoules).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** Writes charges as a CUR 2.0 Parquet file. */
export async function writeBill(path: string, charges: readonly Charge[]): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const warehouse = await DuckDbWarehouse.open();
  try {
    const rows = charges.map((charge) => `SELECT ${chargeColumns(charge)}`).join(' UNION ALL ');
    await warehouse.run(`COPY (${rows}) TO ${literal(path)} (FORMAT parquet)`);
  } finally {
    await warehouse.close();
  }
}

function chargeColumns(charge: Charge): string {
  const end = charge.end ?? new Date(Date.parse(charge.start) + 3_600_000).toISOString();
  const {
    type = 'm5.large',
    product = 'AmazonEC2',
    lineType = 'Usage',
    amount = 1,
    cost = 1,
    region = 'eu-west-1',
  } = charge;
  const text = (value: string | undefined) => (value === undefined || value === '' ? 'NULL::VARCHAR' : literal(value));
  const columns: Readonly<Record<string, string>> = {
    line_item_usage_start_date: `TIMESTAMPTZ ${literal(charge.start)}::TIMESTAMP`,
    line_item_usage_end_date: `TIMESTAMPTZ ${literal(end)}::TIMESTAMP`,
    line_item_line_item_type: literal(lineType),
    line_item_usage_amount: `(${sqlNumber(amount)})::DOUBLE`,
    line_item_unblended_cost: `(${sqlNumber(cost)})::DOUBLE`,
    line_item_currency_code: literal(charge.currency ?? 'USD'),
    line_item_usage_type: literal(charge.usageType ?? `EU-BoxUsage:${type}`),
    line_item_operation: literal('RunInstances'),
    line_item_product_code: literal(product),
    line_item_resource_id: text(charge.resource),
    line_item_usage_account_id: literal('111122223333'),
    bill_payer_account_id: literal('999988887777'),
    pricing_unit: literal(charge.unit ?? 'Hrs'),
    product_instance_type: text(type),
    product_region_code: literal(region),
    savings_plan_savings_plan_effective_cost: `${charge.effectiveCost ?? 'NULL'}::DOUBLE`,
    reservation_effective_cost: `${charge.effectiveCost ?? 'NULL'}::DOUBLE`,
    tags: charge.project ? `MAP {'user_project': ${literal(charge.project)}}` : 'MAP {}::MAP(VARCHAR, VARCHAR)',
  };
  return Object.entries(columns)
    .map(([name, value]) => `${value} AS ${name}`)
    .join(', ');
}

function sqlNumber(value: number | string): string {
  return typeof value === 'string' ? literal(value) : String(value);
}

/** The company's files in `folder`, its book beside them or where `book` says. */
export function tinyWorkplace(
  folder: string,
  settings: unknown = tinySettings(),
  book = join(folder, 'book'),
): Workplace {
  return openWorkplace({
    settings: readSettings(settings, 'joulebook.yaml'),
    book: new LocalBook(book),
    base: folder,
    renderers: lazyRenderers(),
    codeVersion: 'test',
  });
}

/** Closes a month up to the figures; gives every remark that was told on the way. */
export async function closeTiny(workplace: Workplace, month: string, asOf = AS_OF): Promise<string[]> {
  const remarks: string[] = [];
  const run = { month, as_of: asOf };
  const note = ({ remark }: { readonly remark?: string }) => void (remark && remarks.push(...remark.split('\n')));
  await runLocally(run, handlersAt(workplace, STAGES), note, { until: 'ComputeKpis', retryIntervalSeconds: 0 });
  return remarks;
}

/** Closes a month to its pages. */
export function discloseTiny(workplace: Workplace, month: string, asOf = AS_OF): Promise<DisclosureReport> {
  return runLocally({ month, as_of: asOf }, handlersAt(workplace, STAGES), () => undefined, {
    retryIntervalSeconds: 0,
  });
}

/** `ledger/month=2026-06/2026-06-01.parquet <sha256>` of every file below the named folders of a book. */
export function fingerprintsOf(
  book: string,
  folders: readonly string[] = ['facts', 'ledger', 'sums', 'kpis'],
): string[] {
  const paths = readdirSync(book, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(book, path)).isFile(),
  );
  return paths
    .filter((path) => folders.some((folder) => folder === '' || path.startsWith(`${folder}/`)))
    .map(
      (path) =>
        `${path} ${createHash('sha256')
          .update(readFileSync(join(book, path)))
          .digest('hex')}`,
    )
    .sort();
}

/** `2026-06-01T05:00:00Z` for hour 5 of the month. */
export function hourOf(month: string, hour: number): string {
  return new Date(Date.parse(`${month}-01T00:00:00Z`) + hour * 3_600_000).toISOString();
}
