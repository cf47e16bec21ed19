import type { RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import { fetchPage, type PageRequest } from '../../agent/scrape/scrape.ts';
import { Refused } from '../../agent/scrape/tokenize.ts';
import { TEXT, withServer } from '../support/page-server.ts';

const LIMITS = { bytes: 200_000, series: 1000, line: 1000, labels: 10 };
/** Longer than any of these tests takes; what must not wait for it ends by a limit. */
const PATIENT = 30_000;

/** Writes pieces for as long as the other side takes them. */
function pour(response: ServerResponse, piece: (count: number) => string): void {
  let count = 0;
  const write = () => {
    while (!response.destroyed && response.write(piece(count++)));
  };
  response.on('drain', write).on('error', () => undefined);
  write();
}

const fetching = (origin: string, more: Partial<PageRequest> = {}) =>
  fetchPage({ url: `${origin}/metrics`, isWanted: () => true, timeoutMs: PATIENT, limits: LIMITS, ...more });

/** What was wrong, without the address. */
async function refusalOf(listener: RequestListener, more: Partial<PageRequest> = {}): Promise<string> {
  return withServer(listener, async (origin) => {
    const error = await fetching(origin, more).then(
      (samples) => `${samples.length} samples`,
      (error: unknown) => error,
    );
    if (!(error instanceof Refused)) throw new Error(`Cannot test a refusal: expected one, got ${String(error)}`);
    return error.message.replaceAll(origin, 'ORIGIN');
  });
}

describe('a page', () => {
  test('is asked for as text, with the token, and read', async () => {
    const asked: unknown[] = [];
    const samples = await withServer(
      ({ method, url, headers }, response) => {
        asked.push([method, url, headers.accept, headers['accept-encoding'], headers.authorization]);
        response.writeHead(200, TEXT).end('up 1\n');
      },
      (origin) => fetching(origin, { token: 'secret' }),
    );
    expect(samples.map(({ name, value }) => [name, value])).toEqual([['up', 1]]);
    expect(asked).toEqual([['GET', '/metrics', 'text/plain;version=0.0.4', 'identity', 'Bearer secret']]);
  });

  test('is found where its own server redirects to', async () => {
    const samples = await withServer(
      ({ url }, response) =>
        url === '/metrics'
          ? response.writeHead(307, { location: '/metrics/' }).end()
          : response.writeHead(200, TEXT).end('up 1\n'),
      (origin) => fetching(origin),
    );
    expect(samples).toHaveLength(1);
  });

  test('may be compressed unasked', async () => {
    const samples = await withServer(
      (_, response) => response.writeHead(200, { ...TEXT, 'content-encoding': 'gzip' }).end(gzipSync('up 1\n')),
      (origin) => fetching(origin),
    );
    expect(samples).toHaveLength(1);
  });

  test('of energy is a JSON object', async () => {
    const samples = await withServer(
      (_, response) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end('{"total_energy_j": 12.5, "query_time": 3}'),
      (origin) => fetching(origin, { jsonNames: { total_energy_j: 'joules' } }),
    );
    expect(samples.map(({ name, value }) => [name, value])).toEqual([['joules', 12.5]]);
  });
});

describe('a hostile target is refused', () => {
  const JSON_NAMES = { jsonNames: { total_energy_j: 'joules' } };
  const json = { 'content-type': 'application/json' };
  const HOSTILE: readonly (readonly [what: string, RequestListener, expected: string, more?: Partial<PageRequest>])[] =
    [
      [
        'an endless body of names that nobody wants',
        (_, response) => pour(response.writeHead(200, TEXT), () => `noise_total 1\n`.repeat(100)),
        'expected at most 200000 bytes, got more',
        { isWanted: () => false },
      ],
      [
        'an endless body without a line',
        (_, response) => pour(response.writeHead(200, TEXT), () => 'x'.repeat(1024)),
        'expected lines of at most 1000 characters, got a longer one',
      ],
      [
        'a million series',
        (_, response) => pour(response.writeHead(200, TEXT), (count) => `a{n="${count}"} 1\n`),
        'expected at most 1000 series, got more',
      ],
      [
        'a slow drip',
        (_, response) => {
          response.writeHead(200, TEXT).write('up 1\n');
        },
        'expected a whole page within 150 ms, got none',
        { timeoutMs: 150 },
      ],
      ['silence', () => undefined, 'expected a whole page within 150 ms, got none', { timeoutMs: 150 }],
      [
        'other bytes',
        (_, response) => response.writeHead(200, TEXT).end(Uint8Array.from({ length: 512 }, (_, index) => index)),
        'expected UTF-8, got other bytes',
      ],
      [
        'a redirect loop',
        (_, response) => response.writeHead(302, { location: '/metrics' }).end(),
        'expected at most 3 redirects, got more',
      ],
      [
        'a redirect to another host',
        (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
        'expected redirects within ORIGIN, got http://169.254.169.254',
      ],
      [
        'a redirect to another port',
        (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/metrics' }).end(),
        'expected redirects within ORIGIN, got http://127.0.0.1:1',
      ],
      [
        'a redirect to nowhere',
        (_, response) => response.writeHead(302, { location: 'http://[' }).end(),
        'expected a redirect with an address, got "http://["',
      ],
      [
        'a web page',
        (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
        'expected text/plain, got text/html',
      ],
      ['an error', (_, response) => response.writeHead(500, TEXT).end('up 1\n'), 'expected status 200, got 500'],
      [
        'a compressed body that unpacks without end',
        (_, response) =>
          response.writeHead(200, { ...TEXT, 'content-encoding': 'gzip' }).end(gzipSync('a 1\n'.repeat(5_000_000))),
        'expected at most 200000 bytes, got more',
        { isWanted: () => false },
      ],
      [
        'a compressed body that is none',
        (_, response) => response.writeHead(200, { ...TEXT, 'content-encoding': 'gzip' }).end('up 1\n'),
        'expected a page, got incorrect header check',
      ],
      [
        'another encoding',
        (_, response) => response.writeHead(200, { ...TEXT, 'content-encoding': 'br' }).end('up 1\n'),
        'expected no content encoding, or gzip, got br',
      ],
      [
        'a body that breaks off',
        (_, response) => {
          response.writeHead(200, { ...TEXT, 'content-length': '100' }).write('up 1\n');
          response.socket?.end();
        },
        'expected a page, got aborted',
      ],
      [
        'JSON without the number',
        (_, response) => response.writeHead(200, json).end('{"total_energy_j": "12"}'),
        'expected a JSON object with total_energy_j, got {"total_energy_j": "12"}',
        JSON_NAMES,
      ],
      [
        'JSON that is none',
        (_, response) => response.writeHead(200, json).end('[1,'),
        'expected a JSON object with total_energy_j, got [1,',
        JSON_NAMES,
      ],
      [
        'endless JSON',
        (_, response) => pour(response.writeHead(200, json), () => ' '.repeat(1000)),
        'expected at most 65536 bytes of JSON, got more',
        JSON_NAMES,
      ],
    ];

  test.each(HOSTILE.map(([what, listener, expected, more = {}]) => ({ what, listener, expected, more })))(
    '$what',
    async ({ listener, expected, more }) => expect(await refusalOf(listener, more)).toContain(expected),
  );

  test('nobody at home', async () => {
    const origin = await withServer(
      () => undefined,
      async (origin) => origin,
    );
    await expect(fetching(origin)).rejects.toThrow(
      /^Cannot scrape http:\S+\/metrics: expected a page, got .*ECONNREFUSED/,
    );
  });

  test('a password in the address is not told', async () => {
    const told = await withServer(
      (_, response) => response.writeHead(500).end(),
      (origin) => fetching(origin.replace('//', '//user:secret@')).catch(String),
    );
    expect(told).not.toContain('secret');
  });
});
