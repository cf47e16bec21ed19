import { join } from 'node:path';

import fc from 'fast-check';

import { DuckDbWarehouse } from '../../lib/adapters/duckdb-warehouse.ts';
import { literal, type Row } from '../../lib/landing/warehouse.ts';
import { STAGES } from '../../lib/pipeline/stages.ts';
import { emissionsOf, gramsCo2ePerKilowattHour, joules, kilowattHours } from '../../lib/units/quantity.ts';
import { tempFolder } from '../support/temp-folder.ts';
import {
  AS_OF,
  type GridHour,
  type Telemetry,
  type TinyCompany,
  tinyWorkplace,
  writeCompany,
} from '../support/tiny-company.ts';

const root = tempFolder();
const KILOWATT_HOUR = 3_600_000_000_000; // microjoules

/** The ledger of one day, hour by hour: energy in kWh, grams, and the factor that made them. */
async function settledDay(company: TinyCompany, day: string): Promise<Row[]> {
  const folder = join(root, day);
  const run = { month: company.month, as_of: AS_OF };
  await writeCompany(company, folder);
  const workplace = tinyWorkplace(folder);
  for (const { id } of workplace.settings.sources) await STAGES.collect({ source_id: id, ...run }, workplace);
  const { shards } = await STAGES.plan({ stage: 'facts', ...run }, workplace);
  for (const shard of shards ?? []) await STAGES.buildFacts(shard, workplace);
  const settlement = await STAGES.plan({ stage: 'settlement', ...run }, workplace);
  for (const shard of settlement.shards ?? []) await STAGES.settle(shard, workplace);
  const warehouse = await workplace.openWarehouse();
  try {
    const files = join(workplace.book.location, 'ledger/**/*.parquet');
    return await warehouse.query(
      `SELECT strftime(period_start, '%d %H:%M') AS hour, joules_to_kwh(it_energy_joules)::DOUBLE AS kwh, emissions_location_gco2e::DOUBLE AS grams, factor_id
       FROM read_parquet(${literal(files)}, hive_partitioning = false) WHERE it_energy_joules > 0 AND period_start::DATE = DATE ${literal(day)} ORDER BY ALL`,
    );
  } finally {
    await warehouse.close();
  }
}

/** A cellar (PUE 1.5) that draws one kWh in each of the hours. */
function cellar(month: string, hours: readonly string[], grid: readonly GridHour[]): TinyCompany {
  const records = hours.map((start, seq): Telemetry => ({ host: 'cellar-1', seq, start, idle: KILOWATT_HOUR }));
  return { month, bills: {}, telemetry: { 'cellar.jsonl': records }, grid: { 'ie.csv': grid } };
}

const HOUR = 'grid/IE/direct/hour';

test('the night the clocks go back has the local hour 01:00 twice, and each of the two its own factor', async () => {
  const hours = ['2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00Z'];
  const grid = [
    { start: '2026-10-25T01:00:00+01:00', intensity: 100 }, // 00:00 UTC
    { start: '2026-10-25T01:00:00+00:00', intensity: 200 }, // 01:00 UTC
    { start: '2026-10-25T02:00:00+00:00', intensity: 300 },
  ];
  // 1 kWh · 1.5 · 100 g/kWh = 150 g, and so on
  expect(await settledDay(cellar('2026-10', hours, grid), '2026-10-25')).toEqual([
    { hour: '25 00:00', kwh: 1, grams: 150, factor_id: HOUR },
    { hour: '25 01:00', kwh: 1, grams: 300, factor_id: HOUR },
    { hour: '25 02:00', kwh: 1, grams: 450, factor_id: HOUR },
  ]);
});

test('the night the clocks go forward lacks no hour: 01:00 UTC is 02:00 by the clock', async () => {
  const hours = ['2026-03-29T00:00:00Z', '2026-03-29T01:00:00Z'];
  const grid = [
    { start: '2026-03-29T00:00:00+00:00', intensity: 80 },
    { start: '2026-03-29T02:00:00+01:00', intensity: 40 }, // 01:00 UTC
  ];
  expect(await settledDay(cellar('2026-03', hours, grid), '2026-03-29')).toEqual([
    { hour: '29 00:00', kwh: 1, grams: 120, factor_id: HOUR },
    { hour: '29 01:00', kwh: 1, grams: 60, factor_id: HOUR },
  ]);
});

test('the leap day is a day of its month, to its last hour', async () => {
  const last = '2028-02-29T23:00:00Z';
  const grid = [{ start: last, intensity: 123.4 }];
  // 1 kWh · 1.5 · 123.4 g/kWh = 185.1 g
  expect(await settledDay(cellar('2028-02', [last], grid), '2028-02-29')).toEqual([
    { hour: '29 23:00', kwh: 1, grams: 185.1, factor_id: HOUR },
  ]);
});

test('emissions are the same in SQL and in TypeScript, to the microgram', async () => {
  const pairs = fc.sample(
    fc.record({ energy: fc.nat(2_000_000_000), intensity: fc.double({ min: 0, max: 2000, noNaN: true }) }),
    {
      seed: 20_260_603,
      numRuns: 200,
    },
  );
  const warehouse = await DuckDbWarehouse.open();
  const rows = await warehouse.query(
    `SELECT emissions_gco2e(energy::DECIMAL(28,6), intensity)::DOUBLE AS grams FROM (VALUES ${pairs
      .map(({ energy, intensity }, index) => `(${index}, ${energy}, ${intensity}::DOUBLE)`)
      .join(', ')}) AS pair(index, energy, intensity) ORDER BY index`,
  );
  await warehouse.close();
  rows.forEach(({ grams }, index) => {
    const { energy = 0, intensity = 0 } = pairs[index] ?? {};
    const wanted = emissionsOf(kilowattHours(joules(energy)), gramsCo2ePerKilowattHour(intensity));
    expect(Math.abs(Number(grams) - wanted)).toBeLessThanOrEqual(0.000_001);
  });
});
