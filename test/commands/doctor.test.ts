import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { doctor } from '../../bin/commands/doctor.ts';
import { SourceUnavailable } from '../../lib/landing/origin.ts';
import { examine } from '../../lib/pipeline/doctor/examine.ts';
import type { Finding } from '../../lib/pipeline/doctor/finding.ts';
import { tempFolder } from '../support/temp-folder.ts';
import {
  AS_OF,
  closeTiny,
  hourOf,
  tinySettings,
  tinyWorkplace,
  writeCompany,
  writeText,
} from '../support/tiny-company.ts';
import { typeIn } from '../support/typed.ts';

const MONTH = '2026-06';
const LAST = 719;
const folder = tempFolder();
const settings = join(folder, 'joulebook.yaml');

const SICK = tinySettings({
  sites: [
    {
      id: 'cellar',
      control: 'own',
      grid_zone: 'IE',
      pue: [{ from: '2020-01-01', value: 1.5 }],
      hosts: ['cellar-*', 'attic-*'],
    },
  ],
  workloads: [
    { match: { tag: { project: '*' } }, set: { project: 'tag:project' } },
    { match: { namespace: 'ghosts' }, set: { project: 'ghost' } },
  ],
});

async function findings(
  ...words: readonly string[]
): Promise<{ readonly answer: number; readonly found: readonly Finding[] }> {
  const { answer, printed } = await typeIn(
    doctor,
    '--settings',
    settings,
    '--month',
    MONTH,
    '--as-of',
    AS_OF,
    '--json',
    ...words,
  );
  return { answer, found: JSON.parse(printed).findings };
}

const troubles = (found: readonly Finding[]) =>
  found.filter(({ weight }) => weight === 'trouble').map(({ about, what }) => `${about}: ${what}`);

beforeAll(async () => {
  await writeCompany(
    {
      month: MONTH,
      bills: {
        'a.parquet': [
          { start: hourOf(MONTH, LAST), resource: 'i-1', project: 'chat' },
          { start: hourOf(MONTH, LAST), resource: 'i-2', type: 'zz9.large' },
          { start: hourOf(MONTH, LAST), resource: 'i-3', region: 'mars-north-1' },
          { start: hourOf(MONTH, LAST), resource: 'i-4', amount: 'NaN' },
          {
            start: hourOf(MONTH, LAST),
            type: '',
            product: 'AmazonS3',
            usageType: 'EU-Requests-Tier1',
            unit: 'Requests',
          },
        ],
      },
      telemetry: {
        'all.jsonl': [
          { host: 'cellar-1', seq: 1, start: hourOf(MONTH, LAST), idle: 3_600_000_000 },
          { host: 'stray-1', seq: 1, start: hourOf(MONTH, LAST), idle: 3_600_000_000 },
        ],
      },
      grid: { 'ie.csv': [{ start: hourOf(MONTH, 5), intensity: 250 }] },
      settings: SICK,
    },
    folder,
  );
});

describe('before the first close', () => {
  test('each source is looked at, and nothing is wrong yet', async () => {
    const { answer, found } = await findings('--book', join(folder, 'fresh'));
    expect(answer).toBe(0);
    expect(found.find(({ about }) => about === 'source bill')?.what).toMatch(
      /^1 file, none landed for 2026-06 yet; bill\/a\.parquet passes: 5 rows up to 2026-06-30T23:00:00Z, 4 of 2026-06$/,
    );
    expect(found.at(-1)).toMatchObject({ about: 'month 2026-06', weight: 'note' });
  });

  test('a file that would go to quarantine is told beforehand', async () => {
    const path = join(folder, 'inputs/grid/zz.csv');
    writeText(path, 'when,how much\nnow,lots\n');
    const { answer, found } = await findings('--book', join(folder, 'fresh'));
    writeText(path, 'period_start,carbon_intensity\n2026-06-01T06:00:00Z,251\n');
    expect(answer).toBe(1);
    expect(troubles(found)).toEqual([
      expect.stringMatching(/^source grid: 2 files, grid\/zz\.csv does not pass: found /),
    ]);
  });

  test('a source whose file cannot be fetched hides none of the others', async () => {
    const workplace = tinyWorkplace(folder, SICK, join(folder, 'fresh'));
    const fetch = () => Promise.reject(new SourceUnavailable('Cannot read s3://bills/a.parquet: expected S3 to do it'));
    const list = async () => [{ origin: 'bill/a.parquet', bytes: 9 }];
    const openOrigin: typeof workplace.openOrigin = (id, edges) =>
      id === 'bill' ? { list, fetch } : workplace.openOrigin(id, edges);
    const found = await examine(
      { ...workplace, openOrigin },
      {
        month: MONTH,
        now: AS_OF,
        settingsPath: settings,
        bookAddress: folder,
        nodeVersion: '24.0.0',
        whyNotWritable: async () => undefined,
        whyNoCredentials: async () => undefined,
      },
    );
    expect(troubles(found)).toEqual([
      'source bill: 1 file, none landed for 2026-06 yet; Cannot read s3://bills/a.parquet: expected S3 to do it',
    ]);
    expect(found.filter(({ about }) => about.startsWith('source ')).length).toBeGreaterThan(1);
  });
});

