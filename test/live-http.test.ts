import { createServer, type Server, type ServerResponse } from 'node:http';

import { ProviderCaller } from '../lib/adapters/live/caller.ts';
import { HttpCaller } from '../lib/adapters/live/http-caller.ts';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import { startServer } from './support/answering-server.ts';
import { call, facing, messageOf, OK, TOKEN } from './support/facing-http.ts';
import { edgesTo, PLANTED } from './support/live-edges.ts';
import { baseUrlOf, listen, stop } from './support/local-server.ts';

describe('an answer', () => {
  test('comes back byte for byte, with a mark at its beginning', () =>
    facing(
      () => ({ status: 200, body: '\uFEFFGrün ≠ 0\n' }),
      async ({ caller }) => {
        expect(await caller.call(call())).toEqual({ status: 200, text: '\uFEFFGrün ≠ 0\n' });
      },
    ));

  test('that is larger than the limit is not read to its end', () =>
    facing(
      () => ({ status: 200, body: 'x'.repeat(2000) }),
      async ({ caller }) => {
        expect(await messageOf(caller.call(call()))).toMatch(/expected at most 1000 bytes, got more/);
      },
      { patience: { ...edgesTo('').patience, maxBytes: 1000 } },
    ));

  test('of another status than 200 is none', () =>
    facing(
      () => ({ status: 404, body: 'no such zone' }),
      async ({ caller, server }) => {
        expect(await messageOf(caller.call(call()))).toBe(
          'Cannot ask live at api.example.org/v1/hours: expected an answer, got status 404',
        );
        expect(server.asked).toHaveLength(1);
      },
    ));
});

