import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

import { HttpCaller } from '../lib/adapters/live/http-caller.ts';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import type { LiveProvider } from '../lib/sources/live.ts';
import { anthropicUsage } from '../lib/sources/managed-usage/live/anthropic-usage.ts';
import { openaiUsage } from '../lib/sources/managed-usage/live/openai-usage.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { type AnsweringServer, type Asked, type Said, startServer } from './support/answering-server.ts';
import { collectLive, factsOf, filesWith, type LiveMonth, landedOf } from './support/live-collect.ts';
import { edgesTo, type LiveEdges, PLANTED } from './support/live-edges.ts';
import { tempFolder } from './support/temp-folder.ts';

const MONTH = '2026-06';
const JULY = '2026-07-22T06:00:00Z';
const HOUR_SECONDS = 3600;
const folder = tempFolder();

const queryOf = ({ path }: Asked) => new URL(path, 'http://localhost').searchParams;
const placeOf = ({ path }: Asked) => new URL(path, 'http://localhost').pathname;

interface Try extends LiveMonth {
  readonly server: AnsweringServer;
  readonly edges: LiveEdges;
}

/** A provider before a server that says `answer`, over a fresh book. */
async function withLive<Result>(
  provider: LiveProvider,
  answer: (asked: Asked) => Said,
  use: (tried: Try) => Promise<Result>,
): Promise<Result> {
  const server = await startServer((asked) => answer(asked));
  const edges = edgesTo(server.url);
  const own = mkdtempSync(join(folder, 'month-'));
  try {
    return await use({
      folder: own,
      provider,
      month: MONTH,
      options: {},
      caller: new HttpCaller(edges),
      server,
      edges,
    });
  } finally {
    await server.stop();
  }
}

/**
 * What OpenAI answers (API reference, Usage): buckets of an hour from `start_time` to `end_time`, cut into pages. One token
 * is read an hour; only the first hour of a page has a request.
 */
function openai(asked: Asked, hoursPerPage = 168): Said {
  const query = queryOf(asked);
  const [from, to] = [Number(query.get('page') ?? query.get('start_time')), Number(query.get('end_time'))];
  const until = Math.min(to, from + hoursPerPage * HOUR_SECONDS);
  const isEmbeddings = placeOf(asked).endsWith('/embeddings');
  const data = [];
  for (let at = from; at < until; at += HOUR_SECONDS) {
    const used = {
      object: 'organization.usage.completions.result',
      input_tokens: 1,
      output_tokens: 2,
      input_cached_tokens: 0,
      num_model_requests: 1,
      project_id: 'proj_chat',
      model: 'gpt-4o-2024-08-06',
    };
    data.push({ object: 'bucket', start_time: at, end_time: at + HOUR_SECONDS, results: isEmbeddings ? [] : [used] });
  }
  const more = until < to ? { has_more: true, next_page: `${until}` } : { has_more: false, next_page: null };
  return { status: 200, body: JSON.stringify({ object: 'page', data, ...more }) };
}

/** What Anthropic answers (Claude API reference, Admin API, usage_report/messages) for a range: its first hour alone. */
function anthropic(asked: Asked): Said {
  const from = queryOf(asked).get('starting_at') ?? '';
  const used = {
    uncached_input_tokens: 10,
    cache_creation: { ephemeral_1h_input_tokens: 3, ephemeral_5m_input_tokens: 2 },
    cache_read_input_tokens: 5,
    output_tokens: 7,
    workspace_id: null,
    model: 'claude-sonnet-4-20250514',
  };
  const data = [{ starting_at: from, ending_at: from.replace('T00', 'T01'), results: [used] }];
  return { status: 200, body: JSON.stringify({ data, has_more: false, next_page: null }) };
}

