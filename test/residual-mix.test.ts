/** Scope 2 electricity beyond instruments at the residual mix of its zone: a month small enough to be worked out by hand. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Annex, Factor } from '../lib/disclosure/annex.ts';
import type { Workplace } from '../lib/pipeline/stage.ts';
import { traceFigure } from '../lib/pipeline/trace.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  discloseTiny,
  type TinyCompany,
  tinySettings,
  tinyWorkplace,
  writeCompany,
  writeText,
} from './support/tiny-company.ts';

/** Four months with their pages take seconds, and must not fail where the machine is busy. */
jest.setTimeout(600_000);
const MONTH = '2026-06';
const NOON = '2026-06-10T12:00:00Z';
const KWH = 3.6e12;
const home = tempFolder();

/** 2 kWh in the cellar (IE, PUE 1.5) are 3 kWh of the facility at 200 g/kWh; 1 kWh in the attic (GB, PUE 1) at 100 g/kWh. And an hour in the cloud. */
const COMPANY: TinyCompany = {
  month: MONTH,
  bills: { 'june.parquet': [{ start: NOON, resource: 'i-1' }] },
  telemetry: {
    'june.jsonl': [
      { host: 'cellar-1', seq: 1, start: NOON, shares: [{ project: 'chat', microjoules: 2 * KWH }] },
      { host: 'attic-1', seq: 1, start: NOON, shares: [{ project: 'code', microjoules: KWH }] },
    ],
  },
  grid: { 'june.csv': [{ start: NOON, intensity: 200 }] },
};
const site = (id: string, zone: string, pue: number) => ({
  id,
  control: 'own',
  grid_zone: zone,
  pue: [{ from: '2020-01-01', value: pue }],
  hosts: [`${id}-*`],
});
const SITES = [site('cellar', 'IE', 1.5), site('attic', 'GB', 1)];
const GRID = [
  { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' },
  { id: 'grid-gb', kind: 'grid', path: './inputs/grid-gb', zone: 'GB', factor_kind: 'direct' },
];
const AIB = { id: 'aib', kind: 'grid', path: './inputs/aib', zone: 'IE', factor_kind: 'residual' };
/** 1 kWh at 10 g/kWh. */
const INSTRUMENT = {
  id: 'rec',
  kind: 'certificate',
  grid_zone: 'IE',
  mwh: 0.001,
  gco2e_per_kwh: 10,
  vintage: MONTH,
  retired_at: '2026-07-01',
};

interface Closed {
  readonly annex: Annex;
  readonly page: string;
  readonly workplace: Workplace;
}
const closed = new Map<string, Closed>();
const books = {
  plain: {},
  mix: { aib: true },
  both: { aib: true, instruments: [INSTRUMENT] },
  instrument: { instruments: [INSTRUMENT] },
  lifecycle: { grid: { factor_kind: 'lifecycle' } },
};

beforeAll(async () => {
  await writeCompany(COMPANY, home);
  mkdirSync(join(home, 'inputs/aib'), { recursive: true });
  writeText(join(home, 'inputs/grid-gb/june.csv'), `period_start,carbon_intensity\n${NOON},100\n`);
  writeText(
    join(home, 'inputs/aib/mixes.csv'),
    'period_start,period_end,carbon_intensity\n2024-01-01,2025-01-01,600\n2025-01-01,2026-01-01,500\n2027-01-01,2028-01-01,400\n',
  );
  for (const [name, own] of Object.entries(books)) closed.set(name, await close(name, own));
});

interface BookSettings {
  readonly aib?: boolean;
  readonly instruments?: object[];
  readonly grid?: object;
}

async function close(name: string, { aib = false, instruments = [], grid = {} }: BookSettings) {
  const settings = tinySettings({ instruments, grid, sites: SITES });
  const sources = [...(settings['sources'] as { kind: string }[]).filter(({ kind }) => kind !== 'grid'), ...GRID];
  const workplace = tinyWorkplace(home, { ...settings, sources: aib ? [...sources, AIB] : sources }, join(home, name));
  const { folder } = await discloseTiny(workplace, MONTH);
  const read = (file: string) => readFileSync(join(home, name, folder, file), 'utf8');
  return { annex: JSON.parse(read('annex.json')) as Annex, page: read('index.html'), workplace };
}

function at(name: string): Closed {
  const found = closed.get(name);
  if (!found) throw new Error(`Cannot look at ${name}: expected a closed book`);
  return found;
}

/** `total 1.6, scope_2 1.6, …` of a figure, by its cut. */
function valuesOf({ annex }: Closed, id: string): Record<string, string | null> {
  const own = annex.figures.filter((figure) => figure.id === id);
  return Object.fromEntries(own.map(({ dimensions, value }) => [Object.values(dimensions)[0] ?? 'total', value]));
}
const figureOf = ({ annex }: Closed, id: string) =>
  annex.figures.find((each) => each.id === id && Object.keys(each.dimensions).length === 0);
const added = (...values: (string | null | undefined)[]) => values.reduce((sum, value) => sum + Number(value), 0);

test('without an instrument all Scope 2 electricity of the zone has its residual mix of the latest year begun', () => {
  const market = valuesOf(at('mix'), 'emissions.market');
  // 3 kWh × 500 g/kWh + 1 kWh × 100 g/kWh
  expect(market).toMatchObject({ scope_2: '1.6', cellar: '1.5', attic: '0.1', chat: '1.5', code: '0.1' });
  expect(Number(market['total'])).toBeCloseTo(1.6 + Number(market['scope_3']), 9);
});

test('an instrument comes first, and the residual mix stands for what it does not cover', () => {
  // 1 kWh × 10 g/kWh + 2 kWh × 500 g/kWh + 1 kWh × 100 g/kWh
  expect(valuesOf(at('both'), 'emissions.market')).toMatchObject({ scope_2: '1.11', cellar: '1.01', attic: '0.1' });
  expect(at('both').annex.instruments).toEqual([expect.objectContaining({ id: 'rec', used_mwh: '0.001' })]);
});

test('where no residual mix landed the rest has the grid average', () => {
  // 1 kWh × 10 g/kWh + 2 kWh × 200 g/kWh + 1 kWh × 100 g/kWh
  expect(valuesOf(at('instrument'), 'emissions.market')).toMatchObject({
    scope_2: '0.51',
    cellar: '0.41',
    attic: '0.1',
  });
  expect(at('instrument').page).toContain(
    'No residual mix is known for GB, IE: electricity there has the grid average',
  );
});

test('with neither there is no market-based figure, and the annex says why', () => {
  expect(valuesOf(at('plain'), 'emissions.market')).toEqual({});
  expect(at('plain').annex.exclusions).toContainEqual({
    what: 'Market-based emissions',
    reason: 'no contractual instrument serves the month and no residual mix landed',
  });
});

test('what is left out upstream goes by the kind of the factors', () => {
  const upstreamOf = (name: string) =>
    at(name).annex.exclusions.filter(({ what }) => /transmission losses/i.test(what));
  expect(upstreamOf('plain')).toEqual([
    expect.objectContaining({ what: expect.stringMatching(/^Upstream emissions of electricity/) }),
  ]);
  expect(upstreamOf('lifecycle')).toEqual([
    expect.objectContaining({ reason: expect.stringMatching(/upstream emissions of electricity are in the figures/) }),
  ]);
});

test('cloud services keep their location-based emissions, and location-based figures do not know of any of it', () => {
  const location = valuesOf(at('plain'), 'emissions.location');
  // 3 kWh × 200 g/kWh + 1 kWh × 100 g/kWh
  expect(location['scope_2']).toBe('0.7');
  expect(Number(location['scope_3'])).toBeGreaterThan(0);
  for (const name of ['mix', 'both', 'instrument']) {
    expect(valuesOf(at(name), 'emissions.location')).toEqual(location);
    expect(valuesOf(at(name), 'emissions.market')['scope_3']).toBe(location['scope_3']);
  }
});

test('the annex says which energy has the residual mix and which the grid average', () => {
  const { annex, page } = at('both');
  const facility = figureOf(at('both'), 'energy.facility')?.value;
  const shareOf = (id: string, key: 'energy_share' | 'market_energy_share') => {
    const share = annex.factors.find((factor: Factor) => factor.id === id)?.[key];
    return share === undefined || share === null ? share : Math.round(Number(share) * Number(facility) * 1e6) / 1e6;
  };
  expect(shareOf('aib/IE/residual/year-2025', 'market_energy_share')).toBe(2);
  expect(shareOf('aib/IE/residual/year-2025', 'energy_share')).toBeNull();
  expect(shareOf('grid-gb/GB/direct/hour', 'market_energy_share')).toBe(1);
  expect(shareOf('grid/IE/direct/hour', 'market_energy_share')).toBeUndefined();
  expect(annex.factors.find(({ kind }) => kind === 'residual')).toMatchObject({
    source: 'aib',
    zone: 'IE',
    grain: 'year',
    value: '500',
  });
  expect(page).toContain('Scope 2 electricity beyond them has the residual mix of its zone in IE.');
  expect(page).toContain('No residual mix is known for GB: electricity there has the grid average');
  expect(page).toContain('aib/IE/residual/year-2025');
  expect(figureOf(at('both'), 'emissions.market')?.factor_ids).toEqual(
    expect.arrayContaining(['aib/IE/residual/year-2025']),
  );
  expect(figureOf(at('both'), 'emissions.location')?.factor_ids).not.toContain('aib/IE/residual/year-2025');
});

test.each(['mix', 'both', 'instrument'])('the market-based figure of the book %s adds up on paper', async (name) => {
  const { annex, workplace } = at(name);
  const figure = figureOf(at(name), 'emissions.market');
  if (!figure) throw new Error('Cannot trace: expected a market-based figure');
  const { faults, numerator, factors, files } = await traceFigure(figure, annex, workplace);
  expect(faults).toEqual([]);
  const rows = numerator.flatMap((sum) => sum.rows);
  expect(added(...rows.map((row) => row['quantity']))).toBeCloseTo(Number(figure.value), 12);
  const cellar = rows.filter((row) => row['site'] === 'cellar');
  const mean = factors.find(
    ({ zone, kind }) => zone === 'IE' && kind === (name === 'instrument' ? 'direct' : 'residual'),
  );
  const before = added(...cellar.map((row) => row['before_instruments_gco2e']));
  expect(before).toBeCloseTo(
    (added(...cellar.map((row) => row['facility_energy_joules'])) * Number(mean?.value)) / 1000,
    9,
  );
  expect(new Set(cellar.map((row) => row['rule']))).toEqual(
    new Set([
      { mix: 'residual mix', both: 'instruments, residual mix', instrument: 'instruments, grid average' }[name],
    ]),
  );
  expect(files.some(({ source_id }) => source_id === 'aib')).toBe(name !== 'instrument');
});
