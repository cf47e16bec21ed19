import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { wholeCost } from '../lib/facts/columns.ts';
import { KPIS } from '../lib/kpis/catalogue.ts';
import { literal, type Row, type Warehouse } from '../lib/landing/warehouse.ts';
import { tempFolder } from './support/temp-folder.ts';
import { sampleCompanies } from './support/tiny-companies.ts';
import { closeTiny, tinySettings, tinyWorkplace, writeCompany } from './support/tiny-company.ts';

/** Dimensions whose values add up; `workload_id` lists named workloads only, so it has no whole. */
const WHOLE_DIMENSIONS = ['model_id', 'project', 'provider', 'region', 'scope', 'workload_type'];
/** Money and grams add up exactly. A kWh is joules over 3.6 million, cut at the twelfth place: each part may be one of it off. */
const ADDITIVE = [
  'energy.it',
  'energy.facility',
  'energy.idle',
  'energy.unattributed',
  'emissions.location',
  'emissions.market',
  'emissions.embodied_amortised',
  'cost.effective',
  'cost.billed',
];

const root = tempFolder();
const instruments = [
  { id: 'small', kind: 'ppa', grid_zone: 'IE', mwh: 0.000_1, gco2e_per_kwh: 11, vintage: '2026-06' },
  { id: 'large', kind: 'supplier', grid_zone: 'IE', mwh: 9, gco2e_per_kwh: 7, vintage: '2026-06' },
];
const companies = sampleCompanies(2, 20_260_604).map((company, index) => ({
  index,
  company: { ...company, settings: { ...company.settings, instruments: instruments.slice(index) } },
}));

