import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { LocalBook } from '../lib/adapters/local-book.ts';
import { lazyRenderers } from '../lib/adapters/renderers.ts';
import { openWorkplace } from '../lib/adapters/workplace.ts';
import { factKey } from '../lib/facts/build-facts.ts';
import { readText } from '../lib/landing/book.ts';
import { currentReceipts, readQuarantine, readReceipts } from '../lib/landing/receipts.ts';
import type { Workplace } from '../lib/pipeline/stage.ts';
import { STAGES } from '../lib/pipeline/stages.ts';
import { readSettings } from '../lib/settings/settings.ts';
import { timestreamUnload } from '../lib/sources/timestream-telemetry/live/timestream-unload.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { type AnsweringServer, type Asked, type Said, startServer } from './support/answering-server.ts';
import { inputOf, json, plantCredentials } from './support/aws-server.ts';
import { edgesTo } from './support/live-edges.ts';
import { s3Answer } from './support/s3-server.ts';
import { tempFolder } from './support/temp-folder.ts';
import { type Days, dayOf, ENDPOINT, operationOf, timestreamAnswer, unloadedRow } from './support/timestream-server.ts';
import { closeTiny, tinySettings, writeCompany } from './support/tiny-company.ts';
import { withWarehouse } from './support/with-warehouse.ts';

/** A month whose telemetry the pipeline has Timestream write, by the real clients of Timestream and S3. */
const MONTH = '2026-06';
/** On the evening of the fifth four days have ended. */
const FIFTH = '2026-06-05T18:00:00Z';
const SIXTH = '2026-06-06T06:00:00Z';
const JULY = '2026-07-22T06:00:00Z';
const OPTIONS = { region: 'eu-west-1', database: 'ai', table: 'joules', to: 's3://joulebook-test/unload' };
const SOURCES = [
  { id: 'bill', kind: 'aws-cur2', path: './inputs/bill' },
  { id: 'hosts', kind: 'timestream-telemetry', live: { provider: 'timestream-unload', options: OPTIONS } },
  { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' },
];

const root = tempFolder();
let bucket: AnsweringServer;
let bucketRoot = '';
let days: Days = {};

/** Some minutes of one hour of a day, each of 5 J, 2 J of them idle. */
async function writeDay(day: string, minutes = 4): Promise<string> {
  const path = join(root, `${day}-${minutes}.parquet`);
  await withWarehouse((warehouse) =>
    warehouse.run(`COPY (
    SELECT 'cellar-1' AS host_id, 'cellar-1' AS resource_id, 'cpu' AS component, 'package-0' AS domain, 'rapl' AS method,
      'measured' AS basis, 'joulebook_energy' AS measure_name, TIMESTAMP '${day} 05:00:00' + to_minutes(minute) AS "time",
      5.0 AS energy_joules, 2.0 AS idle_joules, 3.0 AS unattributed_joules, 60.0 AS duration_seconds
    FROM range(1, ${minutes + 1}) AS minutes(minute)) TO '${path}' (FORMAT PARQUET)`),
  );
  return path;
}

beforeAll(async () => {
  plantCredentials();
  bucket = await startServer((asked) => s3Answer(asked, bucketRoot));
  // biome-ignore lint/style/noProcessEnv: the SDK reads where S3 is there
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: bucket.url, AWS_REGION: 'eu-west-1' });
  const named = ['2026-06-01', '2026-06-03'].map(async (day) => [day, await writeDay(day)]);
  days = Object.fromEntries(await Promise.all(named));
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid: {} }, root);
});
afterAll(() => bucket.stop());

interface Month {
  readonly workplace: Workplace;
  readonly server: AnsweringServer;
}

type Trouble = (asked: Asked) => Said | undefined;

async function withMonth<Result>(use: (month: Month) => Promise<Result>, trouble: Trouble = () => undefined) {
  const folder = mkdtempSync(join(root, 'month-'));
  bucketRoot = join(folder, 's3');
  const server = await startServer((asked) => trouble(asked) ?? timestreamAnswer(asked, bucketRoot, days));
  const { now: _now, options: _options, sourceId: _id, secret: _secret, ...outside } = edgesTo(server.url);
  const workplace = openWorkplace({
    settings: readSettings(tinySettings({ sources: SOURCES }), 'joulebook.yaml'),
    book: new LocalBook(join(folder, 'book')),
    base: root,
    renderers: lazyRenderers(),
    codeVersion: 'test',
    outside,
  });
  try {
    return await use({ workplace, server });
  } finally {
    await server.stop();
  }
}

const collect = ({ workplace }: Month, asOf: string) =>
  STAGES.collect({ source_id: 'hosts', month: MONTH, as_of: asOf }, workplace);
const asked = ({ server }: Month) => server.asked.filter((each) => operationOf(each) === 'Query').map(dayOf);

