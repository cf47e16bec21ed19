import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type QuarantineReason, readQuarantine } from '../lib/landing/receipts.ts';
import { literal, type Row } from '../lib/landing/warehouse.ts';
import type { Workplace } from '../lib/pipeline/stage.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { MONTH, SPOILED } from './bad-inputs/spoiled.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  AS_OF,
  closeTiny,
  gridText,
  hourOf,
  tinySettings,
  tinyWorkplace,
  writeBill,
  writeText,
} from './support/tiny-company.ts';

/** A month in which everything goes wrong at once: one good bill, a grid series with a hole, and every input of the table. */
const root = tempFolder();
const HOLE = { from: 90, hours: 46 };
const IN_THE_HOLE = 100;
const SOURCES = [
  { id: 'bill', kind: 'aws-cur2', path: './inputs/bill' },
  { id: 'series', kind: 'grid', path: './inputs/series', zone: 'IE', factor_kind: 'direct' },
  ...SPOILED.map(({ source, kind, settings }) => ({ id: source, kind, path: `./inputs/${source}`, ...settings })),
];

let workplace: Workplace;
let remarks: string[];
let quarantined: QuarantineReason[];

beforeAll(async () => {
  for (const { source, write } of SPOILED) await write(join(root, 'inputs', source));
  const machine = { resource: 'i-1', project: 'chat' };
  await writeBill(join(root, 'inputs/bill/a.parquet'), [
    { start: hourOf(MONTH, 3), ...machine },
    { start: hourOf(MONTH, IN_THE_HOLE), ...machine },
  ]);
  const hours = Array.from({ length: 720 }, (_, hour) => hour).filter(
    (hour) => hour < HOLE.from || hour >= HOLE.from + HOLE.hours,
  );
  writeText(
    join(root, 'inputs/series/ie.csv'),
    gridText(hours.map((hour) => ({ start: hourOf(MONTH, hour), intensity: 300 }))),
  );
  workplace = tinyWorkplace(root, tinySettings({ limits: { max_file_gib: 64 / 1024 }, sources: SOURCES }));
  remarks = await closeTiny(workplace, MONTH);
  quarantined = await readQuarantine(workplace.book, parsePeriod(MONTH), AS_OF);
});

const reasonsOf = (source: string) =>
  quarantined.map(({ reason }) => reason).filter(({ source_id }) => source_id === source);

describe.each(SPOILED)('$name', ({ source, fate, remark }) => {
  test('ends in a clear message', () => {
    if (remark) expect(remarks).toContainEqual(expect.stringMatching(startingWith(remark)));
    else expect(remarks.filter((each) => each.includes(source))).toEqual([]);
  });

  test(`is ${fate}`, () => {
    const reasons = reasonsOf(source);
    if (fate === 'file in quarantine')
      expect(reasons).toEqual([expect.objectContaining({ whole_file: true, reasons: [expect.anything()] })]);
    else if (fate === 'rows in quarantine')
      expect(reasons).toEqual([expect.objectContaining({ whole_file: false, rows_rejected: expect.any(Number) })]);
    else expect(reasons).toEqual([]);
  });
});

describe('nothing is lost', () => {
  test('every file that could be read lies in quarantine with its bytes', async () => {
    const keys = (await workplace.book.list('quarantine/')).map(({ key }) => key);
    const whole = quarantined.filter(({ reason }) => reason.whole_file && reason.sha256);
    expect(whole.map(({ reason }) => reason.source_id).sort()).toEqual(
      [
        'cut-off',
        'epoch',
        'error-page',
        'euro',
        'false-name',
        'gz-of-gz',
        'latin-1',
        'long-footer',
        'long-line',
        'no-bytes',
        'no-outcome',
        'no-text',
        'same-header',
        'thousands',
        'utf-16',
        'wrong-month',
        'wrong-unit',
      ].sort(),
    );
    for (const { reason } of whole) {
      const own = keys.filter((key) => key.startsWith(`quarantine/source=${reason.source_id}/`));
      expect(own.filter((key) => key.includes(`${reason.sha256}.`))).toHaveLength(2);
    }
  });

  test('a rejected row names its file, row, column and what was expected', () => {
    const rows = quarantined.filter(({ reason }) => !reason.whole_file).flatMap(({ reason }) => reason.reasons);
    expect(rows).toHaveLength(13);
    for (const row of rows)
      expect(row).toEqual({
        file: expect.any(String),
        row: 2,
        column: expect.any(String),
        found: expect.any(String),
        expected: expect.any(String),
      });
  });
});

