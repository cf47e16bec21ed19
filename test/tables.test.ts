import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import type { Row } from '../lib/landing/warehouse.ts';
import { REFERENCE_TABLES } from '../lib/ledger/reference-tables.ts';

/** The columns that make a row of each table one of its kind. */
const KEYS = {
  accelerators: 'gpu_model',
  embodied_defaults: 'resource_family',
  energy_coefficients: 'energy_driver, component',
  grid_yearly: 'grid_zone, year, kind',
  instance_families: 'provider, family',
  instance_types: 'provider, instance_type',
  processors: 'processor',
  provider_pue: 'provider, valid_from',
  regions: 'provider, region_id',
  token_energy: 'priority',
} satisfies Record<keyof typeof REFERENCE_TABLES, string>;
const TABLES = Object.keys(KEYS) as (keyof typeof KEYS)[];

/** Rows that break a rule: each of these queries must come back empty. */
const RULES: Readonly<Record<string, string>> = {
  'every family has a processor of the table':
    'SELECT provider, family FROM instance_families ANTI JOIN processors USING (processor)',
  'every type has a family of the table':
    'SELECT provider, instance_type FROM instance_types ANTI JOIN instance_families USING (provider, family)',
  'every accelerator of a type is in the table':
    'SELECT instance_type, gpu_model FROM instance_types ANTI JOIN accelerators USING (gpu_model) WHERE gpu_model IS NOT NULL',
  'a count of accelerators names the accelerator':
    'SELECT instance_type FROM instance_types WHERE gpu_count > 0 AND gpu_model IS NULL',
  'a type without an accelerator has a count of 0, not an unknown one':
    'SELECT instance_type FROM instance_types WHERE gpu_model IS NULL AND gpu_count IS DISTINCT FROM 0',
  'every zone of a region has a direct fallback factor':
    "SELECT DISTINCT grid_zone FROM regions ANTI JOIN (SELECT * FROM grid_yearly WHERE kind = 'direct') USING (grid_zone)",
  'every provider of a region has a PUE':
    'SELECT DISTINCT provider FROM regions ANTI JOIN provider_pue USING (provider)',
  'idle is not above full, per vCPU': `SELECT processor FROM processors
     WHERE idle_watts_per_vcpu <= 0 OR idle_watts_per_vcpu > full_watts_per_vcpu OR full_watts_per_vcpu > 15
        OR (idle_watts_per_vcpu IS NULL) <> (full_watts_per_vcpu IS NULL)`,
  'idle is not above full, per accelerator':
    'SELECT gpu_model FROM accelerators WHERE idle_watts <= 0 OR idle_watts > full_watts OR full_watts > 1500',
  'sizes of machines are positive': `SELECT instance_type FROM instance_types
     WHERE vcpu IS NULL OR vcpu NOT BETWEEN 1 AND 2048 OR memory_gb <= 0 OR memory_gb > 32768 OR gpu_count NOT BETWEEN 0 AND 16
        OR burst_baseline_ratio NOT BETWEEN 0.01 AND 1 OR embodied_kgco2e NOT BETWEEN 1 AND 50000`,
  'no host is smaller than the machine on it': `SELECT instance_type, vcpu, vcpu_max FROM instance_types
     JOIN instance_families USING (provider, family) WHERE vcpu > vcpu_max`,
  'PUE is between 1 and 2.5': `SELECT provider FROM (SELECT provider, pue FROM regions UNION ALL SELECT provider, pue FROM provider_pue)
     WHERE pue NOT BETWEEN 1 AND 2.5`,
  'PUE periods of a provider join without gap or overlap': `SELECT * FROM (
     SELECT provider, valid_to, lead(valid_from) OVER (PARTITION BY provider ORDER BY valid_from) AS next FROM provider_pue)
     WHERE valid_to IS DISTINCT FROM next`,
  'grid factors are positive grams per kWh': `SELECT * FROM grid_yearly
     WHERE gco2e_per_kwh <= 0 OR gco2e_per_kwh >= 1500 OR kind NOT IN ('direct', 'lifecycle') OR year NOT BETWEEN 2015 AND 2026`,
  'coefficients lie within their bounds': `SELECT energy_driver FROM energy_coefficients
     WHERE NOT (0 < low_joules_per_unit AND low_joules_per_unit <= joules_per_unit AND joules_per_unit <= high_joules_per_unit)`,
  'embodied defaults lie within their bounds': `SELECT resource_family FROM embodied_defaults
     WHERE NOT (0 < low_kgco2e AND low_kgco2e <= kgco2e AND kgco2e <= high_kgco2e) OR lifetime_hours <> 35040`,
  'token energy lies within its bounds': `SELECT model_pattern FROM token_energy
     WHERE output_token_joules NOT BETWEEN output_token_joules_low AND output_token_joules_high
        OR input_token_joules NOT BETWEEN input_token_joules_low AND input_token_joules_high
        OR input_token_joules > output_token_joules`,
  'no other name of a region is told twice': `SELECT provider, lower(alias) FROM
     (SELECT provider, unnest(string_split(aliases, '|')) AS alias FROM regions) GROUP BY ALL HAVING count(*) > 1`,
};