test('what Timestream wrote of the days that have ended lands, with the manifests that name it', () =>
  withMonth(async (month) => {
    expect(await collect(month, FIFTH)).toMatchObject({ landed: 2, rejected: 0 });
    expect(asked(month)).toEqual(['2026-06-01', '2026-06-02', '2026-06-03', '2026-06-04']);
    const receipts = await readReceipts(month.workplace.book, parsePeriod(MONTH), FIFTH);
    const origins = receipts.map(({ origin }) => origin.replace(/AEDAG\d+/, 'id')).sort();
    expect(origins.filter((origin) => origin.endsWith('.parquet'))).toEqual([
      'hosts/day=2026-06-01/asked=20260605T180000Z-ai.joules/results/id_1.parquet',
      'hosts/day=2026-06-03/asked=20260605T180000Z-ai.joules/results/id_1.parquet',
    ]);
    expect(receipts.filter(({ delivery }) => delivery)).toHaveLength(2);
    // An UNLOAD of nothing has a manifest that names nothing: it replaces nothing.
    expect(await readQuarantine(month.workplace.book, parsePeriod(MONTH), FIFTH)).toEqual([]);
  }));

test('a day is asked for once a day until a week after its end, then no more', () =>
  withMonth(async (month) => {
    await collect(month, FIFTH);
    const fetched = () => bucket.asked.filter(({ path }) => /\.parquet(\?|$)/.test(path)).length;
    const before = fetched();
    expect(before).toBeGreaterThan(1);
    expect(await collect(month, FIFTH)).toMatchObject({ landed: 0, present: 2, rejected: 0 });
    expect(fetched()).toBe(before);
    expect(asked(month)).toHaveLength(4);
    await collect(month, SIXTH);
    expect(asked(month).slice(4)).toEqual(['2026-06-01', '2026-06-02', '2026-06-03', '2026-06-04', '2026-06-05']);
    await collect(month, JULY);
    expect(asked(month)).toHaveLength(9 + 30);
    await collect(month, '2026-08-01T06:00:00Z');
    expect(asked(month)).toHaveLength(9 + 30);
  }));

test('what landed is not asked for again when its folder is emptied', () =>
  withMonth(async (month) => {
    await collect(month, JULY);
    rmSync(bucketRoot, { recursive: true });
    expect(await collect(month, '2026-11-01T06:00:00Z')).toMatchObject({ landed: 0, rejected: 0 });
    const again = asked(month).slice(30);
    expect(again).toHaveLength(28);
    expect(again).not.toContain('2026-06-03');
  }));

test('energy of the month is what the records say, counted once however often it was asked for', () =>
  withMonth(async (month) => {
    await closeTiny(month.workplace, MONTH, FIFTH);
    // A minute that arrived late comes with the whole day anew.
    const before = days;
    days = { ...before, '2026-06-01': await writeDay('2026-06-01', 5) };
    await closeTiny(month.workplace, MONTH, SIXTH);
    days = before;
    expect(await energyOf(month)).toEqual([
      { day: '2026-06-01', share: 'idle', joules: 10 },
      { day: '2026-06-01', share: 'unattributed', joules: 15 },
      { day: '2026-06-03', share: 'idle', joules: 8 },
      { day: '2026-06-03', share: 'unattributed', joules: 12 },
    ]);
  }));

test('settings whose names could be more than names are refused', () => {
  const faults = (more: object) => timestreamUnload.optionsFault?.({ ...OPTIONS, ...more });
  expect(faults({})).toBeUndefined();
  expect(faults({ to: 's3://joulebook-test/unload/' })).toBeUndefined();
  expect(faults({ to: "s3://b/'x" })).toBe('plain names and s3://bucket/prefix');
  expect(faults({ kms_key: "arn'" })).toBe('the ARN of a key of KMS');
});

