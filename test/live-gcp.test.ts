import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

import { SourceUnavailable } from '../lib/landing/origin.ts';
import { gcpBillingBigquery } from '../lib/sources/gcp-billing/live/billing-bigquery.ts';
import { gcpCarbonBigquery } from '../lib/sources/gcp-carbon/live/carbon-bigquery.ts';
import type { LiveProvider } from '../lib/sources/live.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { BigQueryProcess } from './support/bigquery-process.ts';
import { type AskedOfGoogle, type GoogleServer, startGoogle } from './support/bigquery-server.ts';
import { collectLive, factsOf, type LiveMonth, landedOf } from './support/live-collect.ts';
import { tempFolder } from './support/temp-folder.ts';

const JULY = '2026-07-22T06:00:00Z';
const folder = tempFolder();
const AUDIENCE = '//iam.googleapis.com/projects/1234/locations/global/workloadIdentityPools/aws/providers/books';
const OPTIONS = { project: 'books', dataset: 'exports', audience: AUDIENCE };
const BILLING = { ...OPTIONS, table: 'gcp_billing_export_resource_v1_0A' };
const AWS = {
  AWS_ACCESS_KEY_ID: 'AKIDTEST',
  AWS_SECRET_ACCESS_KEY: 'planted-aws-key',
  AWS_SESSION_TOKEN: 'planted-session',
  AWS_REGION: 'eu-west-1',
};
const bigQuery = new BigQueryProcess(AWS);

afterAll(() => bigQuery.stop());

/** Table carbon_footprint in its documented schema: `rows` projects in May and in June. */
function footprints(rows: number): string {
  return `
    SELECT month::DATE AS usage_month, 'BA' AS billing_account_id, {'id': 'p-' || n, 'number': n::VARCHAR} AS project,
           {'description': 'Compute Engine', 'id': 'X'} AS service, {'location': 'europe-west2-a', 'region': 'europe-west2'} AS location,
           14 AS carbon_model_version,
           {'scope1': 0.5, 'scope2': {'location_based': 2.5, 'market_based': 1.25}, 'scope3': 0.25} AS carbon_footprint_kgCO2e,
           {'location_based': 3.25, 'market_based': 2.0} AS carbon_footprint_total_kgCO2e
    FROM range(${rows}) AS project (n), (VALUES ('2026-05-01'), ('2026-06-01')) AS months (month)`;
}

/** The detailed billing export in its documented schema: an hour of use each, in the partition of its UTC day or of another. */
const linesOf = (late = '') => `
    SELECT partition::TIMESTAMP AS _PARTITIONTIME, used::TIMESTAMP AS usage_start_time, used::TIMESTAMP + INTERVAL 1 HOUR AS usage_end_time,
           partition::TIMESTAMP + INTERVAL 5 HOUR AS export_time, 'BA' AS billing_account_id,
           {'id': 'p-1', 'labels': [{'key': 'env', 'value': 'prod'}]} AS project,
           {'id': 'S', 'description': 'Compute Engine'} AS service, {'id': 'SKU', 'description': 'N2 Instance Core running in London'} AS sku,
           {'region': 'europe-west2', 'location': 'europe-west2'} AS location, {'name': 'm', 'global_name': '//compute/m'} AS resource,
           cost, 'USD' AS currency, cost + 1 AS cost_at_list, 'regular' AS cost_type,
           {'amount': 28800.0, 'unit': 'seconds', 'amount_in_pricing_units': 8.0, 'pricing_unit': 'hour'} AS usage,
           [{'name': 'Promo', 'amount': -0.25}] AS credits, [{'key': 'team', 'value': 'chat'}] AS labels,
           [{'key': 'compute.googleapis.com/machine_spec', 'value': 'n2-standard-8'}] AS system_labels
    FROM (VALUES ('2026-06-01', '2026-05-31 23:00:00', 100.0::DOUBLE), ('2026-06-01', '2026-06-01 00:00:00', 1.0),
                 ('2026-06-02', '2026-06-01 23:00:00', 2.0), ('2026-07-03', '2026-06-30 23:00:00', 4.0),
                 ('2026-07-03', '2026-07-01 00:00:00', 200.0)${late}) AS line (partition, used, cost)`;

