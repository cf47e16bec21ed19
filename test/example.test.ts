import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { parse } from 'yaml';

import { CHAT_HOST, LEEDS_HOST, RUNS } from '../example/generate/company.ts';
import { chatLoad, codeLoad } from '../example/generate/load.ts';
import { QUARTERS, range } from '../example/generate/month.ts';
import { writeInputs } from '../example/generate/write-inputs.ts';
import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import type { TelemetryRecord, WorkloadShare } from '../lib/landing/record.ts';
import { literal, type Row } from '../lib/landing/warehouse.ts';
import { readSettings } from '../lib/settings/settings.ts';
import { tempFolder } from './support/temp-folder.ts';

const EXAMPLE = resolve('example');
const INPUTS = join(EXAMPLE, 'inputs');
const BILL = join(INPUTS, 'bill/**/*.parquet');
const LATE = join(INPUTS, 'late/**/*.parquet');
const MEBIBYTE = 1_048_576;
const again = tempFolder();

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}

function fingerprints(folder: string): string[] {
  return filesBelow(folder).map((path) => {
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex');
    return `${path} ${sha256}`;
  });
}

async function ask(sql: string): Promise<Row[]> {
  const warehouse = await DuckDbWarehouse.open();
  try {
    return await warehouse.query(sql);
  } finally {
    await warehouse.close();
  }
}

const parquet = (glob: string) => `read_parquet(${literal(glob)}, hive_partitioning = false)`;

function telemetryOf(host: string): TelemetryRecord[] {
  const folder = join(INPUTS, 'telemetry', host);
  return filesBelow(folder)
    .map((path) => gunzipSync(readFileSync(join(folder, path))).toString('utf8'))
    .flatMap((text) => text.trimEnd().split('\n'))
    .map((line) => JSON.parse(line));
}

/** Decimal joules as integer microjoules, so that sums are exact. */
function exact(joules: string | null): bigint {
  const [whole = '0', rest = ''] = (joules ?? '0').split('.');
  return BigInt(whole) * 1_000_000n + BigInt(rest.padEnd(6, '0'));
}

function wattHours(records: readonly TelemetryRecord[], isWanted: (share: WorkloadShare) => boolean): number {
  const shares = records.flatMap((record) => record.shares).filter(isWanted);
  return Number(shares.reduce((sum, share) => sum + exact(share.energy_joules), 0n)) / 1_000_000 / 3_600;
}

const chat = telemetryOf(CHAT_HOST);
const leeds = telemetryOf(LEEDS_HOST);

describe('the inputs of the example', () => {
  test('come out the same to the byte from the committed generator', async () => {
    await writeInputs(again);
    expect(fingerprints(again)).toEqual(fingerprints(INPUTS));
  });

  test('are small enough to live in a repository', () => {
    const bytes = filesBelow(INPUTS).reduce((sum, path) => sum + statSync(join(INPUTS, path)).size, 0);
    expect(bytes).toBeLessThan(5 * MEBIBYTE);
  });

  test('are all read by the settings but the late file, and the settings call the company synthetic', () => {
    const settings = readSettings(parse(readFileSync(join(EXAMPLE, 'joulebook.yaml'), 'utf8')), 'joulebook.yaml');
    const unread = filesBelow(INPUTS).filter(
      (path) => !settings.sources.some((source) => join(INPUTS, path).startsWith(join(EXAMPLE, source.path ?? ''))),
    );
    expect(unread.map((path) => path.split('/')[0])).toEqual(['late']);
    expect(settings.sources.filter(({ path }) => !existsSync(join(EXAMPLE, path ?? '')))).toEqual([]);
    expect(settings.organisation).toMatchObject({ name: 'Example AI (synthetic)', synthetic: true });
  });
});