describe('where Timestream does not answer', () => {
  const failing = (type: string, message: string, status = 400): Said => ({
    status,
    body: JSON.stringify({ __type: type, message }),
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type },
  });
  const shortfallsOf = async ({ workplace: { book } }: Month) => {
    const keys = (await book.list('landing/source=hosts/')).map(({ key }) => key);
    const papers = await Promise.all(
      keys.filter((key) => key.endsWith('.shortfall.json')).map((key) => readText(book, key)),
    );
    return papers.map((paper) => JSON.parse(paper ?? '').missing);
  };

  test('what it wrote before lands, the days behind are missing, and the next attempt asks for those alone', () => {
    let isDown = true;
    const trouble: Trouble = (each) =>
      isDown && operationOf(each) === 'Query' && dayOf(each) === '2026-06-03'
        ? failing('ThrottlingException', 'slow down')
        : undefined;
    return withMonth(async (month) => {
      await expect(collect(month, FIFTH)).rejects.toThrow(
        'Cannot ask hosts at timestream-query Query: expected an answer, got ThrottlingException (status 400) in 3 attempts',
      );
      expect(asked(month)).toHaveLength(2 + 3);
      expect(await shortfallsOf(month)).toEqual([
        [expect.objectContaining({ part: '2026-06-03' }), expect.objectContaining({ part: '2026-06-04' })],
      ]);
      isDown = false;
      expect(await collect(month, FIFTH)).toMatchObject({ landed: 1, present: 1, rejected: 0 });
      expect(asked(month).slice(5)).toEqual(['2026-06-03', '2026-06-04']);
    }, trouble);
  });

  test.each([
    ['AccessDeniedException', 'not authorized to perform: timestream:Unload'],
    ['ValidationException', 'The destination bucket is in another region'],
    ['QueryExecutionException', 'Amazon S3 is throttling the writes'],
  ])('%s is told in its own words, without another attempt', (type, words) =>
    withMonth(
      async (month) => {
        await expect(collect(month, FIFTH)).rejects.toThrow(`got ${type}: ${words}`);
        expect(asked(month)).toHaveLength(1);
      },
      (each) => (operationOf(each) === 'Query' ? failing(type, words) : undefined),
    ),
  );

  test('a role that may not ask for the endpoint is told so', () =>
    withMonth(
      async (month) => {
        await expect(collect(month, FIFTH)).rejects.toThrow(
          /got AccessDeniedException: .*timestream:DescribeEndpoints/,
        );
        expect(month.server.asked).toHaveLength(1);
      },
      () => failing('AccessDeniedException', 'not authorized to perform: timestream:DescribeEndpoints'),
    ));

  test('an answer of another kind, and files that are promised and not there, are missing days', () => {
    const odd: Record<string, unknown> = {
      '2026-06-01': { Rows: [], ColumnInfo: [] },
      '2026-06-02': unloadedRow(
        7,
        's3://joulebook-test/unload/month=2026-06/day=2026-06-02/asked=20260605T180000Z-ai.joules/',
      ),
    };
    return withMonth(
      async (month) => {
        await collect(month, FIFTH);
        expect(await shortfallsOf(month)).toEqual([
          [
            {
              part: '2026-06-01',
              reason: expect.stringContaining('expected JSON with one row of rows, metadataFile, manifestFile'),
            },
            { part: '2026-06-02', reason: expect.stringContaining('AEDAG_manifest.json is not there') },
          ],
        ]);
      },
      (each) => {
        const said = operationOf(each) === 'Query' ? odd[dayOf(each) ?? ''] : undefined;
        return said ? json(said) : undefined;
      },
    );
  });
});

describe('the client of Timestream', () => {
  test('asks once where queries go, and sends them there', () =>
    withMonth(async (month) => {
      await collect(month, FIFTH);
      const hosts = month.server.asked.map((each) => `${operationOf(each)} ${each.headers['host']}`);
      expect(hosts[0]).toBe('DescribeEndpoints query.timestream.eu-west-1.amazonaws.com');
      expect(new Set(hosts.slice(1))).toEqual(new Set([`Query ${ENDPOINT}`]));
    }));

  test('asks anew where the endpoint has moved', () => {
    let moved = 1;
    return withMonth(
      async (month) => {
        await collect(month, FIFTH);
        expect(month.server.asked.map(operationOf).slice(0, 4)).toEqual([
          'DescribeEndpoints',
          'Query',
          'DescribeEndpoints',
          'Query',
        ]);
      },
      (each) =>
        operationOf(each) === 'Query' && moved-- > 0
          ? {
              status: 421,
              body: '{"__type":"InvalidEndpointException"}',
              headers: { 'x-amzn-errortype': 'InvalidEndpointException' },
            }
          : undefined,
    );
  });

  test('a query that runs on is followed by its tokens; attempts of one question bear one token of the client', () => {
    let answers = 0;
    return withMonth(
      async (month) => {
        await collect(month, '2026-06-02T06:00:00Z');
        const [first, again, page, last] = month.server.asked
          .filter((each) => operationOf(each) === 'Query')
          .map(inputOf);
        expect(again?.['ClientToken']).toBe(first?.['ClientToken']);
        expect(first?.['ClientToken']).toMatch(/^[\w-]{32,64}$/);
        expect([first, again, page, last].map((input) => input?.['NextToken'])).toEqual([
          undefined,
          undefined,
          't1',
          't2',
        ]);
        expect(page?.['ClientToken']).not.toBe(first?.['ClientToken']);
        expect(new Set([first, page, last].map((input) => input?.['QueryString'])).size).toBe(1);
      },
      (each) => {
        if (operationOf(each) !== 'Query') return undefined;
        const running = { Rows: [], ColumnInfo: [], QueryStatus: { ProgressPercentage: 40 } };
        return [failing500(), json({ ...running, NextToken: 't1' }), json({ ...running, NextToken: 't2' })][answers++];
      },
    );
  });
});

const failing500 = (): Said => ({ status: 500, body: '{"__type":"InternalServerException"}' });

/** Joules by day and share, as the current facts of the month have them. */
async function energyOf({ workplace }: Month) {
  const { book } = workplace;
  const current = currentReceipts(await readReceipts(book, parsePeriod(MONTH), JULY));
  const receipts = current.filter(({ source_id }) => source_id === 'hosts');
  const paths = await Promise.all(receipts.map((receipt) => book.localPath(factKey('fct_energy', receipt))));
  const files = paths.map((path) => `'${path}'`).join(', ');
  return withWarehouse((warehouse) =>
    warehouse.query(
      `SELECT strftime(period_start, '%Y-%m-%d') AS day, share, sum(energy_joules)::DOUBLE AS joules
     FROM read_parquet([${files}]) GROUP BY ALL ORDER BY ALL`,
    ),
  );
}
