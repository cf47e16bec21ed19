import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { LEDGER_COLUMNS, TABLES } from '../../lib/facts/columns.ts';
import { identifier, statementsOf as scriptStatements, type Warehouse } from '../../lib/landing/warehouse.ts';
import { REFERENCE_TABLES } from '../../lib/ledger/reference-tables.ts';

const LIB = join(__dirname, '../../lib');
const CREATED = /^CREATE OR REPLACE TEMP (?:TABLE|VIEW) (\w+) AS/m;
const NAMED_TABLE = /\b(?:FROM|JOIN)\s+(\w+)/g;

/** Tables of the settings and of a run, with no rows unless a case gives some. */
const EMPTY_TABLES: Readonly<Record<string, string>> = {
  site: 'site:VARCHAR,control:VARCHAR,grid_zone:VARCHAR,valid_from:DATE,pue:DOUBLE\n',
  site_host: 'site:VARCHAR,pattern:VARCHAR\n',
  retired_host: 'pattern:VARCHAR,retired_from:DATE\n',
  grid_source: 'source_id:VARCHAR,rank:INTEGER\n',
  market_zone: 'grid_zone:VARCHAR\n',
  bill_file: 'source_id:VARCHAR,receipt_sha256:VARCHAR,origin:VARCHAR,rows:BIGINT\n',
  instrument: 'id:VARCHAR,grid_zone:VARCHAR,mwh:DOUBLE,gco2e_per_kwh:DOUBLE\n',
};

/** The first day of June 2026 with the defaults of the settings; a case overrides them in variables.json. */
const VARIABLES: Readonly<Record<string, string>> = {
  day_start: "TIMESTAMP '2026-06-01'",
  day_end: "TIMESTAMP '2026-06-02'",
  month_start: "TIMESTAMP '2026-06-01'",
  month_end: "TIMESTAMP '2026-07-01'",
  idle_policy: "'node'",
  cpu_utilisation: '0.5::DOUBLE',
  gpu_utilisation: '0.5::DOUBLE',
  utilisation_u95: '0.3::DOUBLE',
  factor_kind: "'direct'",
  lifetime_hours: '35040',
};

/** A bill as it is stored: in a case each line is a charge of its own. */
const A_CHARGE_A_LINE = `SELECT * REPLACE (coalesce(receipt_sha256, 'bill') AS receipt_sha256),
  hash(source_id, coalesce(receipt_sha256, 'bill')) AS file_key, row_number() OVER () AS charge_in_file FROM fct_cost`;

/** Views that the stages make by hand: a bill as it is stored, and the sums of the slices. */
const VIEWS: Readonly<Record<string, () => string>> = {
  cost_line: () => A_CHARGE_A_LINE,
  dim_charge: () => A_CHARGE_A_LINE,
  day_sum: () => textOf('ledger', 'sums'),
  gap_sum: () => textOf('ledger', 'gap-sums'),
};

/** Statements of the settlement whose tables other stages read as well. */
const READ_BY_ALL = ['name-sums', 'kinds', 'same-hosts', 'node-gpus', 'told-energy'] as const;

/** What a standing says of the lines that stand on it, and what a line comes to; everything else is said by its name. */
const OF_STANDING = [
  'period_start',
  'scope',
  'site',
  'grid_zone',
  'factor_id',
  'residual_factor_id',
  'pue_u95_ratio',
  'factor_u95_ratio',
  'pue',
  'control',
  'region_id',
  'carbon_intensity_gco2e_per_kwh',
];
const OF_LINE = LEDGER_COLUMNS.map(({ name }) => name).filter((name) =>
  /_joules$|gco2e$|_cost$|^gap_quantity$|^bill_rows$/.test(name),
);
const numbered = (columns: string) => `SELECT ${columns} FROM (SELECT *, row_number() OVER () AS number FROM ledger)`;
/** A ledger that a case gives, in the pieces that it is made of: each line bears a name and a standing of its own. */
const PIECES_OF_LEDGER: Readonly<Record<string, () => string>> = {
  line: () => numbered(`number AS name_number, number AS standing_number, ${OF_LINE.join(', ')}`),
  line_name: () => numbered(`* EXCLUDE (number, ${[...OF_STANDING, ...OF_LINE].join(', ')}), number AS name_number`),
  standing: () =>
    numbered(
      `number AS standing_number, number AS standing_kind, region_id AS region_label, ${OF_STANDING.join(', ')}`,
    ),
};

/** The part of a slice that a case settles: its hosts where it gives telemetry and no bill, else its charges. */
const PARTS = {
  charges: { settled: 'SELECT * FROM settled_charge', others: ['host-names'] },
  hosts: { settled: 'SELECT * FROM placed_host', others: ['charge-names'] },
} as const;

export type Stage = 'ledger' | 'kpis';

