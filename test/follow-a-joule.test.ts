/** One watt hour, from the counter in sysfs to the words on the page. docs/follow-a-joule.md tells it in prose. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { EMPTY_ACCOUNT, recordsOf, withTick } from '../agent/account.ts';
import type { Look } from '../agent/look.ts';
import { openLookout } from '../agent/readers/look.ts';
import { baselineOf, spendingSince } from '../agent/spending.ts';
import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { fingerprint } from '../lib/adapters/workplace.ts';
import type { Annex, Figure } from '../lib/disclosure/annex.ts';
import type { Receipt } from '../lib/landing/receipt.ts';
import { parseRecord } from '../lib/landing/record.ts';
import { literal, type Row } from '../lib/landing/warehouse.ts';
import { PATIENT_MS } from './support/patience.ts';
import { textOfPdf } from './support/pdf-text.ts';
import { tempFolder } from './support/temp-folder.ts';
import { discloseTiny, gridText, tinySettings, tinyWorkplace, writeText } from './support/tiny-company.ts';

const MONTH = '2026-06';
const COUNTERS = join(__dirname, 'fixtures/rapl');
const home = tempFolder();
const book = join(home, 'book');

const SETTINGS = tinySettings({
  sources: [
    { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
    { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'GB', factor_kind: 'direct' },
  ],
  sites: [
    { id: 'leeds', control: 'own', grid_zone: 'GB', pue: [{ from: '2026-01-01', value: 1.35 }], hosts: ['onprem-*'] },
  ],
  workloads: [{ match: { label: { unit: 'llm.service' } }, set: { project: 'chat', workload_type: 'inference' } }],
});

let looks: readonly [Look, Look];
let sent: string;
beforeAll(async () => {
  looks = [await lookAt('first', 0), await lookAt('second', 60_000)];
  const { spendings } = spendingSince(baselineOf(looks[0]), looks[1]);
  const host = { hostId: 'onprem-7', resourceId: 'onprem-7' };
  const records = recordsOf(withTick(EMPTY_ACCOUNT, spendings), { host, bootId: looks[1].bootId, firstSeq: 0 });
  sent = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  writeText(join(home, 'inputs/telemetry/onprem-7.jsonl'), sent);
  writeText(
    join(home, 'inputs/grid/gb.csv'),
    gridText([
      { start: '2026-06-10T13:00:00Z', intensity: 100 },
      { start: '2026-06-10T14:00:00Z', intensity: 200 },
      { start: '2026-06-10T15:00:00Z', intensity: 300 },
    ]),
  );
  await discloseTiny(tinyWorkplace(home, SETTINGS), MONTH);
});

async function lookAt(tree: string, sinceTwoMs: number): Promise<Look> {
  const lookout = openLookout(join(COUNTERS, tree), { deadlineMs: PATIENT_MS });
  const readAt = new Date(Date.parse('2026-06-10T14:00:00Z') + sinceTwoMs);
  const look = await lookout.look({ readAt, runningMs: sinceTwoMs, sinceBootMs: sinceTwoMs });
  lookout.close();
  return look;
}

/** What docs/follow-a-joule.md says under the heading of a step. */
function told(step: number): string {
  const document = readFileSync(join(__dirname, '../docs/follow-a-joule.md'), 'utf8');
  return document.split(/^## (?=\d)/m).find((section) => section.startsWith(`${step}. `)) ?? '';
}

async function rowsOf(files: string, select: string): Promise<Row[]> {
  const warehouse = await DuckDbWarehouse.open();
  try {
    return await warehouse.query(
      `${select} FROM read_parquet(${literal(join(book, files))}, hive_partitioning = false)`,
    );
  } finally {
    await warehouse.close();
  }
}

const landedAt = (ending: string) =>
  join(book, `landing/source=agents/period=${MONTH}`, `${fingerprint(Buffer.from(sent))}.${ending}`);
const receiptOf = () => JSON.parse(readFileSync(landedAt('receipt.json'), 'utf8')) as Receipt;
const annexOf = () => JSON.parse(readFileSync(join(book, `disclosures/${MONTH}/v1/annex.json`), 'utf8')) as Annex;

function totalOf(annex: Annex, id: string): Figure | undefined {
  return annex.figures.find((figure) => figure.id === id && Object.keys(figure.dimensions).length === 0);
}

test('1. the counter in sysfs climbs by 3 600 000 000 microjoules', () => {
  const [before, after] = looks.map(({ devices }) =>
    devices.map(({ domain, counter }) => ({ domain, climbed: counter?.energyMicrojoules })),
  );
  expect(before).toEqual([{ domain: 'package-0', climbed: 2_000_000_000n }]);
  expect(after).toEqual([{ domain: 'package-0', climbed: 5_600_000_000n }]);
  expect(told(1)).toContain('5 600 000 000 µJ − 2 000 000 000 µJ = 3 600 000 000 µJ');
});

test('2. the agent writes 3 600 joules, split three ways', () => {
  const [cpu, memory] = sent
    .trimEnd()
    .split('\n')
    .map((line) => parseRecord(JSON.parse(line)));
  expect(cpu).toMatchObject({
    component: 'cpu',
    energy_joules: '3600',
    idle_joules: '900',
    unattributed_joules: '900',
  });
  expect(cpu?.shares).toMatchObject([{ labels: { unit: 'llm.service' }, energy_joules: '1800' }]);
  expect(memory).toMatchObject({ component: 'memory', energy_joules: null, gap_reason: 'counter-absent' });
  expect(told(2)).toContain('1 800 J + 900 J + 900 J = 3 600 J');
});

test('3. the file lands unchanged under its own fingerprint', () => {
  expect(readFileSync(landedAt('jsonl'), 'utf8')).toBe(sent);
  expect(told(3)).toContain(`${fingerprint(Buffer.from(sent)).slice(0, 12)}…jsonl`);
  expect(told(3)).toContain('"energy_joules":"3600"');
});

test('4. the receipt says what landed', () => {
  expect(receiptOf()).toMatchObject({
    source_id: 'agents',
    origin: 'agents/onprem-7.jsonl',
    bytes: sent.length,
    sha256: fingerprint(Buffer.from(sent)),
    contract: { shape: 'telemetry-1', rows: 2, rows_rejected: 0, first_event: '2026-06-10T14:00:00Z' },
  });
  expect(told(4)).toContain(`${sent.length} bytes, 2 rows, 0 rejected`);
});

test('5. the hour of 14:00 holds 3 600 joules as facts', async () => {
  const shares = await rowsOf(
    'facts/fct_energy/**/*.parquet',
    "SELECT share, project, energy_joules::VARCHAR AS joules, covered_seconds::VARCHAR AS seconds, strftime(period_start, '%H:%M') AS hour, receipt_sha256 = '" +
      fingerprint(Buffer.from(sent)) +
      "' AS ours",
  );
  const ofCpu = { hour: '14:00', seconds: '60.000', ours: true };
  expect(shares.filter(({ joules }) => joules !== null)).toEqual([
    { ...ofCpu, share: 'attributed', project: 'chat', joules: '1800.000000' },
    { ...ofCpu, share: 'idle', project: null, joules: '900.000000' },
    { ...ofCpu, share: 'unattributed', project: null, joules: '900.000000' },
  ]);
  expect(told(5)).toContain('1 800.000000 J + 900.000000 J + 900.000000 J = 3 600.000000 J');
});

test('6. the ledger adds the overhead of the site and the factor of the hour', async () => {
  const [sum] = await rowsOf(
    'ledger/**/*.parquet',
    'SELECT sum(it_energy_joules)::VARCHAR AS it, sum(facility_energy_joules)::VARCHAR AS facility, sum(emissions_location_gco2e)::VARCHAR AS grams, max(carbon_intensity_gco2e_per_kwh) FILTER (WHERE it_energy_joules > 0) AS intensity',
  );
  expect(sum).toEqual({ it: '3600.000000', facility: '4860.000000', grams: '0.270000', intensity: 200 });
  expect(told(6)).toContain('3 600 J × 1.35 = 4 860 J');
  expect(told(6)).toContain('4 860 J ÷ 3 600 000 J/kWh × 200 gCO2e/kWh = 0.27 gCO2e');
});

test('7. the figures are in kilowatt hours', async () => {
  const figures = await rowsOf(
    'kpis/**/kpis.parquet',
    'SELECT figure_id AS id, value::DOUBLE AS value, unit, dimension',
  );
  const totals = figures.filter(({ dimension }) => dimension === null);
  const figure = (id: string) => totals.find((each) => each['id'] === id);
  expect(figure('energy.it')).toMatchObject({ value: 0.001, unit: 'kWh' });
  expect(figure('energy.facility')).toMatchObject({ value: 0.00135, unit: 'kWh' });
  expect(figure('emissions.location')).toMatchObject({ value: 0.00027, unit: 'kgCO2e' });
  for (const line of ['energy.it = 0.001 kWh', 'energy.facility = 0.00135 kWh', 'emissions.location = 0.00027 kgCO2e'])
    expect(told(7)).toContain(line);
});

test('8. the annex holds them as text, with the way back', () => {
  const figure = totalOf(annexOf(), 'energy.facility');
  expect(figure).toMatchObject({ value: '0.00135', unit: 'kWh', includes_pue: true, formula_id: 'energy.facility@1' });
  expect(figure?.inputs).toContain(receiptOf().sha256);
  expect(totalOf(annexOf(), 'emissions.location')).toMatchObject({
    value: '0.00027',
    method: 'location',
    factor_ids: ['grid/GB/direct/hour'],
  });
  expect(told(8)).toContain('"value": "0.00135"');
});

test('9. the page says 1.35 Wh and 270 mgCO₂e', async () => {
  const pages = await textOfPdf(readFileSync(join(book, `disclosures/${MONTH}/v1/disclosure.pdf`)));
  for (const sentence of [
    'AI workloads used 1.35 Wh including facility overhead (95% interval 1.25–1.45 Wh).',
    'Location-based emissions: 270 mgCO₂e.',
  ]) {
    expect(pages.join(' ')).toContain(sentence);
    expect(told(9)).toContain(sentence);
  }
  expect(pages.join(' ')).toContain('IT energy 1.00 Wh 0.95–1.05 Wh');
});