let warehouse: DuckDbWarehouse;
beforeAll(async () => {
  warehouse = await DuckDbWarehouse.open();
  for (const table of TABLES) await warehouse.loadCsv(table, REFERENCE_TABLES[table]);
});
afterAll(() => warehouse.close());

async function one(sql: string): Promise<Row> {
  const [row, ...more] = await warehouse.query(sql);
  if (row === undefined || more.length > 0) throw new Error(`Cannot check: expected one row of ${sql}`);
  return row;
}

describe.each(TABLES)('%s', (table) => {
  test('has rows, each with a key of its own, a source, a date and a licence', async () => {
    const found = await one(
      `SELECT count(*)::INTEGER AS n, count(DISTINCT (${KEYS[table]}))::INTEGER AS keys,
         count(CASE WHEN source <> '' AND source_date <= DATE '2026-11-29' AND licence <> '' THEN 1 END)::INTEGER AS sourced
       FROM ${table}`,
    );
    expect(found['n']).toBeGreaterThan(0);
    expect([found['keys'], found['sourced']]).toEqual([found['n'], found['n']]);
  });

  test('is free of licences that bind other tables', async () => {
    const licences = await warehouse.query(`SELECT DISTINCT licence FROM ${table} ORDER BY licence`);
    const allowed = ['Apache-2.0', 'CC-BY-4.0', 'MIT', 'fact', 'own', 'public domain'];
    expect(licences.map((row) => row['licence']).filter((licence) => !allowed.includes(String(licence)))).toEqual([]);
  });

  test('stands in the order of its key', async () => {
    const rows = await warehouse.query(`SELECT ${KEYS[table]} FROM ${table}`);
    const sorted = await warehouse.query(`SELECT ${KEYS[table]} FROM ${table} ORDER BY ${KEYS[table]}`);
    expect(rows).toEqual(sorted);
  });
});

test.each(Object.keys(RULES))('%s', async (rule) => {
  expect(await warehouse.query(RULES[rule] ?? '')).toEqual([]);
});

test('an accelerator without a public power figure has no watts, so that its energy ends as a gap', async () => {
  const rows = await warehouse.query(
    "SELECT full_watts FROM accelerators WHERE gpu_model LIKE 'Trainium%' OR gpu_model LIKE 'Inferentia%'",
  );
  expect(rows.length).toBeGreaterThanOrEqual(4);
  expect(rows.every((row) => row['full_watts'] === null)).toBe(true);
});

test('a managed model finds its row by its name, the nearest first', async () => {
  const rowOf = async (name: string) =>
    (
      await warehouse.query(
        'SELECT size_class FROM token_energy WHERE $name ILIKE model_pattern ORDER BY priority LIMIT 1',
        { name },
      )
    )[0]?.['size_class'];
  const names = {
    'anthropic.claude-3-haiku-20240307-v1:0': 'small',
    'Claude 3.5 Sonnet': 'medium',
    'meta.llama3-1-70b-instruct-v1:0': 'medium',
    'meta.llama3-1-405b-instruct-v1:0': 'medium',
    'meta.llama3-2-11b-instruct-v1:0': 'small',
    'gpt-4o-mini-2024-07-18': 'small',
    'gpt-4o-2024-05-13': 'medium',
    'gpt-4-turbo-2024-04-09': 'large',
    'amazon.titan-embed-text-v2:0': 'embedding',
    'amazon.nova-canvas-v1:0': 'not_tokens',
    'a model of tomorrow': 'unknown',
  };
  for (const [name, size] of Object.entries(names)) expect([name, await rowOf(name)]).toEqual([name, size]);
});

test('the default for a vCPU is the median of the types that have a figure', async () => {
  const median = await one(
    `SELECT median(embodied_kgco2e / vcpu) AS kg FROM instance_types
     WHERE provider = 'AWS' AND gpu_count = 0 AND NOT regexp_matches(instance_type, '^(u|x|mac)')`,
  );
  const stated = await one("SELECT kgco2e FROM embodied_defaults WHERE resource_family = 'vcpu'");
  expect(Number(stated['kgco2e'])).toBeCloseTo(Number(median['kg']), 0);
});