describe('the rest of the month', () => {
  const query = async (sql: (book: string) => string): Promise<Row[]> => {
    const warehouse = await workplace.openWarehouse();
    try {
      return await warehouse.query(sql(workplace.book.location));
    } finally {
      await warehouse.close();
    }
  };
  const total = async (figure: string): Promise<number> => {
    const [row] = await query(
      (book) => `SELECT value::DOUBLE AS value FROM read_parquet(${literal(`${book}/kpis/month=${MONTH}/kpis.parquet`)})
      WHERE figure_id = ${literal(figure)} AND dimension IS NULL`,
    );
    return Number(row?.['value']);
  };

  test('is closed: two hours of the bill, the good rows of the spoiled ones, and a file that came twice once', async () => {
    expect(await total('cost.billed')).toBe(1 + 1 + 1 + 2 + 40 + 1 + 1);
  });

  test('is closed with a lower coverage', async () => {
    const coverage = await total('quality.coverage');
    expect(coverage).toBeGreaterThan(0);
    expect(coverage).toBeLessThan(1);
  });

  test('an hour in a hole of 46 takes the mean of the month and says so, its neighbours keep their own', async () => {
    const factorAt = async (hour: number) => {
      const instant = literal(hourOf(MONTH, hour).slice(0, 19));
      const [row] = await query(
        (
          book,
        ) => `SELECT DISTINCT factor_id FROM read_parquet(${literal(`${book}/ledger/**/*.parquet`)}, hive_partitioning = false)
        WHERE resource_id = 'i-1' AND period_start = TIMESTAMP ${instant}`,
      );
      return row?.['factor_id'];
    };
    expect(await factorAt(3)).toBe('series/IE/direct/hour');
    expect(await factorAt(IN_THE_HOLE)).toBe('series/IE/direct/month');
    const matched = await total('quality.hour_matched_share');
    expect(matched).toBeGreaterThan(0);
    expect(matched).toBeLessThan(1);
  });
});