const TABLES = {
  'books.exports.carbon_footprint': footprints(2),
  'books.exports.gcp_billing_export_resource_v1_0A': linesOf(),
};

interface Try extends LiveMonth {
  readonly google: GoogleServer;
}

interface Given {
  readonly provider: LiveProvider;
  readonly options?: Readonly<Record<string, string>>;
  readonly tables?: Readonly<Record<string, string>>;
  readonly refuse?: Parameters<typeof startGoogle>[1];
}

/** A provider before a stand-in for Google, over a fresh book. */
async function withGoogle<Result>(
  { provider, options = OPTIONS, tables = TABLES, refuse }: Given,
  use: (tried: Try) => Promise<Result>,
) {
  const google = await startGoogle(tables, refuse);
  const live = { folder: mkdtempSync(join(folder, 'month-')), provider, month: '2026-06', options };
  try {
    return await use({ ...live, caller: bigQuery.callerFor({ server: google.url, options }), google });
  } finally {
    await google.stop();
  }
}

const isJob = ({ method, path }: AskedOfGoogle) => method === 'POST' && path.includes('/projects/books/jobs');
const jobsOf = ({ google }: Try) => google.asked.filter(isJob).map(({ body }) => JSON.parse(body).configuration);

async function failureOf(live: Try): Promise<string> {
  const failure = await collectLive(live, JULY).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SourceUnavailable);
  expect(String(failure)).not.toMatch(/planted|what Google wrote|federated-token/);
  return failure instanceof Error ? failure.message : '';
}

describe('gcp-carbon-bigquery', () => {
  test('asks for the partition of the month under a ceiling, and lands its rows in grams', () =>
    withGoogle({ provider: gcpCarbonBigquery }, async (live) => {
      expect(await collectLive(live, JULY)).toMatchObject({ landed: 1, rejected: 0 });
      expect(jobsOf(live)).toEqual([
        {
          jobTimeoutMs: '60000',
          query: expect.objectContaining({
            query: expect.stringContaining('FROM `books.exports.carbon_footprint`'),
            maximumBytesBilled: `${100 * 2 ** 30}`,
            useLegacySql: false,
            parameterMode: 'named',
            queryParameters: [
              { name: 'month', parameterType: { type: 'STRING' }, parameterValue: { value: '2026-06-01' } },
            ],
          }),
        },
      ]);
      const rows = await factsOf(
        live,
        'fct_provider_emissions',
        'SELECT account_id, region_id, scope_2_market_gco2e::INTEGER AS market, total_location_gco2e::INTEGER AS total, model_version FROM facts',
      );
      const known = { region_id: 'europe-west2', market: 1250, total: 3250, model_version: '14' };
      expect(rows).toEqual([
        { account_id: 'p-0', ...known },
        { account_id: 'p-1', ...known },
      ]);
      expect((await landedOf(live)).map(({ contract }) => contract.shape)).toEqual(['json-lines']);
    }));

  test('waits for the query, turns every page, and lands the same table once', () =>
    withGoogle(
      { provider: gcpCarbonBigquery, tables: { 'books.exports.carbon_footprint': footprints(25_000) } },
      async (live) => {
        await collectLive(live, JULY);
        const again = await collectLive(live, '2026-07-23T06:00:00Z');
        const [receipt] = await landedOf(live);
        expect(receipt?.contract.rows).toBe(25_000);
        expect(live.google.asked.filter(({ method }) => method === 'GET')).toHaveLength(6);
        expect(again).toMatchObject({ landed: 0, present: 1 });
      },
    ));

  test('without a key: a signed question to AWS becomes a token of Google, and that of the service account', () =>
    withGoogle(
      { provider: gcpCarbonBigquery, options: { ...OPTIONS, service_account: 'books@books.iam.gserviceaccount.com' } },
      async (live) => {
        await collectLive(live, JULY);
        const [exchange, impersonation, job] = live.google.asked;
        const sent = new URLSearchParams(exchange?.body);
        expect(sent.get('audience')).toBe(AUDIENCE);
        expect(sent.get('subject_token_type')).toBe('urn:ietf:params:aws:token-type:aws4_request');
        const signed = JSON.parse(decodeURIComponent(sent.get('subject_token') ?? ''));
        expect(signed.url).toBe('https://sts.eu-west-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15');
        expect(JSON.stringify(signed)).not.toContain('planted-aws-key');
        expect(impersonation?.path).toBe(
          '/v1/projects/-/serviceAccounts/books@books.iam.gserviceaccount.com:generateAccessToken',
        );
        expect(job?.authorization).toBe('Bearer impersonated-token');
      },
    ));

  test('asks for nothing before the month has ended', () => {
    const period = parsePeriod('2026-06');
    expect(gcpCarbonBigquery.ask({ period, asOf: '2026-06-30T12:00:00Z', options: OPTIONS })).toEqual([]);
  });

  test('takes no name for a table that could be more than a name', () => {
    const period = parsePeriod('2026-06');
    const ask = (options: Readonly<Record<string, string>>) => () =>
      gcpCarbonBigquery.ask({ period, asOf: JULY, options });
    expect(ask({ ...OPTIONS, table: 'a` WHERE TRUE --' })).toThrow('Cannot ask BigQuery: expected the name of a table');
    expect(ask({ ...OPTIONS, dataset: 'elsewhere.exports' })()[0]).toMatchObject({
      call: { project: 'books', sql: expect.stringContaining('`elsewhere.exports.carbon_footprint`') },
    });
  });
});

