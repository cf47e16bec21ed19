import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { HttpCaller } from '../lib/adapters/live/http-caller.ts';
import { PartsCaller } from '../lib/adapters/live/parts-caller.ts';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import { azureCarbonReports } from '../lib/sources/azure-carbon/live/carbon-reports.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { type AnsweringServer, type Asked, type Said, startServer } from './support/answering-server.ts';
import { collectLive, factsOf, filesWith, type LiveMonth, landedOf } from './support/live-collect.ts';
import { edgesTo, PLANTED } from './support/live-edges.ts';
import { describeShared } from './support/shared.ts';
import { tempFolder } from './support/temp-folder.ts';

const JULY = '2026-07-22T06:00:00Z';
const OPTIONS = { subscriptions: 'S-2, s-1', scope_2_method: 'market' };
const folder = tempFolder();

interface Body {
  readonly carbonScopeList: readonly [string];
  readonly subscriptionList: readonly string[];
  readonly skipToken?: string;
}

const bodyOf = ({ body }: Asked): Body => JSON.parse(body.toString());

interface Try extends LiveMonth {
  readonly server: AnsweringServer;
}

/** The provider before a server that says `answer`, with a token that Entra gave. */
async function withLive<Result>(
  answer: (asked: Asked, before: number) => Said,
  use: (tried: Try) => Promise<Result>,
  options: Readonly<Record<string, string>> = OPTIONS,
): Promise<Result> {
  const server = await startServer(answer);
  const edges = edgesTo(server.url, { azureToken: async (scope) => `${PLANTED} for ${scope}` });
  const caller = new PartsCaller(new HttpCaller(edges));
  const live = {
    folder: mkdtempSync(join(folder, 'month-')),
    provider: azureCarbonReports,
    month: '2026-06',
    options,
    caller,
  };
  try {
    return await use({ ...live, server });
  } finally {
    await server.stop();
  }
}

function machine(subscriptionId: string, latestMonthEmissions: number) {
  const resourceType = 'microsoft.compute/virtualmachines';
  return {
    dataType: 'ResourceItemDetailsData',
    subscriptionId,
    resourceType,
    location: 'west us 2',
    latestMonthEmissions,
  };
}

/** One machine of each subscription, 1 kg in Scope 1, 2 kg in Scope 2, 3 kg in Scope 3, one item a page. */
function reports(asked: Asked): Said {
  const { carbonScopeList, subscriptionList, skipToken } = bodyOf(asked);
  const page = Number(skipToken ?? 0);
  const decisions = subscriptionList.map((subscriptionId) => ({ subscriptionId, decision: 'Allowed' }));
  const value = [machine(subscriptionList[page] ?? '', Number(carbonScopeList[0].slice(-1)))];
  const more = page + 1 < subscriptionList.length ? { skipToken: `${page + 1}` } : {};
  return { status: 200, body: JSON.stringify({ value, subscriptionAccessDecisionList: decisions, ...more }, null, 2) };
}

