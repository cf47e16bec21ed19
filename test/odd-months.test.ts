import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Annex } from '../lib/disclosure/annex.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  closeTiny,
  discloseTiny,
  hourOf,
  type TinyCompany,
  tinySettings,
  tinyWorkplace,
  writeCompany,
  writeText,
} from './support/tiny-company.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const GRID = {
  'ie.csv': Array.from({ length: 720 }, (_, hour) => ({ start: hourOf(MONTH, hour), intensity: 200 })),
};

/** The annex of a month that is closed to its pages, and the text of the report. */
async function disclosed(name: string, company: Partial<TinyCompany>): Promise<{ annex: Annex; page: string }> {
  const at = join(folder, name);
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid: GRID, ...company }, at);
  const report = await discloseTiny(tinyWorkplace(at, tinySettings()), MONTH);
  const read = (file: string) => readFileSync(join(at, 'book', report.folder, file), 'utf8');
  return { annex: JSON.parse(read('annex.json')), page: read('index.html') };
}

const totalIn = ({ figures }: Annex, id: string) =>
  figures.find((figure) => figure.id === id && Object.keys(figure.dimensions).length === 0);

test('a month whose devices drew nothing is disclosed, with its gaps', async () => {
  const { annex, page } = await disclosed('nothing-drawn', {
    telemetry: {
      'a.jsonl': [
        { host: 'cellar-1', seq: 1, start: hourOf(MONTH, 0), idle: 0 },
        { host: 'cellar-1', seq: 2, start: hourOf(MONTH, 1), gap: 'counter-not-readable' },
      ],
    },
  });
  expect(totalIn(annex, 'energy.facility')).toMatchObject({ value: '0', coverage_ratio: '0.001388888889' });
  expect(totalIn(annex, 'emissions.location')).toMatchObject({ value: '0', factor_ids: [] });
  expect(annex.factors).toEqual([]);
  expect(page).toContain('That is what is known: 0.1% of the hours in which energy was drawn');
});

test('use that is taken back to the last hour leaves its zone without a factor, and the month is disclosed', async () => {
  const region = 'us-east-1';
  const { annex } = await disclosed('taken-back', {
    bills: {
      'b.parquet': [
        { start: hourOf(MONTH, 0), resource: 'i-1', amount: 5, cost: 5, region },
        { start: hourOf(MONTH, 0), resource: 'i-1', amount: -5, cost: -5, region },
        { start: hourOf(MONTH, 0), resource: 'i-2', amount: 5, cost: 5 },
      ],
    },
  });
  expect(totalIn(annex, 'emissions.location')?.factor_ids).toEqual(['grid/IE/direct/hour']);
  expect(annex.factors.map(({ id }) => id)).toEqual(['grid/IE/direct/hour']);
});

test('where more modelled energy is taken back than was used, no part of the energy is called measured', async () => {
  const { annex, page } = await disclosed('refunded', {
    bills: { 'b.parquet': [{ start: hourOf(MONTH, 0), resource: 'i-1', amount: -50, cost: -5 }] },
    telemetry: { 'a.jsonl': [{ host: 'cellar-1', seq: 1, start: hourOf(MONTH, 0), idle: 3_600_000_000_000 }] },
  });
  expect(totalIn(annex, 'energy.it')?.basis_mix).toBeNull();
  expect(totalIn(annex, 'quality.measured_share')).toBeUndefined();
  expect(page).not.toContain('of the energy is measured');
});

test('a month of which no energy is known claims no boundary', async () => {
  const { page } = await disclosed('unknown', {
    bills: { 'b.parquet': [{ start: hourOf(MONTH, 0), resource: 'i-1', type: 'zz9.large' }] },
  });
  expect(page).toContain('No energy of this period is known.');
  expect(page).not.toContain('Included: ,');
});

test('a month whose hosts stand on no site tells its IT energy, and that the overhead is not known', async () => {
  const { annex, page } = await disclosed('no-site', {
    bills: {},
    telemetry: { 'a.jsonl': [{ host: 'nowhere-1', seq: 1, start: hourOf(MONTH, 0), idle: 3_600_000_000_000 }] },
  });
  expect(totalIn(annex, 'energy.facility')).toBeUndefined();
  expect(page).toContain('without facility overhead, which is not known');
  expect(page).toContain('The overhead of the facility is not known, and in no figure.');
  expect(page).not.toContain('No energy of this period is known.');
  expect(annex.exclusions.map(({ what }) => what)).toContain('Cost of own and co-located hosts');
  expect(page).toContain('No cost of this period is known');
});

test('a region that is empty text is no region: it matched each of those that have no other name', async () => {
  const at = join(folder, 'empty-region');
  const line = {
    usage_start_time: hourOf(MONTH, 0),
    usage_end_time: hourOf(MONTH, 1),
    billing_account_id: 'BA',
    service_description: 'Compute Engine',
    sku_description: 'N2 Custom Instance Core running in London',
    location_region: '',
    cost: 1,
    currency: 'USD',
    usage_amount: 3600,
    usage_unit: 'seconds',
    credits: '[]',
  };
  writeText(join(at, 'bill/june.jsonl'), `${JSON.stringify(line)}\n`);
  const sources = [{ id: 'bill', kind: 'gcp-billing', path: './bill' }];
  expect(await closeTiny(tinyWorkplace(at, tinySettings({ sources })), MONTH)).toEqual([]);
});