describe('telemetry', () => {
  const records = [...chat, ...leeds];

  test('shares, idle and unattributed add up to the energy of every record, to the microjoule', () => {
    const off = records.filter((record) => {
      const parts = [
        record.idle_joules,
        record.unattributed_joules,
        ...record.shares.map((share) => share.energy_joules),
      ];
      return parts.reduce((sum, part) => sum + exact(part), 0n) !== exact(record.energy_joules);
    });
    expect(off).toEqual([]);
  });

  test('names every record once by host, boot and sequence number', () => {
    const names = new Set(records.map(({ host_id, boot_id, seq }) => `${host_id}/${boot_id}/${seq}`));
    expect(names.size).toBe(records.length);
  });

  test('has the gaps that the README tells of', () => {
    const missing = (of: readonly TelemetryRecord[]) =>
      QUARTERS - new Set(of.map((record) => record.period_start)).size;
    expect([missing(chat), missing(leeds)]).toEqual([2, 20]);
    expect(leeds.filter((record) => record.energy_joules === null)).toMatchObject([
      {
        component: 'gpu',
        period_start: '2026-06-17T07:30:00Z',
        gap_reason: 'counter-not-readable',
        shares: [],
        idle_joules: null,
      },
    ]);
    expect(new Set(leeds.map((record) => record.boot_id)).size).toBe(2);
  });

  test('draws idle power at night and stays below the power limit of the GPUs', () => {
    const watts = chat
      .filter(({ component }) => component === 'gpu')
      .map(({ energy_joules }) => Number(energy_joules) / 900);
    expect(Math.min(...watts)).toBeGreaterThan(20);
    expect(Math.max(...watts)).toBeLessThan(300);
    const nights = chat.filter(
      ({ period_start, component }) => component === 'gpu' && /-0[2-5]T0[0-4]:/.test(period_start),
    );
    expect(nights.every((record) => record.shares.length === 0 && record.energy_joules === record.idle_joules)).toBe(
      true,
    );
  });

  test('fits the counters: 0.3 to 3 Wh for a request', () => {
    const requests = (load: typeof chatLoad) =>
      range(QUARTERS).reduce((sum, quarter) => sum + load(quarter).requests, 0);
    const chatEnergy = wattHours(chat, ({ labels }) => labels['pod'] === 'vllm-chat-0');
    const codeEnergy = wattHours(leeds, ({ labels }) => labels['unit'] === 'vllm-code.service');
    for (const perRequest of [chatEnergy / requests(chatLoad), codeEnergy / requests(codeLoad)]) {
      expect(perRequest).toBeGreaterThan(0.3);
      expect(perRequest).toBeLessThan(3);
    }
  });

  test('knows both runs by their id, within their time', () => {
    for (const run of RUNS) {
      expect(wattHours(leeds, ({ workload_id }) => workload_id === run.run_id)).toBeGreaterThan(10_000);
    }
  });
});

describe('the bill', () => {
  test('has the 127 columns of CUR 2.0 with their types', async () => {
    const columns = await ask(
      `SELECT column_type AS type, count(*)::INTEGER AS columns FROM (DESCRIBE SELECT * FROM ${parquet(BILL)}) GROUP BY ALL ORDER BY ALL`,
    );
    expect(columns).toEqual([
      { type: 'DOUBLE', columns: 44 },
      { type: 'MAP(VARCHAR, DOUBLE)', columns: 1 },
      { type: 'MAP(VARCHAR, VARCHAR)', columns: 4 },
      { type: 'TIMESTAMP', columns: 4 },
      { type: 'VARCHAR', columns: 74 },
    ]);
  });

  test('takes covered usage back in full, and the plan pays for what was used and what was not', async () => {
    const [sums] = await ask(`
      SELECT sum(line_item_unblended_cost) FILTER (WHERE line_item_line_item_type IN ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')) AS covered,
             sum(savings_plan_used_commitment) - sum(savings_plan_savings_plan_effective_cost) AS difference,
             bool_and(savings_plan_used_commitment <= savings_plan_total_commitment_to_date) AS within
      FROM ${parquet(BILL)}`);
    expect(sums?.['covered']).toBeCloseTo(0, 6);
    expect(sums?.['difference']).toBeCloseTo(0, 6);
    expect(sums?.['within']).toBe(true);
  });

  test('holds each kind of line and of oddity', async () => {
    const [found] = await ask(`
      SELECT list_sort(list(DISTINCT line_item_line_item_type)) AS types,
             list_sort(list(DISTINCT product_region_code) FILTER (WHERE product_region_code <> '')) AS regions,
             count(DISTINCT line_item_resource_id) FILTER (WHERE product_instance_type = 'q9z.4xlarge') AS unknown_types,
             count(*) FILTER (WHERE resource_tags['user_project'] LIKE '=cmd%') > 0 AS formula,
             count(*) FILTER (WHERE resource_tags['user_project'] LIKE '%<b>%') > 0 AS markup,
             count(*) FILTER (WHERE line_item_usage_type LIKE '%CPUCredits%') > 0 AS credits,
             count(*) FILTER (WHERE pricing_purchase_option = 'Spot') > 0 AS spot
      FROM ${parquet(BILL)}`);
    expect(found).toEqual({
      types: [
        'Credit',
        'DiscountedUsage',
        'RIFee',
        'SavingsPlanCoveredUsage',
        'SavingsPlanNegation',
        'SavingsPlanRecurringFee',
        'Tax',
        'Usage',
      ],
      regions: ['eu-central-1', 'eu-west-1', 'us-east-1'],
      unknown_types: '1',
      formula: true,
      markup: true,
      credits: true,
      spot: true,
    });
  });

  test('shares no line with the late file, which is of the month', async () => {
    const [late] = await ask(`
      SELECT count(*)::INTEGER AS lines, min(line_item_usage_start_date)::VARCHAR AS first,
             (SELECT count(*) FROM ${parquet(BILL)} AS b WHERE b.line_item_product_code = 'AmazonBedrock'
               AND b.line_item_line_item_type = 'Usage' AND b.line_item_usage_start_date >= '2026-06-30 14:00')::INTEGER AS already
      FROM ${parquet(LATE)}`);
    expect(late).toEqual({ lines: 32, first: '2026-06-30 14:00:00', already: 0 });
  });
});