/** Joules of one output token, written out from the note and from nothing else. */
function outputTokenJoules(active: number, total: number): number {
  const gpus = Math.max(1, 2 ** Math.ceil(Math.log2((1.2 * total * 2) / 80)));
  const gpu = (1.16653e-6 * Math.exp(-0.0112059 * 64) * active + 4.05293e-5) * 3600;
  const seconds = 6.785e-4 * active + 3.119e-4 * 64 + 0.01947;
  return gpus * gpu + ((1200 * gpus) / 8 / 64) * seconds;
}

test('every row of token energy follows from its parameters by the formula of the note', async () => {
  const rows = await warehouse.query('SELECT * FROM token_energy WHERE active_parameters_bn_low IS NOT NULL');
  for (const row of rows) {
    const low = outputTokenJoules(Number(row['active_parameters_bn_low']), Number(row['total_parameters_bn_low']));
    const high = outputTokenJoules(Number(row['active_parameters_bn_high']), Number(row['total_parameters_bn_high']));
    const value = Math.sqrt(low * high);
    const input = [value * 0.1, (low / 3) * 0.03, high * 3 * 0.3];
    const stated = ['', '_low', '_high'].map((end) => Number(row[`input_token_joules${end}`]));
    for (const [end, joules] of stated.entries()) expect(joules / (input[end] ?? Number.NaN)).toBeCloseTo(1, 1);
    if (row['output_token_joules'] === null) continue;
    expect(Number(row['output_token_joules']) / value).toBeCloseTo(1, 2);
    expect(Number(row['output_token_joules_low']) / (low / 3)).toBeCloseTo(1, 2);
    expect(Number(row['output_token_joules_high']) / (high * 3)).toBeCloseTo(1, 2);
  }
});

