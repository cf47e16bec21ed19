import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { tempFolder } from './support/temp-folder.ts';
import { type Charge, discloseTiny, type TinyCompany, tinyWorkplace, writeCompany } from './support/tiny-company.ts';

const root = tempFolder();
const month = '2026-06';
const hours = ['2026-06-30T22:00:00Z', '2026-06-30T23:00:00Z'];
const grid = { 'ie.csv': hours.map((start) => ({ start, intensity: 300 })) };

/** Closes the company's month to its pages; gives the figures of its annex. */
async function published(name: string, company: Omit<TinyCompany, 'month' | 'grid'>) {
  const folder = join(root, name);
  await writeCompany({ month, grid, ...company }, folder);
  const { folder: pages } = await discloseTiny(tinyWorkplace(folder), month);
  const { figures } = JSON.parse(readFileSync(join(folder, 'book', pages, 'annex.json'), 'utf8'));
  return (id: string, dimensions: Readonly<Record<string, string>> = {}) =>
    figures.find((figure: { id: string; dimensions: unknown }) => {
      return figure.id === id && JSON.stringify(figure.dimensions) === JSON.stringify(dimensions);
    });
}

test('a month of which accelerators alone are measured is published, and its figures say so', async () => {
  const records = hours.map((start, seq) => ({ host: 'cellar-1', seq, start, component: 'gpu' as const, idle: 9e8 }));
  const figureOf = await published('accelerators', { bills: {}, telemetry: { 'cellar-1.jsonl': records } });
  expect(figureOf('energy.it')).toMatchObject({ label: 'IT energy of AI work (accelerators only)', boundary: ['gpu'] });
  const page = readFileSync(join(root, 'accelerators/book/disclosures', month, 'v1/index.html'), 'utf8');
  expect(page).toContain('The accelerators of AI workloads used');
  expect(page).toContain('Energy with overhead (accelerators only), mWh');
});

test('a project of which no machine is known whole is published: of the energy that is known none is measured', async () => {
  const charges = hours.map((start): Charge => ({ start, resource: 'i-1', type: 'trn1.2xlarge', project: 'chat' }));
  const figureOf = await published('accelerators-unknown', { bills: { 'a.parquet': charges }, telemetry: {} });
  expect(figureOf('quality.measured_share', { project: 'chat' })).toMatchObject({ value: '0', coverage_ratio: '0' });
});