describe('azure-carbon', () => {
  test('asks for each scope by itself and for every page, signed for the management API', () =>
    withLive(reports, async (live) => {
      const outcome = await collectLive(live, JULY);
      expect(outcome).toMatchObject({ landed: 1, rejected: 0 });
      const { asked } = live.server;
      expect(asked.map((each) => [bodyOf(each).carbonScopeList, bodyOf(each).skipToken])).toEqual([
        [['Scope1'], undefined],
        [['Scope1'], '1'],
        [['Scope2'], undefined],
        [['Scope2'], '1'],
        [['Scope3'], undefined],
        [['Scope3'], '1'],
      ]);
      expect(JSON.parse(asked[0]?.body.toString() ?? '')).toEqual({
        reportType: 'ItemDetailsReport',
        subscriptionList: ['s-1', 's-2'],
        carbonScopeList: ['Scope1'],
        dateRange: { start: '2026-06-01', end: '2026-06-01' },
        categoryType: 'Resource',
        orderBy: 'LatestMonthEmissions',
        sortDirection: 'Desc',
        pageSize: 5000,
      });
      expect(asked[0]).toMatchObject({
        method: 'POST',
        path: '/providers/Microsoft.Carbon/carbonEmissionReports?api-version=2025-04-01',
        headers: { authorization: `Bearer ${PLANTED} for https://management.azure.com/.default` },
      });
    }));

  test('lands the scopes together, and each in its own column', () =>
    withLive(reports, async (live) => {
      await collectLive(live, JULY);
      const rows = await factsOf(
        live,
        'fct_provider_emissions',
        'SELECT account_id, region_id, scope_1_gco2e::INTEGER AS one, scope_2_market_gco2e::INTEGER AS two, scope_2_location_gco2e AS other, scope_3_gco2e::INTEGER AS three, total_market_gco2e::INTEGER AS total FROM facts',
      );
      const known = { region_id: 'westus2', one: 1000, two: 2000, other: null, three: 3000, total: 6000 };
      expect(rows).toEqual([
        { account_id: 's-1', ...known },
        { account_id: 's-2', ...known },
      ]);
      expect(filesWith(live.folder, PLANTED)).toEqual([]);
      const [receipt] = await landedOf(live);
      expect(receipt).toMatchObject({ origin: 'live/2026-06-part-1.json', contract: { shape: 'reports-by-scope' } });
    }));

  test('asks again until the month is final, and lands the same answer once', () =>
    withLive(reports, async (live) => {
      await collectLive(live, JULY);
      await collectLive(live, '2026-10-01T00:00:00Z');
      const asked = live.server.asked.length;
      const later = await collectLive(live, '2026-11-01T00:00:00Z');
      expect([asked, live.server.asked.length, later.landed, (await landedOf(live)).length]).toEqual([12, 12, 0, 1]);
    }));

  test('lands nothing of a report whose last scope is missing: a part would count as the whole', () =>
    withLive(
      (asked) => (bodyOf(asked).carbonScopeList[0] === 'Scope3' ? { status: 429 } : reports(asked)),
      async (live) => {
        const failure = await collectLive(live, JULY).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(SourceUnavailable);
        expect(String(failure)).toContain('status 429 in 3 attempts');
        expect(await landedOf(live)).toEqual([]);
      },
    ));

  test('a refused identity is told without its token', () =>
    withLive(
      () => ({ status: 401, body: `{"error":{"code":"InvalidAuthenticationToken","message":"${PLANTED}"}}` }),
      async (live) => {
        const failure = await collectLive(live, JULY).catch((error: unknown) => error);
        expect(String(failure)).toMatch(/status 401: it refuses the workload identity/);
        expect(String(failure)).not.toContain(PLANTED);
      },
    ));

  test('pages that never end are given up', () =>
    withLive(
      () => ({ status: 200, body: '{"value":[],"skipToken":"again"}' }),
      async (live) => {
        await expect(collectLive(live, JULY)).rejects.toThrow('expected at most 200 pages, got more');
      },
    ));

  test('puts an error in place of a report into quarantine', () =>
    withLive(
      () => ({ status: 200, body: '{"error":{"code":"BadRequest"}}' }),
      async (live) => expect(await collectLive(live, JULY)).toMatchObject({ landed: 0, rejected: 1 }),
    ));

  test('asks for a month when it has ended, a hundred subscriptions at a time', () => {
    const period = parsePeriod('2026-06');
    const subscriptions = Array.from({ length: 101 }, (_, at) => `s-${at}`).join(',');
    expect(azureCarbonReports.ask({ period, asOf: '2026-06-30T23:59:59Z', options: OPTIONS })).toEqual([]);
    const questions = azureCarbonReports.ask({ period, asOf: JULY, options: { ...OPTIONS, subscriptions } });
    expect(questions.map(({ name }) => name)).toEqual(['2026-06-part-1.json', '2026-06-part-2.json']);
  });
});

describeShared('answers of the API specification', 'recorded/billing-azure/azure-carbon-api', (recorded) => {
  const answer = (name: string) => {
    const { responses } = JSON.parse(readFileSync(join(recorded, `2025-10-01__${name}.json`), 'utf8'));
    return responses['200'].body;
  };
  const byResource = answer('queryCarbonEmissionsResourceItemDetailsReportWithPaginationToken');
  const { skipToken: _, ...lastPage } = byResource;

  test('by resource land, and denied subscriptions are named', () =>
    withLive(
      () => ({ status: 200, body: JSON.stringify(lastPage) }),
      async (live) => {
        const { landed, remarks } = await collectLive(live, JULY);
        expect(landed).toBe(1);
        expect(remarks.filter((remark) => remark.includes('Azure denies access'))).toEqual(
          [6, 7, 8].map((id) =>
            expect.stringContaining(`subscription 00000000-0000-0000-0000-00000000000${id} is missing`),
          ),
        );
        expect(filesWith(live.folder, '"part": "subscription 00000000-0000-0000-0000-000000000006"')).toEqual([
          expect.stringMatching(/-00003\.shortfall\.json$/),
        ]);
        const items = (byResource.value as readonly { latestMonthEmissions: number }[]).length;
        const rows = await factsOf(
          live,
          'fct_provider_emissions',
          'SELECT region_id, service_name, sum(total_market_gco2e)::INTEGER AS total FROM facts GROUP BY ALL',
        );
        expect(rows).toEqual([
          { region_id: 'eastus', service_name: 'microsoft.storage/storageaccounts', total: items * 300 },
        ]);
      },
    ));

  test('by location are refused: they do not say which subscription', () =>
    withLive(
      () => ({ status: 200, body: JSON.stringify(answer('queryCarbonEmissionsLocationItemDetailsReport')) }),
      async (live) => expect(await collectLive(live, JULY)).toMatchObject({ landed: 0, rejected: 1 }),
    ));

  test('of denied subscriptions alone are refused', () =>
    withLive(
      () => ({
        status: 200,
        body: JSON.stringify({
          value: [],
          subscriptionAccessDecisionList: [{ subscriptionId: 's-1', decision: 'Denied' }],
        }),
      }),
      async (live) => {
        const { rejected, remarks } = await collectLive(live, JULY);
        expect(rejected).toBe(1);
        expect(remarks.join()).toContain('no access to s-1');
      },
    ));
});