/** The statements of a stage: `contested`, `figures/sci`, … */
export function statementsOf(stage: Stage): string[] {
  const files = readdirSync(join(LIB, stage), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
}

function textOf(stage: Stage, statement: string): string {
  return readFileSync(join(LIB, stage, `${statement}.sql`), 'utf8');
}

/**
 * A bench for one statement: the given tables, and under them whatever the statement reads, made by the statements of the
 * same stage, by the reference tables, or empty. Leaves the answer as the view `actual`.
 */
export async function runStatement(
  warehouse: Warehouse,
  stage: Stage,
  statement: string,
  folder: string,
): Promise<void> {
  await setVariables(warehouse, folder);
  for (const macros of ['macros', 'winner']) await runScript(warehouse, textOf('ledger', macros));
  const given = readdirSync(join(folder, 'given'));
  const isOfHosts = given.includes('fct_energy.csv') && !given.includes('fct_cost.csv');
  const bench = new Bench(warehouse, stage, PARTS[isOfHosts ? 'hosts' : 'charges']);
  for (const file of given) await bench.give(join(folder, 'given', file));
  const sql = textOf(stage, statement);
  await bench.provideFor(sql);
  const created = CREATED.exec(sql)?.[1];
  if (created) await warehouse.run(sql);
  await warehouse.run(
    `CREATE OR REPLACE TEMP VIEW actual AS ${created ? `SELECT * FROM ${created}` : `SELECT * FROM (${sql})`}`,
  );
}

class Bench {
  readonly #warehouse: Warehouse;
  readonly #ready = new Set<string>();
  readonly #makers: ReadonlyMap<string, string>;
  readonly #settled: string;

  constructor(warehouse: Warehouse, stage: Stage, { settled, others }: (typeof PARTS)[keyof typeof PARTS]) {
    this.#warehouse = warehouse;
    this.#settled = settled;
    const ofPart = statementsOf(stage).filter((statement) => !(others as readonly string[]).includes(statement));
    const texts = [
      ...READ_BY_ALL.map((statement) => textOf('ledger', statement)),
      ...ofPart.map((statement) => textOf(stage, statement)),
    ];
    this.#makers = new Map(
      texts.flatMap((text) => (CREATED.exec(text)?.[1] ? [[CREATED.exec(text)?.[1] ?? '', text]] : [])),
    );
  }

  /**
   * Loads a CSV, or a SELECT where a CSV has no words for it, under the name of its file. A table of the book needs no
   * types, and columns that are left out are NULL.
   */
  async give(path: string): Promise<void> {
    const [table = '', ending] = basename(path).split('.');
    const text = readFileSync(path, 'utf8');
    this.#ready.add(table);
    if (ending === 'sql') return this.#warehouse.run(`CREATE OR REPLACE TEMP TABLE ${table} AS ${text}`);
    const [header = '', ...lines] = text.split('\n');
    const columns = columnsOf(table);
    const typed = header
      .split(/,(?![^(]*\))/)
      .map((name) => (name.includes(':') ? name : `${name}:${typeIn(columns, name, path)}`));
    await this.#warehouse.loadCsv(columns ? `given_${table}` : table, [typed.join(','), ...lines].join('\n'));
    if (columns) await this.#spread(table, columns, new Set(header.split(',').map((name) => name.split(':')[0] ?? '')));
  }

  async provideFor(sql: string): Promise<void> {
    for (const [, table = ''] of sql.matchAll(NAMED_TABLE)) await this.#provide(table);
  }

  async #provide(table: string): Promise<void> {
    if (this.#ready.has(table)) return;
    this.#ready.add(table);
    const columns = columnsOf(table);
    const csv = REFERENCE_TABLES[table as keyof typeof REFERENCE_TABLES] ?? EMPTY_TABLES[table];
    const maker = this.#viewNamed(table) ?? this.#makers.get(table);
    if (columns) await this.#spread(table, columns, new Set());
    else if (csv) await this.#warehouse.loadCsv(table, csv);
    else if (maker) {
      await this.provideFor(maker);
      await this.#warehouse.run(maker);
    }
  }

  #viewNamed(table: string): string | undefined {
    const pieces = this.#ready.has('ledger') ? PIECES_OF_LEDGER : {};
    const select = table === 'settled' ? this.#settled : (pieces[table] ?? VIEWS[table])?.();
    return select && `CREATE OR REPLACE TEMP VIEW ${table} AS ${select}`;
  }

  /** All columns of a table of the book over the given ones. */
  async #spread(table: string, columns: readonly Column[], given: ReadonlySet<string>): Promise<void> {
    const selected = columns.map(
      ({ name, type }) => `${given.has(name) ? identifier(name) : `NULL::${type}`} AS ${identifier(name)}`,
    );
    const from = given.size > 0 ? `FROM given_${table}` : 'WHERE false';
    await this.#warehouse.run(`CREATE OR REPLACE TEMP VIEW ${table} AS SELECT ${selected.join(', ')} ${from}`);
  }
}

interface Column {
  readonly name: string;
  readonly type: string;
}

function columnsOf(table: string): readonly Column[] | undefined {
  return table === 'ledger' ? LEDGER_COLUMNS : TABLES[table as keyof typeof TABLES];
}

function typeIn(columns: readonly Column[] | undefined, name: string, path: string): string {
  const type = columns?.find((column) => column.name === name)?.type;
  if (!type)
    throw new Error(`Cannot load ${path}: expected a column of the book or a name with its type, got "${name}"`);
  return type;
}

async function setVariables(warehouse: Warehouse, folder: string): Promise<void> {
  const own = readdirSync(folder).includes('variables.json')
    ? JSON.parse(readFileSync(join(folder, 'variables.json'), 'utf8'))
    : {};
  for (const [name, value] of Object.entries({ ...VARIABLES, ...own }))
    await warehouse.run(`SET VARIABLE ${name} = ${value}`);
}

async function runScript(warehouse: Warehouse, script: string): Promise<void> {
  for (const statement of scriptStatements(script)) await warehouse.run(statement);
}
