import { join } from 'node:path';

import { literal } from '../../lib/landing/warehouse.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { sampleCompanies } from '../support/tiny-companies.ts';
import {
  closeTiny,
  type Telemetry,
  type TinyCompany,
  tinySettings,
  tinyWorkplace,
  writeCompany,
} from '../support/tiny-company.ts';

const root = tempFolder();
const [company] = sampleCompanies(1, 20_260_601);

const twice = ({ shares = [], idle = 0, unattributed = 0, ...rest }: Telemetry): Telemetry => ({
  ...rest,
  shares: shares.map((share) => ({ ...share, microjoules: 2 * share.microjoules })),
  idle: 2 * idle,
  unattributed: 2 * unattributed,
});
const unknown = { start: '2026-06-02T00:00:00Z', resource: 'i-unknown', type: 'zz9.large', region: 'mars-1' };

/** Closes the month; gives its measured joules and the figures of the whole company. */
async function closed(name: string, given: TinyCompany) {
  const folder = join(root, name);
  await writeCompany(given, folder);
  const workplace = tinyWorkplace(folder, tinySettings(given.settings));
  await closeTiny(workplace, given.month);
  const warehouse = await workplace.openWarehouse();
  const tables = (glob: string) => `read_parquet(${literal(join(folder, 'book', glob))})`;
  try {
    const [measured] = await warehouse.query(
      `SELECT sum(it_energy_joules)::VARCHAR AS joules FROM ${tables('ledger/*/*.parquet')} WHERE basis = 'measured'`,
    );
    const figures = await warehouse.query(
      `SELECT figure_id, value::DOUBLE AS value FROM ${tables('kpis/month=*/kpis.parquet')} WHERE dimension IS NULL`,
    );
    const totals = new Map(figures.map(({ figure_id: id, value }) => [String(id), Number(value)]));
    return { measured: Number(measured?.['joules']), totals };
  } finally {
    await warehouse.close();
  }
}

test('twice the telemetry is twice the measured energy, and what nobody knows lowers the coverage and no figure', async () => {
  if (!company) throw new Error('Cannot test a law: expected a company, got none');
  const once = await closed('once', company);
  const doubled = await closed('doubled', {
    ...company,
    telemetry: Object.fromEntries(Object.entries(company.telemetry).map(([file, all]) => [file, all.map(twice)])),
  });
  const more = await closed('more', { ...company, bills: { ...company.bills, 'd.parquet': [unknown] } });
  expect(once.measured).toBeGreaterThan(0);
  expect(doubled.measured).toBeCloseTo(2 * once.measured, 5);
  expect(more.totals.get('quality.coverage')).toBeLessThan(once.totals.get('quality.coverage') ?? 0);
  for (const id of [
    'energy.it',
    'energy.facility',
    'energy.idle',
    'emissions.location',
    'emissions.embodied_amortised',
  ])
    expect([id, more.totals.get(id)]).toEqual([id, once.totals.get(id)]);
});