describe('gcp-billing-bigquery', () => {
  test('reads each partition, and finds the late rows of the month', () =>
    withGoogle({ provider: gcpBillingBigquery, options: BILLING }, async (live) => {
      await collectLive(live, '2026-06-04T06:00:00Z');
      const inJune = jobsOf(live).length;
      await collectLive(live, JULY);
      const arrivals = (await landedOf(live)).map(({ origin }) => origin);
      expect(arrivals.sort()).toEqual(
        ['2026-06-01', '2026-06-02', '2026-07-03'].map((day) => `live/arrived-${day}.jsonl`),
      );
      expect(inJune).toBe(5);
      const rows = await factsOf(
        live,
        'fct_cost',
        'SELECT billed_cost::DOUBLE AS billed, list_cost::DOUBLE AS list, driver_quantity::DOUBLE AS hours, resource_id, tags::VARCHAR AS tags FROM facts',
      );
      const known = { hours: 1, resource_id: '//compute/m', tags: '{env=prod, team=chat}' };
      expect(rows).toEqual([
        { billed: 0.75, list: 2, ...known },
        { billed: 1.75, list: 3, ...known },
        { billed: 3.75, list: 5, ...known },
      ]);
    }));

  test('asks for one partition and the use of the month', () =>
    withGoogle({ provider: gcpBillingBigquery, options: BILLING }, async (live) => {
      await collectLive(live, '2026-06-01T06:00:00Z');
      const [{ query }] = jobsOf(live);
      expect(query.query).toContain('_PARTITIONTIME = CAST(@partition AS TIMESTAMP)');
      const values = query.queryParameters.map(
        (each: { parameterValue: { value: string } }) => each.parameterValue.value,
      );
      expect(values).toEqual(['2026-05-31T00:00:00Z', '2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z']);
    }));

  test('waits for late rows until a month after the month', () => {
    const questions = gcpBillingBigquery.ask({
      period: parsePeriod('2026-06'),
      asOf: '2027-01-01T00:00:00Z',
      options: BILLING,
    });
    expect([questions.length, questions.at(-1)?.name]).toEqual([62, 'arrived-2026-07-31.jsonl']);
    expect(new Set(questions.map(({ finalAfter }) => finalAfter))).toEqual(new Set(['2026-08-01T00:00:00Z']));
  });

  test('a row that arrives weeks later in the partition of its use is found', async () => {
    const table = 'books.exports.gcp_billing_export_resource_v1_0A';
    const given = { provider: gcpBillingBigquery, options: BILLING };
    const at = mkdtempSync(join(folder, 'month-'));
    const billed = (late: string, asOf: string) =>
      withGoogle({ ...given, tables: { [table]: linesOf(late) } }, async (live) => {
        await collectLive({ ...live, folder: at }, asOf);
        return factsOf({ ...live, folder: at }, 'fct_cost', 'SELECT sum(billed_cost)::DOUBLE AS billed FROM facts');
      });
    expect(await billed('', '2026-07-05T06:00:00Z')).toEqual([{ billed: 6.25 }]);
    expect(await billed(", ('2026-06-01', '2026-06-01 05:00:00', 8.0)", JULY)).toEqual([{ billed: 14 }]);
  });
});

