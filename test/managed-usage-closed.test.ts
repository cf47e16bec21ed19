import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { tempFolder } from './support/temp-folder.ts';
import { closeTiny, gridText, hourOf, tinySettings, tinyWorkplace, writeText } from './support/tiny-company.ts';

/** Tokens that a usage API counts, and a FOCUS bill that may name the same ones, closed up to the figures. */
const MONTH = '2026-06';
const NOON = Date.parse('2026-06-10T12:00:00Z') / 1000;
const USAGE = { id: 'usage', kind: 'managed-usage', path: './inputs/usage' };
const GRID = { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'US', factor_kind: 'direct' };
const SITES = [
  {
    id: 'model-api',
    control: 'cloud',
    grid_zone: 'US',
    pue: [{ from: '2020-01-01', value: 1.5 }],
    hosts: ['api.openai.com'],
  },
];

/** An hour of a model: a million tokens read, of which 800 000 came from a cache, and 100 000 written. */
const answer = {
  object: 'page',
  data: [
    {
      object: 'bucket',
      start_time: NOON,
      end_time: NOON + 3600,
      results: [
        {
          object: 'organization.usage.completions.result',
          input_tokens: 1_000_000,
          input_cached_tokens: 800_000,
          output_tokens: 100_000,
          num_model_requests: 50,
          project_id: 'proj_chat',
          model: 'gpt-4o-2024-08-06',
        },
      ],
    },
  ],
};

/** The same tokens as a FOCUS bill names them: its days are covered. */
const HEADER =
  'ProviderName,BillingAccountId,RegionId,ServiceName,ResourceId,ChargeCategory,ChargeDescription,SkuMeter,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,ConsumedUnit,BilledCost,EffectiveCost,ListCost,BillingCurrency,Tags';
const BILL = [
  HEADER,
  'OpenAI,org,NULL,OpenAI API,NULL,Usage,gpt-4o output tokens,gpt-4o output tokens,2026-06-10T12:00:00Z,2026-06-10T13:00:00Z,100000,Tokens,1,1,1,USD,NULL',
  '',
].join('\n');

const home = tempFolder();

async function closed(name: string, sources: readonly object[], sites: readonly object[]) {
  const folder = join(home, name);
  mkdirSync(join(folder, 'inputs/bill'), { recursive: true });
  writeText(join(folder, 'inputs/usage/2026-06-10.json'), JSON.stringify(answer));
  const hours = Array.from({ length: 720 }, (_, hour) => ({ start: hourOf(MONTH, hour), intensity: 400 }));
  writeText(join(folder, 'inputs/grid/hours.csv'), gridText(hours));
  writeFileSync(join(folder, 'inputs/bill/focus.csv'), BILL);
  const workplace = tinyWorkplace(folder, tinySettings({ sources, sites, workloads: [] }));
  await closeTiny(workplace, MONTH);
  const warehouse = await workplace.openWarehouse();
  try {
    const path = await workplace.book.localPath(`kpis/month=${MONTH}/kpis.parquet`);
    const rows = await warehouse.query(
      'SELECT figure_id, value::VARCHAR AS value, u95_low::VARCHAR AS low FROM read_parquet($path) WHERE dimension IS NULL',
      { path },
    );
    return new Map(rows.map((row) => [String(row['figure_id']), Number(row['value'])]));
  } finally {
    await warehouse.close();
  }
}

test('usage has the modelled energy of its tokens, once, where a site says where they are served', async () => {
  const figures = await closed('placed', [USAGE, GRID], SITES);
  // lib/ledger/tables/token-energy.csv, %gpt%4o%: 3.4632 J an output token, 0.34632 J one that is read; none for the cache.
  const kilowattHours = (100_000 * 3.4632 + 200_000 * 0.34632) / 3_600_000;
  expect(figures.get('energy.it')).toBeCloseTo(kilowattHours, 6);
  expect(figures.get('energy.facility')).toBeCloseTo(kilowattHours * 1.5, 6);
  expect(figures.get('emissions.location')).toBeCloseTo(kilowattHours * 1.5 * 0.4, 6);
  expect(figures.get('activity.output_tokens')).toBe(100_000);
  expect(figures.get('activity.input_tokens')).toBe(1_000_000);
  expect(figures.get('activity.requests')).toBe(50);
  // Wh for each thousand
  expect(figures.get('kpi.energy_per_1k_output_tokens')).toBeCloseTo((kilowattHours * 1.5 * 1000) / 100, 4);
  // The cache has no figure of its own: it is a gap.
  expect(figures.get('quality.coverage')).toBeCloseTo(2 / 3, 4);
  expect(figures.has('cost.effective')).toBe(false);
});

test('where nobody says where they are served, energy is known and emissions are not', async () => {
  const figures = await closed('anywhere', [USAGE, GRID], []);
  expect(figures.get('energy.it')).toBeGreaterThan(0);
  expect(figures.has('emissions.location')).toBe(false);
});

test('tokens on days of a FOCUS bill have the energy of the bill alone', async () => {
  const figures = await closed('billed', [USAGE, { id: 'bill', kind: 'focus', path: './inputs/bill' }, GRID], SITES);
  expect(figures.get('energy.it')).toBeCloseTo((100_000 * 3.4632) / 3_600_000, 6);
});