describe('openai-usage', () => {
  test('asks for hours by project and model, a week a call, with the key in the header alone', () =>
    withLive(openaiUsage, openai, async (live) => {
      await collectLive(live, JULY);
      const { asked } = live.server;
      expect(asked.map((each) => `${placeOf(each)} ${queryOf(each).get('start_time')}`)).toEqual([
        '/v1/organization/usage/completions 1780272000',
        '/v1/organization/usage/completions 1780876800',
        '/v1/organization/usage/completions 1781481600',
        '/v1/organization/usage/completions 1782086400',
        '/v1/organization/usage/completions 1782691200',
        '/v1/organization/usage/embeddings 1780272000',
        '/v1/organization/usage/embeddings 1780876800',
        '/v1/organization/usage/embeddings 1781481600',
        '/v1/organization/usage/embeddings 1782086400',
        '/v1/organization/usage/embeddings 1782691200',
      ]);
      const query = asked.map(queryOf);
      expect(query.map((each) => each.get('bucket_width'))).toEqual(Array(10).fill('1h'));
      expect(query[0]?.getAll('group_by')).toEqual(['project_id', 'model']);
      expect(query[4]?.get('end_time')).toBe('1782864000');
      expect(asked[0]?.headers['authorization']).toBe(`Bearer ${PLANTED}`);
      expect(asked.filter(({ path }) => path.includes(PLANTED))).toEqual([]);
    }));

  test('gives every hour of the month once, in pages of any length', () =>
    withLive(
      openaiUsage,
      (asked) => openai(asked, 100),
      async (live) => {
        await collectLive(live, JULY);
        const totals = await factsOf(
          live,
          'fct_activity',
          'SELECT measure, project, model_id, sum(quantity)::INTEGER AS quantity, count(DISTINCT period_start)::INTEGER AS hours FROM facts GROUP BY ALL',
        );
        expect(totals).toEqual(
          [
            ['cached_tokens', 0],
            ['input_tokens', 720],
            ['output_tokens', 1440],
            ['requests', 720],
          ].map(([measure, quantity]) => ({
            measure,
            project: 'proj_chat',
            model_id: 'gpt-4o-2024-08-06',
            quantity,
            hours: 720,
          })),
        );
        expect((await landedOf(live)).map(({ origin }) => origin)).toContain('live/completions-2026-06-01-page-2.json');
      },
    ));

  test('asks for no hour that has not ended, and once more when it has', () =>
    withLive(openaiUsage, openai, async (live) => {
      await collectLive(live, '2026-06-01T02:30:00Z');
      expect(live.server.asked.map((each) => queryOf(each).get('end_time'))).toEqual(['1780279200', '1780279200']);
      await collectLive(live, '2026-06-02T00:00:00Z');
      const hours = await factsOf(
        live,
        'fct_activity',
        "SELECT count(*)::INTEGER AS hours FROM facts WHERE measure = 'requests'",
      );
      expect(hours).toEqual([{ hours: 24 }]);
    }));

  test('asks for nothing twice that is final, and lands the same answer once', () =>
    withLive(openaiUsage, openai, async (live) => {
      const first = await collectLive(live, JULY);
      const second = await collectLive(live, '2026-07-23T06:00:00Z');
      expect([first.landed, second.landed, live.server.asked.length]).toEqual([10, 0, 10]);
    }));
});

describe('anthropic-usage', () => {
  test('asks for hours by workspace and model, and adds up what it reads; requests stay unknown', () =>
    withLive(anthropicUsage, anthropic, async (live) => {
      await collectLive(live, JULY);
      const [first] = live.server.asked;
      expect(first?.headers).toMatchObject({ 'x-api-key': PLANTED, 'anthropic-version': '2023-06-01' });
      expect(decodeURIComponent(first?.path ?? '')).toBe(
        '/v1/organizations/usage_report/messages?starting_at=2026-06-01T00:00:00Z&ending_at=2026-06-08T00:00:00Z' +
          '&bucket_width=1h&group_by[]=workspace_id&group_by[]=model&limit=168',
      );
      expect(
        await factsOf(
          live,
          'fct_activity',
          'SELECT measure, sum(quantity)::INTEGER AS quantity FROM facts GROUP BY measure',
        ),
      ).toEqual([
        { measure: 'cached_tokens', quantity: 25 },
        { measure: 'input_tokens', quantity: 100 },
        { measure: 'output_tokens', quantity: 35 },
      ]);
    }));
});

describe.each([openaiUsage, anthropicUsage])('$id on a bad day', (provider) => {
  const failing = (answer: (asked: Asked) => Said, says: RegExp) =>
    withLive(provider, answer, async (live) => {
      const failure = await collectLive(live, JULY).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(SourceUnavailable);
      expect(String(failure)).toMatch(says);
      expect(String(failure)).not.toContain(PLANTED);
      expect(filesWith(live.folder, PLANTED)).toEqual([]);
    });

  test('a key that is refused is named and not told', () =>
    failing(
      () => ({ status: 401, body: `{"error":{"message":"Incorrect API key provided: ${PLANTED}"}}` }),
      /status 401: it refuses the environment variable PLANTED/,
    ));

  test('too many requests are waited for, and then given up', () => failing(() => ({ status: 429 }), /status 429/));

  test('an answer that says it has more and not where is put into quarantine', () =>
    withLive(
      provider,
      () => ({ status: 200, body: '{"data":[],"has_more":true}' }),
      async (live) => {
        const outcome = await collectLive(live, JULY);
        expect([outcome.landed, outcome.rejected > 0]).toEqual([0, true]);
        expect(outcome.remarks.join()).toContain('next_page');
      },
    ));

  test('an error in place of buckets is put into quarantine', () =>
    withLive(
      provider,
      () => ({ status: 200, body: '{"error":{"message":"no such organisation"}}' }),
      async (live) => {
        expect((await collectLive(live, JULY)).landed).toBe(0);
      },
    ));

  test('nothing is asked of a month that has not begun', () => {
    expect(provider.ask({ period: parsePeriod('2026-08'), asOf: JULY, options: {} })).toEqual([]);
  });
});
