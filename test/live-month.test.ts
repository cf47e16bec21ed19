import { globSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { verify } from '../bin/commands/verify.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { lazyRenderers } from '../lib/adapters/renderers.ts';
import { openWorkplace } from '../lib/adapters/workplace.ts';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import { readQuarantine, readReceipts } from '../lib/landing/receipts.ts';
import { examine } from '../lib/pipeline/doctor/examine.ts';
import type { Workplace } from '../lib/pipeline/stage.ts';
import { STAGES } from '../lib/pipeline/stages.ts';
import { readSettings } from '../lib/settings/settings.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { type AnsweringServer, type Asked, type Said, startServer } from './support/answering-server.ts';
import { edgesTo, PLANTED } from './support/live-edges.ts';
import { pastRange } from './support/live-grid.ts';
import { tempFolder } from './support/temp-folder.ts';
import { closeTiny, discloseTiny, hourOf, tinySettings, writeCompany } from './support/tiny-company.ts';
import { typeIn } from './support/typed.ts';

const MONTH = '2026-06';
/** All of June has been answered by then, and none of it for good: Electricity Maps may restate it until September. */
const JULY = '2026-07-22T06:00:00Z';
const LATER_IN_JULY = '2026-07-23T06:00:00Z';
const OCTOBER = '2026-10-01T06:00:00Z';
const NOVEMBER = '2026-11-01T06:00:00Z';
const DECEMBER = '2026-12-31T00:00:00Z';

const LIVE = {
  provider: 'electricity-maps',
  secret: { env: 'PLANTED' },
  options: { zone: 'IE', emission_factor_type: 'direct' },
};
const FILES = [
  { id: 'bill', kind: 'aws-cur2', path: './inputs/bill' },
  { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
];
const folder = tempFolder();
let books = 0;

type Answering = (asked: Asked, before: number) => Said;
const all: Answering = (asked) => pastRange(asked, 250);

interface Month {
  readonly workplace: Workplace;
  readonly server: AnsweringServer;
  readonly book: string;
}

interface Given {
  readonly live?: unknown;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A fresh book whose grid source asks a server of this test. */
async function withMonth<Result>(
  answer: Answering,
  use: (month: Month) => Promise<Result>,
  given: Given = {},
): Promise<Result> {
  const server = await startServer(answer);
  const book = join(folder, `book-${++books}`);
  try {
    return await use({ workplace: workplaceAt(book, server, given), server, book });
  } finally {
    await server.stop();
  }
}

function workplaceAt(book: string, { url }: AnsweringServer, { live = LIVE, environment }: Given): Workplace {
  const { now: _now, options: _options, sourceId: _id, secret: _secret, ...outside } = edgesTo(url);
  const sources = [...FILES, { id: 'grid', kind: 'grid', live }];
  return openWorkplace({
    settings: readSettings(tinySettings({ sources }), 'joulebook.yaml'),
    book: new LocalBook(book),
    base: folder,
    renderers: lazyRenderers(),
    codeVersion: 'test',
    outside: { ...outside, ...(environment && { environment }) },
  });
}

const collectGrid = ({ workplace }: Month, asOf: string) =>
  STAGES.collect({ source_id: 'grid', month: MONTH, as_of: asOf }, workplace);
const starts = ({ server }: Month) =>
  server.asked.map(({ path }) => new URL(path, 'http://localhost').searchParams.get('start')?.slice(0, 10));
/** How many parts each paper on what is missing names, in the order of their keys. */
const shortfallsOf = async ({ workplace: { book } }: Month) => {
  const keys = (await book.list('landing/source=grid/')).map(({ key }) => key);
  return keys.flatMap((key) => /-(\d+)\.shortfall\.json$/.exec(key)?.[1] ?? []).map(Number);
};
const receiptsOf = ({ workplace }: Month) => readReceipts(workplace.book, parsePeriod(MONTH), DECEMBER);

beforeAll(() =>
  writeCompany(
    {
      month: MONTH,
      bills: { 'a.parquet': [{ start: hourOf(MONTH, 5), resource: 'i-1', project: 'chat' }] },
      telemetry: {
        'all.jsonl': [{ host: 'cellar-1', seq: 1, start: hourOf(MONTH, 300), idle: 3_600_000_000_000 }],
      },
      grid: {},
    },
    folder,
  ),
);

describe('a source that is asked', () => {
  test('lands each answer as it came, under the question', () =>
    withMonth(all, async (month) => {
      expect(await collectGrid(month, JULY)).toMatchObject({ landed: 3, present: 0, rejected: 0, remarks: [] });
      const receipts = [...(await receiptsOf(month))].sort((a, b) => (a.origin < b.origin ? -1 : 1));
      expect(receipts.map(({ origin }) => origin)).toEqual([
        'grid/2026-06-01.json',
        'grid/2026-06-11.json',
        'grid/2026-06-21.json',
      ]);
      expect(receipts[0]).toMatchObject({
        request:
          'GET https://api.electricitymaps.com/v3/carbon-intensity/past-range?zone=IE&start=2026-06-01T00%3A00%3A00Z&end=2026-06-11T00%3A00%3A00Z&temporalGranularity=hourly&emissionFactorType=direct',
        contract: { rows: 240, rows_rejected: 0 },
        provider_version: '2026-07-01T00:00:00.000Z',
      });
    }));

  test('is asked no more for what is final, and again for what is not', () =>
    withMonth(all, async (month) => {
      await collectGrid(month, JULY);
      expect(await collectGrid(month, LATER_IN_JULY)).toMatchObject({ landed: 0, present: 3 });
      expect(month.server.asked).toHaveLength(6);
      await collectGrid(month, OCTOBER);
      expect(month.server.asked).toHaveLength(9);
      await collectGrid(month, OCTOBER);
      await collectGrid(month, NOVEMBER);
      // Nothing new landed in October, and the receipts are of July; that October saw the same is kept beside them.
      expect(month.server.asked).toHaveLength(9);
    }));

  test('whose closed month first landed when it was final costs no further call', () =>
    withMonth(all, async (month) => {
      await collectGrid(month, OCTOBER);
      expect(await collectGrid(month, NOVEMBER)).toMatchObject({ landed: 0, rejected: 0 });
      expect(month.server.asked).toHaveLength(3);
    }));

  test('is asked again for what is final when the settings ask something else', () =>
    withMonth(all, async (month) => {
      await collectGrid(month, OCTOBER);
      const live = { ...LIVE, options: { ...LIVE.options, emission_factor_type: 'lifecycle' } };
      const changed = { ...month, workplace: workplaceAt(month.book, month.server, { live }) };
      expect(await collectGrid(changed, NOVEMBER)).toMatchObject({ landed: 3 });
      expect(month.server.asked).toHaveLength(6);
    }));

  test('that fails in the middle keeps what came, and the next attempt asks for the rest alone', () => {
    let isUp = false;
    const answer: Answering = (asked) =>
      isUp || asked.path.includes('start=2026-06-01') ? all(asked, 0) : { status: 500 };
    return withMonth(answer, async (month) => {
      await expect(collectGrid(month, JULY)).rejects.toThrow(SourceUnavailable);
      expect((await receiptsOf(month)).map(({ origin }) => origin)).toEqual(['grid/2026-06-01.json']);
      isUp = true;
      expect(await collectGrid(month, JULY)).toMatchObject({ landed: 2 });
      expect(starts(month)).toEqual([
        '2026-06-01',
        ...['2026-06-11', '2026-06-11', '2026-06-11'],
        ...['2026-06-11', '2026-06-21'],
      ]);
    });
  });

  test('is asked as far as the moment of the run', () =>
    withMonth(all, async (month) => {
      await collectGrid(month, '2026-06-12T06:30:00Z');
      expect(starts(month)).toEqual(['2026-06-01', '2026-06-11']);
      expect(month.server.asked[1]?.path).toContain('end=2026-06-12T06%3A30%3A00Z');
    }));

  test('that says something else puts it into quarantine, with the bytes', () => {
    const answer: Answering = (asked) =>
      asked.path.includes('start=2026-06-11') ? { status: 200, body: '<html>Sorry</html>' } : all(asked, 0);
    return withMonth(answer, async (month) => {
      expect(await collectGrid(month, JULY)).toMatchObject({
        landed: 2,
        rejected: 1,
        remarks: ['grid/2026-06-11.json: found <html>Sorry</html>, expected JSON with a list `data`'],
      });
      const [paper] = await readQuarantine(month.workplace.book, parsePeriod(MONTH), DECEMBER);
      expect(paper?.reason).toMatchObject({ bytes: 18, whole_file: true });
      const kept = await month.workplace.book.read(paper?.key.replace('.reason.json', '.json') ?? '');
      expect(Buffer.from(kept ?? []).toString()).toBe('<html>Sorry</html>');
    });
  });
});

describe('a month', () => {
  test('that a provider restates is disclosed again, and says so', () => {
    let intensity = 250;
    return withMonth(
      (asked) => pastRange(asked, intensity),
      async (month) => {
        expect(await discloseTiny(month.workplace, MONTH, JULY)).toMatchObject({ version: 1 });
        intensity = 300;
        const second = await discloseTiny(month.workplace, MONTH, LATER_IN_JULY);
        expect(second).toMatchObject({ version: 2, status: 'restated', is_new: true });
        const annex = readAnnex(month, second.folder);
        expect(totalOf(annex, 'emissions.location')).toBeGreaterThan(0);
        expect(annex.restatements).not.toEqual([]);
        expect((await typeIn(verify, join(month.book, second.folder))).answer).toBe(0);
        const landed = (await receiptsOf(month)).filter(({ source_id }) => source_id === 'grid');
        expect(landed).toHaveLength(6);
      },
    );
  });

  test('takes no marginal factor, and logs in once for all answers', () => {
    const point = { point_time: '2026-06-13T12:00:00+00:00', value: 900 };
    const meta = { region: 'IE', signal_type: 'co2_moer', units: 'lbs_co2_per_mwh', model: { date: '2025-03-01' } };
    const data = Array.from({ length: 12 }, (_, at) => ({
      ...point,
      point_time: `2026-06-13T12:${String(at * 5).padStart(2, '0')}:00+00:00`,
    }));
    const answer: Answering = ({ path }) =>
      path === '/login'
        ? { status: 200, body: '{"token":"a.b.c"}' }
        : { status: 200, body: JSON.stringify({ data, meta }) };
    const live = { provider: 'watttime', secret: { env: 'PLANTED' }, options: { region: 'IE' } };
    return withMonth(
      answer,
      async (month) => {
        const report = await discloseTiny(month.workplace, MONTH, JULY);
        const factors = readAnnex(month, report.folder).factors.map(({ id }) => id);
        expect(factors).toEqual([expect.stringMatching(/^yearly-\d{4}\/IE\/direct\/year$/)]);
        expect((await receiptsOf(month)).filter(({ source_id }) => source_id === 'grid')).not.toEqual([]);
        expect(month.server.asked.map(({ path }) => path.split('?')[0])).toEqual([
          '/login',
          '/v3/historical',
          '/v3/historical',
        ]);
      },
      { live },
    );
  });

  test('goes on without a source that stays silent, and says what is missing', () =>
    withMonth(
      () => ({ status: 503 }),
      async (month) => {
        const report = await discloseTiny(month.workplace, MONTH, JULY);
        expect(report).toMatchObject({ version: 1, status: 'preliminary' });
        expect(readAnnex(month, report.folder)).toMatchObject({
          meta: {
            status_reasons: [
              'source grid: gave nothing for the month',
              expect.stringMatching(
                /^source grid: lacks 2026-06-01 to 2026-06-10, .*: Cannot ask grid at .* status 503/,
              ),
            ],
          },
          gaps: expect.arrayContaining([
            expect.objectContaining({ reason: 'gave nothing for the month', what: 'source grid' }),
          ]),
        });
      },
    ));

  test('that was answered in part names the part and why, and is whole when the rest has come', () => {
    let isUp = false;
    const answer: Answering = (asked) =>
      isUp || !asked.path.includes('start=2026-06-11') ? all(asked, 0) : { status: 500 };
    return withMonth(answer, async (month) => {
      const first = await discloseTiny(month.workplace, MONTH, JULY);
      const lacks =
        'lacks 2026-06-11 to 2026-06-20, 2026-06-21 to 2026-06-30: Cannot ask grid at api.electricitymaps.com/v3/carbon-intensity/past-range: expected an answer, got status 500 in 3 attempts';
      expect(readAnnex(month, first.folder)).toMatchObject({
        meta: { status: 'preliminary', status_reasons: [`source grid: ${lacks}`] },
        gaps: expect.arrayContaining([expect.objectContaining({ what: 'source grid', reason: lacks })]),
      });
      expect((await typeIn(verify, join(month.book, first.folder))).answer).toBe(0);
      isUp = true;
      const second = await discloseTiny(month.workplace, MONTH, LATER_IN_JULY);
      expect(readAnnex(month, second.folder).meta).toMatchObject({ status: 'closed', status_reasons: [] });
      for (const { folder: at } of [first, second]) expect((await typeIn(verify, join(month.book, at))).answer).toBe(0);
      expect(await shortfallsOf(month)).toEqual([2, 0]);
    });
  });

  test('that is whole at the second attempt of the same run lacks nothing', () => {
    const answer: Answering = (asked, before) => (before < 3 ? { status: 500 } : all(asked, 0));
    return withMonth(answer, async (month) => {
      const { folder: at } = await discloseTiny(month.workplace, MONTH, JULY);
      expect(readAnnex(month, at).meta).toMatchObject({ status: 'closed', status_reasons: [] });
      expect(await shortfallsOf(month)).toEqual([0, 3]);
    });
  });

  test('of files that could not be read says so, without where they lie', () =>
    withMonth(all, async (month) => {
      await discloseTiny(month.workplace, MONTH, JULY);
      const agents = join(folder, 'inputs/telemetry');
      renameSync(agents, `${agents}-away`);
      try {
        const { folder: at } = await discloseTiny(month.workplace, MONTH, LATER_IN_JULY);
        expect(readAnnex(month, at).meta).toMatchObject({
          status: 'preliminary',
          status_reasons: [
            'source agents: lacks the files that it has had since it was last read: they could not be read to the end',
          ],
        });
      } finally {
        renameSync(`${agents}-away`, agents);
      }
    }));

  test('nowhere holds the secret, whether it was taken or refused', () =>
    withMonth(
      (asked, before) => (before < 3 ? all(asked, before) : { status: 401, body: `refused ${PLANTED}` }),
      async (month) => {
        const remarks = [
          ...(await closeTiny(month.workplace, MONTH, JULY)),
          ...(await closeTiny(month.workplace, MONTH, LATER_IN_JULY)),
        ];
        await discloseTiny(month.workplace, MONTH, LATER_IN_JULY);
        expect(month.server.asked.every(({ headers }) => headers['auth-token'] === PLANTED)).toBe(true);
        expect(remarks.join('\n')).toMatch(/status 401: it refuses the environment variable PLANTED/);
        expect(remarks.join('\n')).not.toContain(PLANTED);
        expect(filesHolding(PLANTED, month.book)).toEqual([]);
        expect(filesHolding('2026-06-01.json', month.book)).not.toEqual([]);
      },
    ));
});

describe('the doctor', () => {
  const around = {
    month: MONTH,
    now: JULY,
    settingsPath: 'joulebook.yaml',
    bookAddress: folder,
    nodeVersion: '24.0.0',
    whyNotWritable: async () => undefined,
    whyNoCredentials: async () => undefined,
  };
  const aboutGrid = async ({ workplace }: Month) =>
    (await examine(workplace, around)).filter(({ about }) => about === 'source grid');

  test('says that a provider can be asked, without asking it for anything', () =>
    withMonth(
      () => ({ status: 404 }),
      async (month) => {
        expect(await aboutGrid(month)).toMatchObject([
          { weight: 'note', what: 'electricity-maps can be asked, none landed for 2026-06 yet' },
        ]);
        expect(month.server.asked.map(({ method, path, headers }) => [method, path, headers['auth-token']])).toEqual([
          ['HEAD', '/', undefined],
        ]);
      },
    ));

  test('says that a secret is not there, by its name', () =>
    withMonth(
      all,
      async (month) => {
        expect(await aboutGrid(month)).toMatchObject([
          {
            weight: 'trouble',
            what: 'Cannot read the environment variable PLANTED: expected a secret, got nothing',
          },
        ]);
        expect(month.server.asked).toEqual([]);
      },
      { environment: {} },
    ));

  test('says that a host cannot be reached', () =>
    withMonth(all, async (month) => {
      await month.server.stop();
      expect(await aboutGrid(month)).toMatchObject([
        { weight: 'trouble', what: expect.stringMatching(/^Cannot reach api\.electricitymaps\.com: .*ECONNREFUSED/) },
      ]);
      await startServer(all).then((server) => server.stop());
    }));
});

interface Annex {
  readonly meta: { readonly status: string; readonly status_reasons: readonly string[] };
  readonly figures: readonly { readonly id: string; readonly dimensions: object; readonly value: string | null }[];
  readonly factors: readonly { readonly id: string }[];
  readonly restatements: readonly unknown[];
}

function readAnnex({ book }: Month, at: string): Annex {
  return JSON.parse(readFileSync(join(book, at, 'annex.json'), 'utf8'));
}

function totalOf({ figures }: Annex, id: string): number {
  return Number(figures.find((figure) => figure.id === id && Object.keys(figure.dimensions).length === 0)?.value);
}

function filesHolding(text: string, book: string): string[] {
  return globSync('**/*', { cwd: book }).filter(
    (path) => statSync(join(book, path)).isFile() && readFileSync(join(book, path)).includes(text),
  );
}
