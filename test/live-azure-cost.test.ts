import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

import { HttpCaller } from '../lib/adapters/live/http-caller.ts';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import { azureConsumption } from '../lib/sources/azure-cost/live/usage-details.ts';
import { type AnsweringServer, type Asked, type Said, startServer } from './support/answering-server.ts';
import { collectLive, factsOf, filesWith, type LiveMonth, landedOf } from './support/live-collect.ts';
import { edgesTo, type LiveEdges, PLANTED } from './support/live-edges.ts';
import { tempFolder } from './support/temp-folder.ts';

const JULY = '2026-07-22T06:00:00Z';
const LEGACY = { scopes: 'subscriptions/s-2; /subscriptions/s-1/', agreement: 'legacy' };
const MODERN = { scopes: 'providers/Microsoft.Billing/billingAccounts/1:2/billingProfiles/p', agreement: 'modern' };
const folder = tempFolder();

interface Try extends LiveMonth {
  readonly server: AnsweringServer;
  readonly edges: LiveEdges;
}

/** The provider before a server that says `answer`, with a token that Entra gave. */
async function withLive<Result>(
  answer: (asked: Asked, before: number) => Said,
  use: (tried: Try) => Promise<Result>,
  options: Readonly<Record<string, string>> = LEGACY,
): Promise<Result> {
  const server = await startServer(answer);
  const edges = edgesTo(server.url, { azureToken: async (scope) => `${PLANTED} for ${scope}` });
  const live = {
    folder: mkdtempSync(join(folder, 'month-')),
    provider: azureConsumption,
    month: '2026-06',
    options,
    caller: new HttpCaller(edges),
  };
  try {
    return await use({ ...live, server, edges });
  } finally {
    await server.stop();
  }
}

const scopeOf = ({ path }: Asked) => /subscriptions\/(s-\d)/.exec(path)?.[1] ?? '';
const pageOf = ({ path }: Asked) => Number(new URL(path, 'http://localhost').searchParams.get('$skiptoken') ?? 1);

function charge(subscriptionId: string, day: number, meterDetails: unknown = METER) {
  const date = `2026-06-${String(day).padStart(2, '0')}T00:00:00.0000000Z`;
  const money = { cost: day, billingCurrency: 'USD', quantity: 24, chargeType: 'Usage' };
  return { kind: 'legacy', properties: { ...money, date, subscriptionId, resourceLocation: 'uksouth', meterDetails } };
}

const COSTS = 'SELECT count(*)::VARCHAR AS rows, sum(effective_cost)::DECIMAL(18, 2)::VARCHAR AS cost FROM facts';
const METER = { meterCategory: 'Virtual Machines', meterName: 'NC24ads A100 v4', unitOfMeasure: '1 Hour' };

/** Two pages of one charge for each subscription, as documented: the next page is an address. */
function details(asked: Asked, empty?: number): Said {
  const [scope, page] = [scopeOf(asked), pageOf(asked)];
  const nextLink = `https://management.azure.com/subscriptions/${scope}/providers/Microsoft.Consumption/usageDetails?$skiptoken=2`;
  return json({ value: page === empty ? [] : [charge(scope, page)], ...(page === 1 && { nextLink }) });
}

const json = (said: unknown): Said => ({ status: 200, body: JSON.stringify(said, null, 2) });