describe('a bad day of BigQuery', () => {
  const refusing = (status: number, reason?: string, times = 99): Given => {
    let refused = 0;
    return {
      provider: gcpCarbonBigquery,
      refuse: (asked) => (isJob(asked) && refused++ < times ? { status, ...(reason && { reason }) } : undefined),
    };
  };

  test('a passing limit is waited for', () =>
    withGoogle(refusing(403, 'rateLimitExceeded', 2), async (live) => {
      expect((await collectLive(live, JULY)).landed).toBe(1);
      expect(bigQuery.waits).toEqual([500, 1000]);
    }));

  test.each([
    [429, undefined, 'status 429', 3],
    [503, 'backendError', 'backendError', 3],
    [403, 'quotaExceeded', 'quotaExceeded: a quota of the project is used up', 1],
    [
      400,
      'bytesBilledLimitExceeded',
      'bytesBilledLimitExceeded: the query would be billed for more than max_gib_billed',
      1,
    ],
    [403, 'accessDenied', 'accessDenied: the identity lacks bigquery.jobs.create', 1],
    [404, 'notFound', 'notFound: there is no such project, dataset or table', 1],
  ])('status %i, %s is told as it is', (status, reason, words, attempts) =>
    withGoogle(refusing(status, reason), async (live) => {
      expect(await failureOf(live)).toContain(`Cannot ask live at BigQuery: expected an answer, got ${words}`);
      expect(jobsOf(live)).toHaveLength(attempts);
    }),
  );

  test('an identity that Google refuses is told without what was signed', () =>
    withGoogle(
      { provider: gcpCarbonBigquery, refuse: ({ path }) => (path === '/v1/token' ? { status: 401 } : undefined) },
      async (live) => {
        expect(await failureOf(live)).toContain('status 401');
        expect(jobsOf(live)).toEqual([]);
      },
    ));

  test('a ceiling that is no number is refused before anything is asked', () =>
    withGoogle({ provider: gcpCarbonBigquery, options: { ...OPTIONS, max_gib_billed: 'unlimited' } }, async (live) => {
      expect(await failureOf(live)).toContain('max_gib_billed of unlimited, which is no whole number of gibibytes');
      expect(jobsOf(live)).toEqual([]);
    }));

  test('an answer that is larger than the limit is given up', () =>
    withGoogle({ provider: gcpCarbonBigquery }, async (live) => {
      const caller = bigQuery.callerFor({ server: live.google.url, options: live.options, maxBytes: 100 });
      await expect(collectLive({ ...live, caller }, JULY)).rejects.toThrow('an answer of more than 100 bytes');
    }));
});