describe('settings that cannot be used end the run with 2', () => {
  test.each([
    ['a key with a typo', { soruces: [] }, /the file: does not know "soruces"/],
    [
      'a kind that is not there',
      { sources: [{ id: 'bill', kind: 'aws-cur3', path: '.' }] },
      /sources\[0\]\.kind: expected one of .*aws-cur2.*, got "aws-cur3"/,
    ],
    [
      'a PUE below one',
      { sites: [{ id: 'x', control: 'own', grid_zone: 'IE', pue: [{ from: '2026-01-01', value: 0.9 }] }] },
      /sites\[0\]\.pue\[0\]\.value: .*1, got 0\.9/,
    ],
    [
      'a day that the calendar has not',
      { sites: [{ id: 'x', control: 'own', grid_zone: 'IE', pue: [{ from: '2026-02-30', value: 1.2 }] }] },
      /pue\[0\]\.from: expected a date that the calendar has, got "2026-02-30"/,
    ],
    [
      'a zone that the map calls otherwise',
      { sites: [siteOf('x', { grid_zone: 'uk' })] },
      /sites\[0\]\.grid_zone: expected the key of a zone .*, GB for the United Kingdom, got "UK"/,
    ],
    ['a zone of blanks', { sites: [siteOf('x', { grid_zone: ' ' })] }, /sites\[0\]\.grid_zone: .*, got " "/],
    [
      'two sites of one name',
      { sites: [siteOf('x'), siteOf('x')] },
      /sites\[1\]\.id: expected a new id, "x" is taken, got "x"/,
    ],
    [
      'two PUEs from one day on',
      {
        sites: [
          siteOf('x', {
            pue: [
              { from: '2026-01-01', value: 1.2 },
              { from: '2026-01-01', value: 1.3 },
            ],
          }),
        ],
      },
      /sites\[0\]\.pue\[1\]\.from: expected a new from, "2026-01-01" is taken/,
    ],
    [
      'hosts that stand on two sites',
      { sites: [siteOf('x', { hosts: ['a-*'] }), siteOf('y', { hosts: ['b', 'a-*'] })] },
      /sites\[1\]\.hosts\[1\]: expected hosts of one site, x has them, got "a-\*"/,
    ],
    [
      'a vintage that is no time',
      {
        instruments: [{ id: 'i', kind: 'ppa', grid_zone: 'IE', mwh: 1, gco2e_per_kwh: 0, vintage: 'last summer' }],
      },
      /instruments\[0\]\.vintage: expected a month such as 2026-06 or a quoted year such as "2026", got "last summer"/,
    ],
  ])('%s', (_, more, message) => {
    const { status, stderr } = close(JSON.stringify(tinySettings(more)));
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  test('a file that is no YAML names the line', () => {
    const { status, stderr } = close('organisation: { name: Tiny\ncurrency: USD\n');
    expect(stderr).toMatch(/^Cannot read the settings .*joulebook\.yaml: .* line \d+/);
    expect(status).toBe(2);
  });

  test.each([
    ['an anchor that holds itself', 'sites: &a [*a]', /: expected no alias \(\*name\) within what its anchor/],
    ['anchors that repeat one another without end', nestedAnchors(9), /: expected fewer aliases of anchors \(\*name\)/],
    ['lists in lists without end', '['.repeat(50_000), /: expected lists and maps less deep in one another at line 1/],
    ['an alias without its anchor', 'organisation: *nobody\n', /: Unresolved alias .*nobody$/],
    ['two documents', 'currency: USD\n---\ncurrency: EUR\n', /: expected one document, got several at line/],
    [
      'text in Latin-1',
      Buffer.from('organisation: { name: Müller }\n', 'latin1'),
      /: expected text in UTF-8, got another encoding$/,
    ],
    ['a key that stands twice', 'currency: USD\ncurrency: EUR\n', /: Map keys must be unique at line 2, column 1$/],
  ])('%s', (_, text, message) => {
    const { status, stderr } = close(text);
    expect(stderr.trim()).toMatch(message);
    expect(stderr).toMatch(/^Cannot read the settings .*joulebook\.yaml: [^\n]*\n$/);
    expect(status).toBe(2);
  });

  test('and leave no book behind', () => expect(existsSync(join(root, 'typo/book'))).toBe(false));
});

const isRoot = process.getuid?.() === 0;
(isRoot ? test.skip : test)(
  `a file without permission is refused in words${isRoot ? ' (skipped: root reads every file)' : ''}`,
  async () => {
    const folder = join(root, 'locked');
    await writeBill(join(folder, 'inputs/bill/a.parquet'), [{ start: hourOf(MONTH, 3) }]);
    chmodSync(join(folder, 'inputs/bill/a.parquet'), 0);
    const sources = [{ id: 'bill', kind: 'aws-cur2', path: './inputs/bill' }];
    const told = await closeTiny(tinyWorkplace(folder, tinySettings({ sources })), MONTH);
    expect(told).toEqual([
      'bill/a.parquet: found a file without permission to read it (EACCES), expected a readable file',
    ]);
  },
);

function siteOf(id: string, more: Readonly<Record<string, unknown>> = {}) {
  return { id, control: 'own', grid_zone: 'IE', pue: [{ from: '2026-01-01', value: 1.2 }], ...more };
}

/** A few hundred bytes of YAML that stand for nine to the power of `depth` texts. */
function nestedAnchors(depth: number): string {
  const lines = Array.from(
    { length: depth },
    (_, index) =>
      `a${index}: &a${index} [${Array(9)
        .fill(index === 0 ? 'x' : `*a${index - 1}`)
        .join(', ')}]`,
  );
  return `${lines.join('\n')}\n`;
}

function close(settings: string | Uint8Array) {
  writeText(join(root, 'typo/joulebook.yaml'), settings);
  const flags = ['--experimental-import-text', '--no-warnings'];
  const typed = ['close', '--month', MONTH, '--settings', join(root, 'typo/joulebook.yaml')];
  return spawnSync(process.execPath, [...flags, resolve('bin/joulebook.ts'), ...typed], { encoding: 'utf8' });
}

function startingWith(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}