describe('azure-consumption', () => {
  test('asks for each scope and follows its pages, signed for the management API', () =>
    withLive(
      (asked) => details(asked),
      async (live) => {
        expect(await collectLive(live, JULY)).toMatchObject({ landed: 4, rejected: 0, remarks: [] });
        expect(live.server.asked.map((asked) => [scopeOf(asked), pageOf(asked)])).toEqual([
          ['s-1', 1],
          ['s-1', 2],
          ['s-2', 1],
          ['s-2', 2],
        ]);
        const { pathname, searchParams } = new URL(live.server.asked[0]?.path ?? '', 'http://localhost');
        expect(pathname).toBe('/subscriptions/s-1/providers/Microsoft.Consumption/usageDetails');
        expect(Object.fromEntries(searchParams)).toEqual({
          'api-version': '2024-08-01',
          $expand: 'meterDetails,additionalInfo',
          $top: '1000',
          metric: 'AmortizedCost',
          $filter: "properties/usageStart ge '2026-06-01' and properties/usageEnd le '2026-06-30'",
        });
        expect(live.server.asked.every(({ headers }) => headers['authorization']?.includes(PLANTED))).toBe(true);
        expect((await landedOf(live)).map(({ origin, contract: { shape } }) => [origin, shape]).sort()).toEqual([
          ['live/2026-06-subscriptions-s-1-page-2.json', 'usage-details'],
          ['live/2026-06-subscriptions-s-1.json', 'usage-details'],
          ['live/2026-06-subscriptions-s-2-page-2.json', 'usage-details'],
          ['live/2026-06-subscriptions-s-2.json', 'usage-details'],
        ]);
        const totals = 'SELECT sub_account_id, sum(effective_cost)::INTEGER AS cost FROM facts GROUP BY ALL';
        expect(await factsOf(live, 'fct_cost', totals)).toEqual([
          { sub_account_id: 's-1', cost: 3 },
          { sub_account_id: 's-2', cost: 3 },
        ]);
        expect(filesWith(live.folder, PLANTED)).toEqual([]);
      },
    ));

  test('names dates as a Customer Agreement does, and no day after the moment of the run', () =>
    withLive(
      () => json({ value: [] }),
      async (live) => {
        await collectLive(live, '2026-06-12T06:00:00Z');
        const [asked] = live.server.asked;
        const { searchParams } = new URL(asked?.path ?? '', 'http://localhost');
        expect(asked?.path).toMatch(
          /^\/providers\/Microsoft\.Billing\/billingAccounts\/1:2\/billingProfiles\/p\/providers\//,
        );
        expect(Object.fromEntries(searchParams)).toMatchObject({
          startDate: '2026-06-01',
          endDate: '2026-06-12',
          metric: 'ActualCost',
        });
        expect(searchParams.has('$filter')).toBe(false);
      },
      { ...MODERN, metric: 'ActualCost' },
    ));

  test('a month that is final is not asked for again', () =>
    withLive(
      (asked) => details(asked),
      async (live) => {
        await collectLive(live, JULY);
        await collectLive(live, '2026-08-22T06:00:00Z');
        expect(live.server.asked).toHaveLength(4);
      },
    ));

  test('waits as long as the limit that is used up asks for, by whatever name', () =>
    withLive(
      (asked, before) =>
        before === 0
          ? {
              status: 429,
              headers: {
                'retry-after': '3',
                'x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after': '20',
                'x-ms-ratelimit-microsoft.costmanagement-clienttype-retry-after': '11',
                'x-ms-ratelimit-microsoft.costmanagement-qpu-remaining': '900',
              },
            }
          : details(asked),
      async (live) => {
        expect(await collectLive(live, JULY)).toMatchObject({ landed: 4 });
        expect(live.edges.waits).toEqual([20_000]);
      },
    ));

  test('half a list lands as far as it came, and the rest is named', () =>
    withLive(
      (asked) => (scopeOf(asked) === 's-2' && pageOf(asked) === 2 ? { status: 503 } : details(asked)),
      async (live) => {
        await expect(collectLive(live, JULY)).rejects.toThrow(SourceUnavailable);
        expect(await landedOf(live)).toHaveLength(3);
        expect(filesWith(live.folder, 'subscriptions/s-2 from 2026-06-01 to 2026-06-30')).toEqual([
          expect.stringMatching(/-00001\.shortfall\.json$/),
        ]);
      },
    ));

  test.each([
    ['an error page', { status: 200, body: '<html>Sorry</html>' } as const, 'usage details'],
    [
      'a next page on another host',
      json({ value: [charge('s-1', 1)], nextLink: 'https://example.org/x' }),
      'a nextLink at management.azure.com',
    ],
  ])('%s goes to quarantine, and no token goes elsewhere', (_, said, expected) =>
    withLive(
      () => said,
      async (live) => {
        const { rejected, remarks } = await collectLive(live, JULY);
        expect(rejected).toBe(2);
        expect(remarks[0]).toContain(expected);
        expect(live.server.asked).toHaveLength(2);
      },
    ),
  );

  test('a page without a charge holds the pages behind it, from the first time on', () => {
    return withLive(
      (asked) => details(asked, 1),
      async (live) => {
        expect(await collectLive(live, JULY)).toMatchObject({ landed: 4, rejected: 0 });
        expect(await factsOf(live, 'fct_cost', COSTS)).toEqual([{ rows: '2', cost: '4.00' }]);
      },
    );
  });

  test('a list whose pages are emptied since has what it has now', () => {
    let empty: number | undefined;
    return withLive(
      (asked) => details(asked, empty),
      async (live) => {
        await collectLive(live, '2026-07-04T06:00:00Z');
        expect(await factsOf(live, 'fct_cost', COSTS)).toEqual([{ rows: '4', cost: '6.00' }]);
        empty = 2;
        const { remarks } = await collectLive(live, '2026-07-05T06:00:00Z');
        expect(remarks).toContain(
          'live/2026-06-subscriptions-s-1-page-2.json: holds no rows any more; those of 2026-07-04T06:00:00Z count no longer',
        );
        expect(await factsOf(live, 'fct_cost', COSTS)).toEqual([{ rows: '2', cost: '2.00' }]);
        empty = 1;
        await collectLive(live, '2026-07-06T06:00:00Z');
        expect(await factsOf(live, 'fct_cost', COSTS)).toEqual([{ rows: '2', cost: '4.00' }]);
      },
    );
  });

  test('a whole answer that is empty since takes nothing away, and is told for each question', () => {
    let isEmpty = false;
    return withLive(
      (asked) => (isEmpty ? json({ value: [] }) : details(asked)),
      async (live) => {
        await collectLive(live, '2026-07-04T06:00:00Z');
        isEmpty = true;
        const { rejected, remarks } = await collectLive(live, '2026-07-05T06:00:00Z');
        expect({ rejected, remarks }).toEqual({
          rejected: 2,
          remarks: ['s-1', 's-2'].map(
            (scope) =>
              `live/2026-06-subscriptions-${scope}.json: found no rows any more, expected those of 2026-07-04T06:00:00Z, which count on`,
          ),
        });
        expect(await factsOf(live, 'fct_cost', COSTS)).toEqual([{ rows: '4', cost: '6.00' }]);
        expect(filesWith(join(live.folder, 'book/quarantine'), 'which count on')).toHaveLength(2);
      },
    );
  });

  test('charges that do not name their meter count as money, and are told', () =>
    withLive(
      (asked) => json({ value: [charge(scopeOf(asked), 1, null), charge(scopeOf(asked), 2)] }),
      async (live) => {
        const { remarks } = await collectLive(live, JULY);
        expect(remarks).toContain(
          'live: 2026-06-subscriptions-s-1.json: 1 of 2 charges do not name their meter, so no energy is read from them',
        );
      },
    ));

  test('a scope that could lead elsewhere is refused in the settings', () => {
    expect(azureConsumption.optionsFault({ scopes: '../evil' })).toMatch(/begin with subscriptions/);
    expect(azureConsumption.optionsFault(LEGACY)).toBeUndefined();
    expect(azureConsumption.optionsFault(MODERN)).toBeUndefined();
  });
});