describe('after a close', () => {
  beforeAll(async () => {
    await closeTiny(tinyWorkplace(folder, SICK), MONTH);
  });

  test('everything that is missing is told at once', async () => {
    const { answer, found } = await findings();
    expect(answer).toBe(1);
    const told = troubles(found).join('\n');
    for (const words of [
      /^source bill: 1 row of bill\/a\.parquet in quarantine: found nan/m,
      /^source grid: .*newest event 2026-06-01T06:00:00Z, 51 days before/m,
      /^site cellar: no host of the telemetry or the bill matches attic-\*/m,
      /^host stray-1: sends telemetry, is on no bill and stands on no site/m,
      /^region AWS mars-north-1: the grid zone is unknown for 0\.\d{3} kWh/m,
      /^grid zone IE: 0\.000 of its energy is matched to a factor of its own hour/m,
      /^gap AWS AmazonEC2 zz9\.large: unknown instance type, resource hours: 1, effective cost: 1\.00/m,
      /^workloads\[1\]: no row of the month bears \{"project":"ghost"\}/m,
    ]) {
      expect(told).toMatch(words);
    }
    expect(troubles(found)).toHaveLength(8);
  });

  test('each trouble says why it matters and how to mend it', async () => {
    const { found } = await findings();
    expect(found.filter(({ weight, why, mend }) => weight === 'trouble' && !(why && mend))).toEqual([]);
  });

  test('nobody is sent to run an agent on a service', async () => {
    const { found } = await findings();
    const requests = found.find(({ about }) => about === 'gap AWS AmazonS3');
    expect(requests?.mend).toBe(
      'nothing, where it draws little: no model of it is published, and the disclosure lists it',
    );
  });

  test('words for people end with a verdict', async () => {
    const { printed } = await typeIn(doctor, '--settings', settings, '--month', MONTH, '--as-of', AS_OF);
    expect(printed).toContain('\n         mend: name it below hosts of a site in the settings\n');
    expect(printed).toMatch(/\n\n2026-06: 8 things of weight$/);
  });
});

describe('what cannot be reached', () => {
  test('a path that leads nowhere and a folder of other files', async () => {
    const elsewhere = join(folder, 'elsewhere.yaml');
    writeText(join(folder, 'inputs/words/readme.txt'), 'nothing to bill');
    const sources = [
      { id: 'bill', kind: 'aws-cur2', path: './inputs/nowhere' },
      { id: 'words', kind: 'aws-cur2', path: './inputs/words' },
    ];
    writeFileSync(elsewhere, JSON.stringify({ ...SICK, sources }));
    const { printed } = await typeIn(
      doctor,
      '--settings',
      elsewhere,
      '--month',
      MONTH,
      '--json',
      '--book',
      join(folder, 'fresh'),
    );
    expect(troubles(JSON.parse(printed).findings)).toEqual([
      expect.stringMatching(/^source bill: Cannot list .*nowhere: expected a folder or a file, got nothing there$/),
      expect.stringMatching(
        /^source words: 1 file in \.\/inputs\/words, none with a name that aws-cur2 reads: words\/readme\.txt does not match /,
      ),
    ]);
  });

  test('a book below a file', async () => {
    const { answer, found } = await findings('--book', join(settings, 'book'));
    expect(answer).toBe(1);
    expect(troubles(found)).toContainEqual(
      expect.stringMatching(/^book: Cannot write .*joulebook\.yaml: expected a folder, got a file$/),
    );
  });
});
