import { join } from 'node:path';

import { readReceipts } from '../lib/landing/receipts.ts';
import { parsePeriod } from '../lib/units/period.ts';
import type { Asked, Said } from './support/answering-server.ts';
import { type Company, collectAt, factsAt, folder, withSources } from './support/asking-company.ts';
import { type Answering, inputOf, json, plantCredentials } from './support/aws-server.ts';
import { writeBill } from './support/tiny-company.ts';

/** Sources that ask AWS, through the real SDK clients, against a server that says what the API references document. */
plantCredentials();

const period = parsePeriod('2026-06');
const MID_JUNE = '2026-06-20T06:00:00Z';
const JULY = '2026-07-22T06:00:00Z';
const AUGUST = '2026-08-22T06:00:00Z';

describe('Cost Explorer', () => {
  const COSTS = { id: 'costs', kind: 'aws-cost-explorer', live: { provider: 'aws-cost-explorer' } };
  const group = (usage: string, cost: string) => ({
    Keys: [usage, 'Usage'],
    Metrics: {
      UnblendedCost: { Amount: cost, Unit: 'USD' },
      AmortizedCost: { Amount: cost, Unit: 'USD' },
      UsageQuantity: { Amount: '24', Unit: 'Hrs' },
    },
  });
  interface Input {
    readonly TimePeriod: { readonly Start: string; readonly End: string };
    readonly NextPageToken?: string;
  }
  const GroupDefinitions = [
    { Type: 'DIMENSION', Key: 'USAGE_TYPE' },
    { Type: 'DIMENSION', Key: 'RECORD_TYPE' },
  ];
  const answerOf = (days: readonly string[]) => ({
    GroupDefinitions,
    ResultsByTime: days.map((Start) => ({
      TimePeriod: { Start, End: daysBetween(Start, '2099-01-01')[1] ?? '' },
      Total: {},
      Groups: [group('EU-BoxUsage:p4d.24xlarge', '10'), group('EU-BoxUsage:m5.large', '1')],
      Estimated: true,
    })),
    DimensionValueAttributes: [],
  });
  const daysAsked = (asked: Asked) => {
    const { TimePeriod } = inputOf(asked) as unknown as Input;
    return daysBetween(TimePeriod.Start, TimePeriod.End);
  };
  /** As documented: a day each from Start to End; of more than ten the second half on a page of its own. */
  const costs: Answering = (asked) => {
    const { TimePeriod, NextPageToken } = inputOf(asked) as unknown as Input;
    const days = daysAsked(asked);
    if (days.length <= 10) return json(answerOf(days));
    if (NextPageToken) return json(answerOf(days.slice(days.length / 2)));
    return json({ ...answerOf(days.slice(0, days.length / 2)), NextPageToken: `after-${TimePeriod.End}` });
  };

  test('asks for complete days, page by page, counts each call, and says what is estimated', () =>
    withSources([COSTS], costs, async (company) => {
      const report = await collectAt(company, 'costs', MID_JUNE);
      expect(report).toMatchObject({ landed: 2, rejected: 0 });
      expect(report.remarks).toContain('costs: 2026-06.json: 9 of 9 days are estimated by AWS');
      expect(inputOf(company.server.asked[0] as Asked)).toMatchObject({
        TimePeriod: { Start: '2026-06-01', End: '2026-06-20' },
        Granularity: 'DAILY',
        Metrics: ['UnblendedCost', 'AmortizedCost', 'UsageQuantity'],
      });
      expect(inputOf(company.server.asked[1] as Asked)).toMatchObject({ NextPageToken: 'after-2026-06-20' });
      const counted = await company.workplace.book.read('calls/source=costs/2026-06.json');
      expect(JSON.parse(Buffer.from(counted ?? []).toString())).toEqual({ calls: 2, usd: 0.02 });
      const rows = await factsAt(
        company,
        'fct_cost',
        'count(*)::VARCHAR AS days, sum(effective_cost)::INT AS cost',
        MID_JUNE,
      );
      expect(rows).toEqual([{ days: '19', cost: 190 }]);
    }));

  test('stops at the limit of calls, and what was answered has landed', () =>
    withSources([{ ...COSTS, live: { ...COSTS.live, max_calls: 1 } }], costs, async (company) => {
      await expect(collectAt(company, 'costs', MID_JUNE)).rejects.toThrow('at most 1 calls a month');
      expect(company.server.asked).toHaveLength(1);
      expect(await readReceipts(company.workplace.book, period, MID_JUNE)).toHaveLength(1);
    }));

  const throttled: Said = {
    status: 400,
    body: '{"__type":"LimitExceededException","message":"slow down"}',
    headers: { 'x-amzn-errortype': 'LimitExceededException' },
  };
  const callsCounted = async ({ workplace }: Company): Promise<unknown> =>
    JSON.parse(Buffer.from((await workplace.book.read('calls/source=costs/2026-06.json')) ?? []).toString());

  test('a request that is made again counts again: AWS bills requests', () =>
    withSources(
      [COSTS],
      (asked, before) => (before === 0 ? throttled : costs(asked, before)),
      async (company) => {
        await collectAt(company, 'costs', MID_JUNE);
        expect([company.server.asked.length, await callsCounted(company)]).toEqual([3, { calls: 3, usd: 0.03 }]);
      },
    ));

  test('no request is made again beyond the limit', () =>
    withSources(
      [{ ...COSTS, live: { ...COSTS.live, max_calls: 2 } }],
      () => throttled,
      async (company) => {
        await expect(collectAt(company, 'costs', MID_JUNE)).rejects.toThrow('at most 2 calls a month');
        expect([company.server.asked.length, await callsCounted(company)]).toEqual([2, { calls: 2, usd: 0.02 }]);
      },
    ));

  test('a month that is closed costs no call', () =>
    withSources([COSTS], costs, async (company) => {
      await collectAt(company, 'costs', JULY);
      const calls = company.server.asked.length;
      await collectAt(company, 'costs', AUGUST);
      expect(calls).toBe(2);
      expect(company.server.asked).toHaveLength(calls);
    }));

  test('a page that a later answer no longer has counts no more, and one that comes back counts again', () => {
    let pages: Answering = costs;
    const onePage: Answering = (asked) => json(answerOf(daysAsked(asked)));
    return withSources(
      [COSTS],
      (asked, before) => pages(asked, before),
      async (company) => {
        const days = async (asOf: string) => {
          await collectAt(company, 'costs', asOf);
          const columns = 'count(DISTINCT charge_period_start)::VARCHAR AS days, count(*)::VARCHAR AS lines';
          return factsAt(company, 'fct_cost', columns, asOf);
        };
        expect(await days('2026-06-20T06:00:00Z')).toEqual([{ days: '19', lines: '19' }]);
        pages = onePage;
        expect(await days('2026-06-20T07:00:00Z')).toEqual([{ days: '19', lines: '19' }]);
        pages = costs;
        expect(await days('2026-06-20T08:00:00Z')).toEqual([{ days: '19', lines: '19' }]);
      },
    );
  });

  test('days that the export covers are neither asked for nor counted, in whatever order they land', async () => {
    const path = join(folder, 'inputs', 'late-bill', 'june.parquet');
    await writeBill(path, [
      { start: '2026-06-01T00:00:00Z', type: 'p4d.24xlarge', cost: 7 },
      { start: '2026-06-17T22:00:00Z', type: 'p4d.24xlarge', cost: 7 },
    ]);
    const sources = [{ id: 'bill', kind: 'aws-cur2', path: './inputs/late-bill' }, COSTS];
    const told = async (order: readonly string[]) =>
      withSources(sources, costs, async (company) => {
        for (const id of order) await collectAt(company, id, MID_JUNE);
        const columns = 'source_id, charge_period_start::VARCHAR AS day, effective_cost::INT AS cost';
        return {
          rows: await factsAt(company, 'fct_cost', columns, MID_JUNE),
          asked: company.server.asked.map(inputOf),
        };
      });
    const exportFirst = await told(['bill', 'costs']);
    const exportLast = await told(['costs', 'bill']);
    expect(exportFirst.asked).toMatchObject([{ TimePeriod: { Start: '2026-06-18', End: '2026-06-20' } }]);
    expect(exportLast.asked).toHaveLength(2);
    expect(exportLast.rows).toEqual(exportFirst.rows);
    expect(exportFirst.rows).toEqual([
      { source_id: 'bill', day: '2026-06-01 00:00:00', cost: 7 },
      { source_id: 'bill', day: '2026-06-17 22:00:00', cost: 7 },
      { source_id: 'costs', day: '2026-06-18 00:00:00', cost: 10 },
      { source_id: 'costs', day: '2026-06-19 00:00:00', cost: 10 },
    ]);
  });
});

