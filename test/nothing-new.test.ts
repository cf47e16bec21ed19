import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { close } from '../bin/commands/close.ts';
import { verify } from '../bin/commands/verify.ts';
import type { Annex } from '../lib/disclosure/annex.ts';
import type { Workplace } from '../lib/pipeline/stage.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  discloseTiny,
  gridText,
  hourOf,
  oneHour,
  tinySettings,
  tinyWorkplace,
  writeCompany,
  writeText,
} from './support/tiny-company.ts';
import { typeIn } from './support/typed.ts';

const MONTH = '2026-06';
const [EARLY, JULY, AUGUST] = ['2026-07-03T06:00:00Z', '2026-07-22T06:00:00Z', '2026-08-01T06:00:00Z'];
const root = tempFolder();

const hours = (intensity: number) => [{ start: hourOf(MONTH, 5), intensity }];

async function newCompany(): Promise<{ readonly folder: string; readonly workplace: Workplace }> {
  const folder = mkdtempSync(join(root, 'company-'));
  await writeCompany({ ...oneHour(MONTH), grid: { 'a.csv': hours(250) } }, folder);
  return { folder, workplace: tinyWorkplace(folder, tinySettings()) };
}

async function annexIn({ book }: Workplace, version: number): Promise<Annex> {
  const bytes = await book.read(`disclosures/${MONTH}/v${version}/annex.json`);
  return JSON.parse(Buffer.from(bytes ?? []).toString()) as Annex;
}

function emissionsIn(annex: Annex | undefined): string | null | undefined {
  return annex?.figures.find(
    ({ id, dimensions }) => id === 'emissions.location' && Object.keys(dimensions).length === 0,
  )?.value;
}

async function versionsIn({ book }: Workplace): Promise<number> {
  const entries = await book.list(`disclosures/${MONTH}/`);
  return entries.filter(({ key }) => key.endsWith('/manifest.json')).length;
}

test('closed again at a later moment with nothing new, the version stands and nothing is written', async () => {
  const { workplace } = await newCompany();
  await discloseTiny(workplace, MONTH, JULY);
  const before = await workplace.book.list('');
  expect(await discloseTiny(workplace, MONTH, AUGUST)).toMatchObject({
    version: 1,
    status: 'closed',
    is_new: false,
    since: JULY,
  });
  expect(await workplace.book.list('')).toEqual(before);
});

test('the command says since when nothing is new', async () => {
  const { folder, workplace } = await newCompany();
  await discloseTiny(workplace, MONTH, JULY);
  const settings = join(folder, 'joulebook.yaml');
  const typed = ['--month', MONTH, '--settings', settings, '--book', workplace.book.location];
  await typeIn(close, ...typed, '--as-of', JULY);
  const { printed } = await typeIn(close, ...typed, '--as-of', AUGUST);
  expect(printed).toMatch(/version \d stands, nothing new since 2026-07-22T06:00:00Z\)/);
});

test('a month that was preliminary stays so until the day of closing, and is closed then', async () => {
  const { workplace } = await newCompany();
  await discloseTiny(workplace, MONTH, EARLY);
  expect(await discloseTiny(workplace, MONTH, '2026-07-04T06:00:00Z')).toMatchObject({
    version: 1,
    status: 'preliminary',
    is_new: false,
  });
  expect(await discloseTiny(workplace, MONTH, JULY)).toMatchObject({ version: 2, status: 'closed', is_new: true });
});

test('a month that was closed once stays restated, also after a version that a late source made preliminary', async () => {
  const { folder, workplace } = await newCompany();
  const bill = join(folder, 'inputs/bill');
  const grid = (intensity: number) => writeText(join(folder, 'inputs/grid/a.csv'), gridText(hours(intensity)));
  const closedAt = (asOf: string) => discloseTiny(workplace, MONTH, asOf);
  expect(await closedAt(JULY)).toMatchObject({ version: 1, status: 'closed' });
  renameSync(bill, `${bill}-away`);
  grid(275);
  expect(await closedAt(AUGUST)).toMatchObject({ version: 2, status: 'preliminary' });
  renameSync(`${bill}-away`, bill);
  grid(300);
  const third = await closedAt('2026-08-02T06:00:00Z');
  expect(third).toMatchObject({ version: 3, status: 'restated' });
  const [first, second, last] = await Promise.all([1, 2, 3].map((version) => annexIn(workplace, version)));
  expect(last?.meta).toMatchObject({ supersedes: 2, last_closed: 1 });
  const page = Buffer.from((await workplace.book.read(`${third.folder}index.html`)) ?? []).toString();
  expect(page).toContain('restated: version 3 replaces version 2; the last one that was closed is version 1, and');
  // What a reader of the closed version holds, not what stood there meanwhile.
  expect(emissionsIn(second)).not.toBe(emissionsIn(first));
  expect(last?.restatements).toContainEqual(
    expect.objectContaining({
      figure_id: 'emissions.location',
      dimensions: {},
      old: emissionsIn(first),
      new: emissionsIn(last),
    }),
  );
  const { answer } = await typeIn(verify, `${workplace.book.location}/${third.folder}`);
  expect(answer).toBe(0);
});

test('a month that is whole again as it was closed restates nothing', async () => {
  const { folder, workplace } = await newCompany();
  const bill = join(folder, 'inputs/bill');
  const grid = (intensity: number) => writeText(join(folder, 'inputs/grid/a.csv'), gridText(hours(intensity)));
  await discloseTiny(workplace, MONTH, JULY);
  renameSync(bill, `${bill}-away`);
  grid(275);
  await discloseTiny(workplace, MONTH, AUGUST);
  renameSync(`${bill}-away`, bill);
  grid(250);
  expect(await discloseTiny(workplace, MONTH, '2026-08-02T06:00:00Z')).toMatchObject({
    version: 3,
    status: 'restated',
  });
  expect((await annexIn(workplace, 2)).restatements).not.toEqual([]);
  expect((await annexIn(workplace, 3)).restatements).toEqual([]);
});

test('a file that comes late is a new version, and so is a page that was lost', async () => {
  const { folder, workplace } = await newCompany();
  await discloseTiny(workplace, MONTH, JULY);
  writeText(join(folder, 'inputs/grid/a.csv'), gridText(hours(300)));
  const second = await discloseTiny(workplace, MONTH, AUGUST);
  expect(second).toMatchObject({ version: 2, status: 'restated', is_new: true });
  expect((await annexIn(workplace, 2)).restatements).not.toEqual([]);
  rmSync(join(workplace.book.location, second.folder, 'index.html'));
  expect(await discloseTiny(workplace, MONTH, '2026-08-02T06:00:00Z')).toMatchObject({ version: 3, is_new: true });
  expect(await versionsIn(workplace)).toBe(3);
  expect((await typeIn(verify, join(workplace.book.location, `disclosures/${MONTH}/v3`))).answer).toBe(0);
});
