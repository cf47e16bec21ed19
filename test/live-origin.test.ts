import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ProviderCaller } from '../lib/adapters/live/caller.ts';
import { openLiveOrigin } from '../lib/adapters/live/open-live-origin.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { readText } from '../lib/landing/book.ts';
import { LiveOrigin, type LiveRequest } from '../lib/landing/live-origin.ts';
import { RejectedPayload } from '../lib/landing/origin.ts';
import type { LiveProvider, Question } from '../lib/sources/live.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { type AnsweringServer, type Asked, type Said, startServer } from './support/answering-server.ts';
import { edgesTo } from './support/live-edges.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
let books = 0;

function page(name: string): Question {
  const url = `https://api.example.org/${name}`;
  return { name: `${name}.json`, call: { transport: 'http', method: 'GET', url, auth: { kind: 'none' } } };
}

/** A provider of this test: its answer is the name of the next page, or nothing. */
const pages = {
  id: 'pages',
  kind: 'grid',
  about: 'Pages that name the next one',
  reference: 'this test',
  egress: ['api.example.org'],
  options: {},
  needsSecret: false,
  ask: () => [page('1')],
  understand: (_, { text }) => {
    if (text === 'garbage') return { refused: { found: text, expected: 'the name of a page' } };
    return text === '' ? { remarks: ['the last page may still change'] } : { next: page(text) };
  },
} as const satisfies LiveProvider;

interface Tried {
  readonly origin: LiveOrigin;
  readonly book: LocalBook;
  readonly server: AnsweringServer;
}

async function withPages<Result>(
  answer: (asked: Asked) => string,
  use: (tried: Tried) => Promise<Result>,
  more: Partial<LiveRequest> = {},
): Promise<Result> {
  const server = await startServer((asked): Said => ({ status: 200, body: answer(asked) }));
  const book = new LocalBook(join(folder, `book-${++books}`));
  const request = { sourceId: 'paged', provider: pages, maxCalls: 200, options: {}, asOf: '2026-07-22T06:00:00Z' };
  const caller = new ProviderCaller(edgesTo(server.url));
  const keep = async (name: string, text: string) => ({ path: name, bytes: text.length, sha256: name + text });
  try {
    const origin = new LiveOrigin({ ...request, period: parsePeriod('2026-06'), ...more }, { book, caller, keep });
    return await use({ origin, book, server });
  } finally {
    await server.stop();
  }
}

const numberOf = ({ path }: Asked) => Number(path.slice(1));

test('follows pages to the last, and tells what they remark', () =>
  withPages(
    (asked) => (numberOf(asked) < 4 ? String(numberOf(asked) + 1) : ''),
    async ({ origin }) => {
      const offers = await origin.list();
      expect(offers).toMatchObject(
        ['1', '2', '3', '4'].map((name) => ({
          origin: `paged/${name}.json`,
          bytes: name === '4' ? 0 : 1,
          request: `GET https://api.example.org/${name}`,
        })),
      );
      expect([origin.failure(), origin.remarks()]).toEqual([undefined, ['paged: the last page may still change']]);
    },
  ));

test('stops at a page that follows itself, also by a detour, and keeps what came', () =>
  withPages(
    (asked) => (numberOf(asked) === 1 ? '2' : '1'),
    async ({ origin, server }) => {
      expect(await origin.list()).toHaveLength(2);
      expect(origin.failure()?.message).toBe(
        'Cannot ask pages for paged: expected its last page, got paged/1.json after itself',
      );
      expect(server.asked).toHaveLength(2);
    },
  ));

test('stops where pages never end', () =>
  withPages(
    (asked) => String(numberOf(asked) + 1),
    async ({ origin, server }) => {
      expect(await origin.list()).toHaveLength(1000);
      expect(origin.failure()?.message).toMatch(/expected at most 1000 pages from 1\.json on, got more$/);
      expect(server.asked).toHaveLength(1000);
    },
  ));

test('offers a refused page for quarantine, and asks for no page behind it', () =>
  withPages(
    (asked) => (numberOf(asked) === 1 ? '2' : 'garbage'),
    async ({ origin }) => {
      const offers = await origin.list();
      await expect(origin.fetch(offers[1] ?? { origin: '', bytes: 0 })).rejects.toThrow(RejectedPayload);
      expect(offers).toHaveLength(2);
      const reason = 'pages said garbage, expected the name of a page';
      expect([origin.failure(), origin.missing()]).toEqual([undefined, [{ part: '2.json', reason }]]);
    },
  ));

describe('calls that cost money', () => {
  const dear: LiveProvider = { ...pages, usdPerCall: 0.01 };
  const endless = (asked: Asked) => String(numberOf(asked) + 1);

  test('are counted in the book before they are made, and stop at the limit', () =>
    withPages(
      endless,
      async ({ origin, book, server }) => {
        expect(await origin.list()).toHaveLength(3);
        expect(origin.failure()?.message).toBe(
          'Cannot ask pages for paged: expected at most 3 calls a month (max_calls): 3 calls at 0.01 USD were made in 2026-07',
        );
        expect(server.asked).toHaveLength(3);
        expect(JSON.parse((await readText(book, 'calls/source=paged/2026-07.json')) ?? '')).toEqual({
          calls: 3,
          usd: 0.03,
        });
        await origin.list();
        expect(server.asked).toHaveLength(3);
      },
      { provider: dear, maxCalls: 3 },
    ));

  test('are allowed anew in the next calendar month', () =>
    withPages(
      () => '',
      async ({ origin, book, server }) => {
        await book.put('calls/source=paged/2026-07.json', Buffer.from('{"calls":200}'));
        await origin.list();
        expect(server.asked).toHaveLength(1);
      },
      { provider: dear, asOf: '2026-08-01T00:00:00Z' },
    ));
});

test('reads yearly means out of the package, credits them, and says which zones it lacks', async () => {
  const live = { provider: 'tgwf-co2', options: { zones: 'IE, XX' }, max_calls: 200 };
  const run = { month: '2024-06', as_of: '2024-07-22T06:00:00Z' };
  const book = new LocalBook(join(folder, 'yearly'));
  const origin = openLiveOrigin('last-resort', live, run, { book, base: folder });
  const [offer] = await origin.list();
  if (!offer) throw new Error('Cannot read the answer: expected one, got none');
  const { path } = await origin.fetch(offer);
  const answer: unknown = JSON.parse(await readFile(path, 'utf8'));
  const { yearly2024 } = await import('@tgwf/co2/data/electricity-maps');
  const { value } = yearly2024.data.IE.carbonIntensity;
  expect(answer).toMatchObject({
    attribution: expect.stringContaining('Electricity Maps'),
    licence: 'ODbL-1.0',
    yearly: [{ zone: 'IE', year: 2024, carbonIntensity: value, unit: 'gCO2e/kWh', emissionFactorType: 'lifecycle' }],
  });
  expect(origin.remarks?.()).toEqual(['last-resort: XX has no yearly mean in @tgwf/co2']);
});
