/** Zones meet however they are written, in files and in settings, and an own grid may bear any name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Annex } from '../lib/disclosure/annex.ts';
import { examineMonth } from '../lib/pipeline/doctor/examine-month.ts';
import { readSettings } from '../lib/settings/settings.ts';
import { tempFolder } from './support/temp-folder.ts';
import { discloseTiny, tinySettings, tinyWorkplace, writeCompany, writeText } from './support/tiny-company.ts';

jest.setTimeout(600_000);
const MONTH = '2026-06';
const NOON = '2026-06-10T12:00:00Z';
const KWH = 3.6e12;

const site = (id: string, zone: string) => ({
  id,
  control: 'own',
  grid_zone: zone,
  pue: [{ from: '2020-01-01', value: 1 }],
  hosts: [`${id}-*`],
});
const series = (id: string, more: object = {}) => ({ id, kind: 'grid', path: `./inputs/${id}`, ...more });
const INSTRUMENT = { id: 'wind', kind: 'ppa', mwh: 0.001, gco2e_per_kwh: 10, vintage: MONTH };
const SETTINGS = tinySettings({
  sources: [
    { id: 'bill', kind: 'aws-cur2', path: './inputs/bill' },
    { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
    series('hours', { factor_kind: 'direct' }),
    series('mix', { zone: ' ie', factor_kind: 'residual' }),
    series('words', { factor_kind: 'direct' }),
  ],
  sites: [site('cellar', ' ie '), site('attic', 'my-grid')],
  instruments: [{ ...INSTRUMENT, grid_zone: 'My-Grid' }],
});
const folder = tempFolder();
const workplace = tinyWorkplace(folder, SETTINGS);
let annex: Annex;

beforeAll(async () => {
  const drawn = (host: string, project: string, kwh: number) => ({
    host,
    seq: 1,
    start: NOON,
    shares: [{ project, microjoules: kwh * KWH }],
  });
  await writeCompany(
    {
      month: MONTH,
      bills: { 'june.parquet': [{ start: NOON, resource: 'i-1' }] },
      telemetry: { 'june.jsonl': [drawn('cellar-1', 'chat', 3), drawn('attic-1', 'code', 2)] },
      grid: {},
    },
    folder,
  );
  const header = 'period_start,grid_zone,carbon_intensity\n';
  writeText(join(folder, 'inputs/hours/june.csv'), `${header}${NOON},ie,200\n${NOON}, my-GRID ,100\n`);
  writeText(join(folder, 'inputs/words/june.csv'), `${header}${NOON},Germany,300\n`);
  writeText(
    join(folder, 'inputs/mix/mix.csv'),
    'period_start,period_end,grid_zone,carbon_intensity\n2025-01-01,2026-01-01,,500\n',
  );
  const report = await discloseTiny(workplace, MONTH);
  annex = JSON.parse(readFileSync(join(folder, 'book', report.folder, 'annex.json'), 'utf8'));
});

/** The value of the one cut that says `word`; the total without one. */
const figureIn = (id: string, word?: string) =>
  annex.figures.find((figure) => figure.id === id && Object.values(figure.dimensions)[0] === word)?.value;

test('the hours of a file serve the sites and the regions of their zone', () => {
  expect(figureIn('emissions.location', 'cellar')).toBe('0.6');
  expect(figureIn('emissions.location', 'attic')).toBe('0.2');
  expect(figureIn('quality.hour_matched_share')).toBe('1');
  expect(annex.factors.map(({ zone }) => zone)).toEqual(expect.arrayContaining(['IE', 'MY-GRID']));
});

test('residual mixes and instruments serve theirs', () => {
  expect(figureIn('emissions.market', 'cellar')).toBe('1.5');
  // 1 kWh × 10 g/kWh + 1 kWh × 100 g/kWh
  expect(figureIn('emissions.market', 'attic')).toBe('0.11');
});

test('a grid source that serves nothing is told by the doctor', async () => {
  expect(await examineMonth(workplace, { month: MONTH })).toContainEqual(
    expect.objectContaining({ about: 'source words', what: 'its grid zones serve nothing: GERMANY' }),
  );
});

test('what the settings show of a zone is its key', () => {
  const { sites, sources, instruments } = readSettings(SETTINGS, 'joulebook.yaml');
  expect(sites.map(({ grid_zone }) => grid_zone)).toEqual(['IE', 'MY-GRID']);
  expect(sources.map(({ zone }) => zone)).toEqual([undefined, undefined, undefined, 'IE', undefined]);
  expect(instruments.map(({ grid_zone }) => grid_zone)).toEqual(['MY-GRID']);
});