describe('Sustainability API', () => {
  const CARBON = { id: 'carbon', kind: 'aws-carbon', live: { provider: 'aws-sustainability' } };
  const result = (service: string) => ({
    TimePeriod: { Start: '2026-06-01T00:00:00Z', End: '2026-07-01T00:00:00Z' },
    DimensionsValues: { USAGE_ACCOUNT_ID: '111122223333', REGION: 'eu-west-1', SERVICE: service },
    ModelVersion: 'v3.0.0',
    EmissionsValues: { TOTAL_MBM_CARBON_EMISSIONS: { Value: 0.5, Unit: 'MTCO2e' } },
  });

  test('asks signed, page by page, and not before the month has ended', () =>
    withSources(
      [CARBON],
      (asked) =>
        inputOf(asked)['NextToken']
          ? json({ Results: [result('AmazonS3')] })
          : json({ Results: [result('AmazonEC2')], NextToken: 'two' }),
      async (company) => {
        await collectAt(company, 'carbon', MID_JUNE);
        expect(company.server.asked).toEqual([]);
        expect(await collectAt(company, 'carbon', JULY)).toMatchObject({ landed: 2, rejected: 0 });
        const [first] = company.server.asked;
        expect(first).toMatchObject({ method: 'POST', path: '/v1/estimated-carbon-emissions' });
        expect(String(first?.headers['authorization'])).toMatch(/\/us-east-1\/sustainability\/aws4_request/);
        const columns = 'service_name, total_market_gco2e::INT AS grams';
        expect(await factsAt(company, 'fct_provider_emissions', columns, JULY)).toEqual([
          { service_name: 'AmazonEC2', grams: 500000 },
          { service_name: 'AmazonS3', grams: 500000 },
        ]);
      },
    ));
});

/** `2026-06-01` to `2026-06-03` are the first two days of June. */
function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = new Date(`${from}T00:00:00Z`); day < new Date(`${to}T00:00:00Z`) && days.length < 40; ) {
    days.push(day.toISOString().slice(0, 10));
    day = new Date(day.getTime() + 24 * 3_600_000);
  }
  return days;
}