describe('worked examples of the method notes, recomputed from the tables', () => {
  const note = (name: string) => readFileSync(join(__dirname, '../docs/methods', `${name}.md`), 'utf8');

  test('modelled-energy: an hour of m6g.xlarge and of a g5 GPU', async () => {
    const { cpu, memory } = await one(
      `SELECT vcpu * (idle_watts_per_vcpu + 0.5 * (full_watts_per_vcpu - idle_watts_per_vcpu)) * 3600 AS cpu,
         (memory_gb - vcpu * included_memory_gb_per_vcpu) * joules_per_unit AS memory
       FROM instance_types JOIN instance_families USING (provider, family) JOIN processors USING (processor), energy_coefficients
       WHERE instance_type = 'm6g.xlarge' AND energy_driver = 'memory_gb_hours'`,
    );
    const { gpu } = await one(
      `SELECT (idle_watts + 0.5 * (full_watts - idle_watts)) * gpu_count * 3600 AS gpu
       FROM instance_types JOIN accelerators USING (gpu_model) WHERE instance_type = 'g5.xlarge'`,
    );
    const text = note('modelled-energy');
    expect(text).toContain(`= ${Number(cpu).toFixed(1)} J`);
    expect(text).toContain(`= ${Number(memory).toFixed(1)} J`);
    expect(text).toContain(`= ${Number(gpu)} J`);
  });

  test('modelled-energy: the serverless coefficients follow from the mean processor', async () => {
    const mean = await one(
      "SELECT idle_watts_per_vcpu AS idle, full_watts_per_vcpu AS top FROM processors WHERE processor = 'unknown'",
    );
    const watts = (use: number) => Number(mean['idle']) + use * (Number(mean['top']) - Number(mean['idle']));
    const rows = await warehouse.query(
      "SELECT * FROM energy_coefficients WHERE energy_driver IN ('vcpu_hours', 'lambda_gb_seconds') ORDER BY energy_driver",
    );
    const factors = [1 / 1.792, 3600];
    rows.forEach((row, place) => {
      const unit = factors[place] ?? Number.NaN;
      expect(Number(row['joules_per_unit'])).toBeCloseTo(watts(0.5) * unit, 4);
      expect(Number(row['low_joules_per_unit'])).toBeCloseTo(watts(0.1) * unit, 4);
      expect(Number(row['high_joules_per_unit'])).toBeCloseTo(watts(1) * unit, 4);
    });
    expect(rows).toHaveLength(2);
  });

  test('storage-and-network: the table in the note and a month of a volume', async () => {
    const text = note('storage-and-network');
    const rows = await warehouse.query("SELECT * FROM energy_coefficients WHERE component = 'storage'");
    for (const row of rows) {
      const cells = [row['joules_per_unit'], row['low_joules_per_unit'], row['high_joules_per_unit']].join(' | ');
      expect(text).toMatch(new RegExp(`\`${row['energy_driver']}\`.*\\| ${cells.replaceAll('|', '\\|')} \\|`));
    }
    const ssd = rows.find((row) => row['energy_driver'] === 'ssd_gb_hours');
    expect(text).toContain(`= ${Math.round(100 * 720 * Number(ssd?.['joules_per_unit']))} J, or 0.1728 kWh`);
  });

  test('managed-model-tokens: a Llama 70B token', async () => {
    const row = await one("SELECT * FROM token_energy WHERE model_pattern = '%llama%70b%'");
    const text = note('managed-model-tokens');
    expect(text).toContain(
      `= ${row['output_token_joules']} J   low ${row['output_token_joules_low']}, high ${row['output_token_joules_high']}`,
    );
    expect(text).toContain(
      `= ${row['input_token_joules']} J  low ${row['input_token_joules_low']}, high ${row['input_token_joules_high']}`,
    );
    expect(outputTokenJoules(70.6, 70.6).toFixed(4)).toBe(String(row['output_token_joules']));
  });

  test('pue: Frankfurt and a Google Cloud region', async () => {
    const { own } = await one("SELECT pue AS own FROM regions WHERE region_id = 'eu-central-1'");
    const { fleet } = await one(
      "SELECT pue AS fleet FROM provider_pue WHERE provider = 'Google Cloud' AND valid_to IS NULL",
    );
    expect(note('pue')).toContain(`1000 · ${own} = ${1000 * Number(own)} kWh`);
    expect(note('pue')).toContain(`(${fleet}): ${Math.round(1000 * Number(fleet))} kWh`);
  });

  test('grid-factors: Arizona and Ireland', async () => {
    const factor = async (zone: string) =>
      (await one(`SELECT gco2e_per_kwh AS g FROM grid_yearly WHERE grid_zone = '${zone}' AND kind = 'direct'`))['g'];
    expect(await factor('US-SW-AZPS')).toBe(Number((706.2 * 0.45359237).toFixed(1)));
    expect(await factor('IE')).toBe(Number(((1043 * 1.14 + 440 * 15.71 + 1080 * 0.85) / 31.43).toFixed(1)));
    expect(note('grid-factors')).toContain('= 320.3 g/kWh');
    expect(note('grid-factors')).toContain('= 287.0 g/kWh direct');
  });

  test('embodied-carbon: m5.large and p3.2xlarge', async () => {
    const kilograms = async (type: string) =>
      Number((await one(`SELECT embodied_kgco2e AS kg FROM instance_types WHERE instance_type = '${type}'`))['kg']);
    expect(await kilograms('m5.large')).toBeCloseTo((1610.79 * 2) / 96, 1);
    expect(await kilograms('p3.2xlarge')).toBeCloseTo(((3543.79 - 1200) * 8) / 72 + 1200 / 8, 1);
    expect(note('embodied-carbon')).toContain(`= ${await kilograms('m5.large')} kg`);
    expect(note('embodied-carbon')).toContain(`= ${await kilograms('p3.2xlarge')} kg`);
    expect(note('embodied-carbon')).toContain(`= ${(((await kilograms('m5.large')) * 1000) / 35040).toFixed(3)} g`);
  });

  test('uncertainty: Graviton2 and two rows', async () => {
    const { idle, top } = await one(
      "SELECT idle_watts_per_vcpu AS idle, full_watts_per_vcpu AS top FROM processors WHERE processor = 'graviton2'",
    );
    const span = ((Number(top) - Number(idle)) * 0.3) / (Number(idle) + 0.5 * (Number(top) - Number(idle)));
    expect(note('uncertainty')).toContain(
      `= ${span.toFixed(4)}; u95 = √(${span.toFixed(4)}² + 0.20²) = ${Math.hypot(span, 0.2).toFixed(4)}`,
    );
    expect(note('uncertainty')).toContain(`√(40² + 20²) = ${Math.hypot(40, 20).toFixed(1)}`);
  });

  test('instance-hardware: the family rule for Azure finds the family of each of its types', async () => {
    const wrong = await warehouse.query(
      String.raw`SELECT instance_type, family FROM instance_types WHERE provider = 'Microsoft'
         AND family <> regexp_replace(instance_type, '^(Standard|Basic)_([A-Z]+)[0-9]+(-[0-9]+)?', '\1_\2')`,
    );
    expect(wrong).toEqual([]);
  });
});