describe.each(companies)('the books of company $index', ({ index, company }) => {
  const folder = join(root, String(index));
  const book = join(folder, 'book');
  let warehouse: Warehouse;

  beforeAll(async () => {
    await writeCompany(company, folder);
    const workplace = tinyWorkplace(folder, tinySettings(company.settings));
    await closeTiny(workplace, company.month);
    warehouse = await workplace.openWarehouse();
    await view('ledger', join(book, 'ledger'));
    for (const table of readdirSync(join(book, 'facts'))) {
      await view(table === 'fct_cost' ? 'cost_line' : table, join(book, 'facts', table));
    }
    await warehouse.run(`CREATE VIEW fct_cost AS ${wholeCost('cost_line', 'dim_charge')}`);
    await warehouse.run(
      `CREATE VIEW kpis AS FROM read_parquet(${literal(join(book, `kpis/month=${company.month}/kpis.parquet`))})`,
    );
  });
  afterAll(() => warehouse.close());

  const view = (name: string, at: string) =>
    warehouse.run(
      `CREATE VIEW ${name} AS FROM read_parquet(${literal(`${at}/**/*.parquet`)}, hive_partitioning = false)`,
    );
  const broken = (sql: string): Promise<Row[]> => warehouse.query(sql);

  test('the ledger has every row and every cent of the bill', async () => {
    const [accounts] = await warehouse.query(`
      SELECT (SELECT count(*) FROM fct_cost)::INTEGER - (SELECT sum(bill_rows) FROM ledger)::INTEGER AS rows,
        ((SELECT sum(billed_cost) FROM fct_cost) - (SELECT sum(billed_cost) FROM ledger))::VARCHAR AS billed,
        ((SELECT sum(effective_cost) FROM fct_cost) - (SELECT sum(effective_cost) FROM ledger))::VARCHAR AS effective,
        (SELECT count(*) FROM fct_cost) > 0 AS has_a_bill`);
    expect(accounts).toEqual({ rows: 0, billed: '0.000000000000', effective: '0.000000000000', has_a_bill: true });
  });

  test('so it has of every service and resource, since no line moves', async () => {
    const perResource = (from: string, rows: string) =>
      `SELECT resource_id, sum(billed_cost) AS billed, sum(${rows}) AS rows FROM ${from} GROUP BY ALL`;
    expect(
      await broken(`WITH bill AS (${perResource('fct_cost', '1')}), book AS (${perResource('(FROM ledger WHERE bill_rows > 0 OR billed_cost IS NOT NULL)', 'bill_rows')})
        SELECT * FROM bill FULL JOIN book ON bill.resource_id IS NOT DISTINCT FROM book.resource_id
        WHERE bill.billed IS DISTINCT FROM book.billed OR bill.rows IS DISTINCT FROM book.rows`),
    ).toEqual([]);
  });

  test('attributed, idle and unattributed of a device add up to what was read, wherever telemetry alone won', async () => {
    const [won] = await warehouse.query("SELECT count(*)::INTEGER AS lines FROM ledger WHERE basis = 'measured'");
    expect(Number(won?.['lines'])).toBeGreaterThan(0);
    expect(
      await broken(`
        WITH read AS (
          SELECT period_start, resource_id, component, basis, sum(energy_joules) AS joules FROM fct_energy WHERE energy_joules IS NOT NULL GROUP BY ALL
        ),
        booked AS (
          SELECT period_start, resource_id, component, basis, sum(it_energy_joules) AS joules FROM ledger
          WHERE method IN ('rapl', 'cpu-utilisation-model') GROUP BY ALL
        )
        FROM booked LEFT JOIN read USING (period_start, resource_id, component, basis) WHERE booked.joules IS DISTINCT FROM read.joules`),
    ).toEqual([]);
  });

  test('one basis settles each hour of a component, and a gap has no energy', async () => {
    expect(
      await broken(`SELECT period_start, resource_id, component FROM ledger WHERE resource_id IN (SELECT resource_id FROM fct_energy) AND settled_as = 'energy'
        GROUP BY ALL HAVING count(DISTINCT basis) > 1`),
    ).toEqual([]);
    expect(
      await broken(`FROM ledger WHERE (settled_as = 'energy') <> (it_energy_joules IS NOT NULL) OR (settled_as = 'gap') AND gap_reason IS NULL
        OR (settled_as = 'energy') <> (basis IS NOT NULL)`),
    ).toEqual([]);
  });

  test('a resource and hour weighs one in the coverage, however many workloads share it', async () => {
    expect(
      await broken(`SELECT period_start, resource_id FROM ledger WHERE resource_id IN (SELECT resource_id FROM fct_energy) AND settled_as <> 'no_energy'
        GROUP BY ALL HAVING sum(resource_hours) <> 1`),
    ).toEqual([]);
  });

  test.each(ADDITIVE)('%s: the parts are the whole, in every dimension', async (figure) => {
    const rows = await warehouse.query(
      `SELECT dimension, count(*)::INTEGER AS parts, sum(value)::VARCHAR AS value FROM kpis
       WHERE figure_id = $figure AND dimension IS DISTINCT FROM 'workload_id' GROUP BY dimension`,
      { figure },
    );
    const whole = rows.find(({ dimension }) => dimension === null);
    const summed = rows.filter(({ dimension }) => dimension !== null);
    expect(summed.map(({ dimension }) => dimension).sort()).toEqual(WHOLE_DIMENSIONS);
    for (const { parts, value } of summed) {
      const difference = places(value) - places(whole?.['value']);
      expect(difference < 0n ? -difference : difference).toBeLessThanOrEqual(
        figure.startsWith('energy.') ? BigInt(Number(parts)) : 0n,
      );
    }
  });

  test('every figure of energy has a mix of bases that adds up to one', async () => {
    expect(
      await broken(
        'SELECT figure_id FROM kpis WHERE measured_ratio + modelled_ratio + filled_ratio <> 1 OR least(measured_ratio, modelled_ratio, filled_ratio) < 0',
      ),
    ).toEqual([]);
    const [mixed] = await warehouse.query(
      "SELECT count(*)::INTEGER AS rows FROM kpis WHERE figure_id = 'energy.it' AND measured_ratio IS NOT NULL",
    );
    expect(Number(mixed?.['rows'])).toBeGreaterThan(0);
  });

  test('a ratio lies in 0 to 1, a bound on its side of the value, a figure in the catalogue', async () => {
    expect(
      await broken(
        "SELECT figure_id, dimension_value FROM kpis WHERE figure_id LIKE 'quality.%' AND value NOT BETWEEN 0 AND 1 OR coverage_ratio NOT BETWEEN 0 AND 1",
      ),
    ).toEqual([]);
    expect(
      await broken(
        'SELECT figure_id, dimension_value FROM kpis WHERE value >= 0 AND (u95_low > value OR u95_high < value)',
      ),
    ).toEqual([]);
    const ids = await warehouse.query('SELECT DISTINCT figure_id FROM kpis');
    const known = KPIS.map(({ id }) => id);
    expect(ids.map(({ figure_id }) => String(figure_id)).filter((id) => !known.includes(id))).toEqual([]);
  });

  test('market-based emissions use no more of an instrument than was consumed', async () => {
    const used = await warehouse.query(
      `SELECT id, used_mwh::DOUBLE AS mwh FROM read_parquet(${literal(join(book, `kpis/beside/month=${company.month}/instruments.parquet`))}) ORDER BY id`,
    );
    const [consumed] = await warehouse.query(
      "SELECT (joules_to_kwh(sum(facility_energy_joules)) / 1000)::DOUBLE AS mwh FROM ledger WHERE scope = 'scope_2' AND grid_zone = 'IE'",
    );
    const sum = used.reduce((all, { mwh }) => all + Number(mwh), 0);
    const offered = company.settings.instruments.reduce((all, { mwh }) => all + mwh, 0);
    expect(sum).toBeCloseTo(Math.min(offered, Number(consumed?.['mwh'])), 5);
  });
});

/** A value of twelve places as a whole number of the last one. */
function places(value: Row[string] | undefined): bigint {
  return BigInt(String(value).replace('.', ''));
}