describe('a provider that has trouble', () => {
  test.each([
    ['7', 7000],
    ['1.5', 1500],
  ])('is asked again when it says so: %s seconds', (seconds, waited) =>
    facing(
      (_, nth) => (nth === 0 ? { status: 429, headers: { 'retry-after': seconds } } : OK),
      async ({ caller, edges, server }) => {
        await caller.call(call());
        expect(edges.waits).toEqual([waited]);
        expect(server.asked).toHaveLength(2);
      },
    ),
  );

  test('is asked again when it says so: a date', () =>
    facing(
      (_, nth) => (nth === 0 ? { status: 503, headers: { 'retry-after': 'Wed, 22 Jul 2026 06:00:30 GMT' } } : OK),
      async ({ caller, edges }) => {
        await caller.call(call());
        expect(edges.waits).toEqual([30_000]);
      },
    ));

  test.each(['1.5', '-5', '0', '5 s', 'soon', 'Wed, 22 Jul 2020 06:00:30 GMT'])(
    'is not asked again at once where it says so in no way that can be kept: %s',
    (asked) =>
      facing(
        (_, nth) => (nth === 0 ? { status: 429, headers: { 'retry-after': asked } } : OK),
        async ({ caller, edges }) => {
          await caller.call(call());
          expect(edges.waits).toEqual([asked === '1.5' ? 1500 : 500]);
        },
        { random: () => 0.5 },
      ),
  );

  test('that wants to be left alone for an hour is asked by a later attempt of the month', () =>
    facing(
      () => ({ status: 429, headers: { 'retry-after': '3600' } }),
      async ({ caller, edges, server }) => {
        expect(await messageOf(caller.call(call()))).toMatch(/got the wish to be asked again in 3600 seconds$/);
        expect([edges.waits, server.asked.length]).toEqual([[], 1]);
      },
    ));

  test('is asked again, but not after an answer that will not change', () =>
    facing(
      (_, nth) => (nth < 2 ? { status: 500 + nth } : OK),
      async ({ caller, edges }) => {
        // 501 is no passing trouble: the second answer ends it.
        expect(await messageOf(caller.call(call()))).toMatch(/got status 501$/);
        expect(edges.waits).toEqual([500]);
      },
    ));

  test('that stays in trouble is given up after the attempts', () =>
    facing(
      () => ({ status: 502 }),
      async ({ caller, edges, server }) => {
        expect(await messageOf(caller.call(call()))).toMatch(/got status 502 in 3 attempts$/);
        expect([edges.waits, server.asked.length]).toEqual([[500, 1000], 3]);
      },
    ));

  test('tells each request before it leaves, and sends none that is refused', () =>
    facing(
      () => ({ status: 502 }),
      async ({ caller, server }) => {
        let left = 0;
        const leave = async () => {
          if (left++ === 2) throw new SourceUnavailable('no more');
        };
        expect(await messageOf(caller.call(call(), leave))).toBe('no more');
        expect(server.asked.length).toBe(2);
      },
    ));

  test('that closes the connection is asked again', () =>
    facing(
      (_, nth) => (nth === 0 ? 'reset' : OK),
      async ({ caller, server }) => {
        expect((await caller.call(call())).status).toBe(200);
        expect(server.asked).toHaveLength(2);
      },
    ));

  test('that stays silent is given up', () =>
    facing(
      () => 'silent',
      async ({ caller, server }) => {
        expect(await messageOf(caller.call(call()))).toMatch(/got no answer within 60 ms in 2 attempts$/);
        expect(server.asked).toHaveLength(2);
      },
      { patience: { ...edgesTo('').patience, attempts: 2, timeoutMs: 60 } },
    ));

  test('that is not there at all is named, with the reason', async () => {
    const server = await startServer(() => OK);
    await server.stop();
    expect(await messageOf(new HttpCaller(edgesTo(server.url)).call(call()))).toMatch(/ECONNREFUSED.* in 3 attempts$/);
  });

  test.each([
    ['of a length that it announced', { 'content-length': '100' }],
    ['in chunks', {}],
  ])('and sends half an answer %s is asked again', async (_, headers) => {
    let asked = 0;
    const server = createServer((__, response) => {
      asked += 1;
      if (asked === 1) halfAnAnswer(response.writeHead(200, headers));
      else response.end('{"data":[1]}');
    });
    await withServer(server, async (url) => {
      expect(await new HttpCaller(edgesTo(url)).call(call())).toEqual({ status: 200, text: '{"data":[1]}' });
      expect(asked).toBe(2);
    });
  });

  test('is not asked for longer than a collection may take', () =>
    facing(
      () => OK,
      async ({ server, edges }) => {
        let now = 0;
        const caller = new ProviderCaller({ ...edges, now: () => now });
        await caller.call(call());
        now = edges.patience.totalMs + 1;
        expect(await messageOf(caller.call(call()))).toBe(
          'Cannot ask live to the end: expected all answers within 8 minutes',
        );
        expect(server.asked).toHaveLength(1);
      },
    ));
});

describe('a redirect', () => {
  test('on the same host is followed, with the token', () =>
    facing(
      ({ path }) => (path.startsWith('/v1') ? { status: 307, headers: { location: '/v2/hours' } } : OK),
      async ({ caller, server }) => {
        await caller.call(call(TOKEN));
        expect(server.asked.map(({ path, headers }) => [path, headers['auth-token']])).toEqual([
          ['/v1/hours?zone=IE', PLANTED],
          ['/v2/hours', PLANTED],
        ]);
      },
    ));

  test('to another host is refused: the token would go along', async () => {
    const other = await startServer(() => OK);
    try {
      await facing(
        () => ({ status: 302, headers: { location: `${other.url}/elsewhere` } }),
        async ({ caller }) => {
          expect(await messageOf(caller.call(call(TOKEN)))).toMatch(
            /expected an answer of its own, got a redirect to 127/,
          );
        },
      );
      expect(other.asked).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  test('in a circle ends', () =>
    facing(
      ({ path }) => ({ status: 307, headers: { location: path } }),
      async ({ caller, server }) => {
        expect(await messageOf(caller.call(call()))).toMatch(/got a circle of redirects$/);
        expect(server.asked).toHaveLength(4);
      },
    ));
});

function halfAnAnswer(response: ServerResponse): void {
  response.write('{"data":[', () => response.socket?.destroy());
}

async function withServer(server: Server, use: (url: string) => Promise<void>): Promise<void> {
  await listen(server);
  try {
    await use(baseUrlOf(server));
  } finally {
    await stop(server);
  }
}
