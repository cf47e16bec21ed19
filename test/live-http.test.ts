import { createServer, type Server, type ServerResponse } from 'node:http';

import { ProviderCaller } from '../lib/adapters/live/caller.ts';
import type { CallerEdges } from '../lib/adapters/live/caller-edges.ts';
import { HttpCaller } from '../lib/adapters/live/http-caller.ts';
import { openSecret } from '../lib/adapters/live/secrets.ts';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import type { HttpAuth, HttpCall } from '../lib/sources/live.ts';
import { type AnsweringServer, type Asked, type Said, startServer } from './support/answering-server.ts';
import { edgesTo, type LiveEdges, PLANTED } from './support/live-edges.ts';
import { baseUrlOf, listen, stop } from './support/local-server.ts';

const NONE: HttpAuth = { kind: 'none' };
const TOKEN: HttpAuth = { kind: 'header', header: 'auth-token' };
const OK: Said = { status: 200, body: '{"data":[]}' };

function call(auth: HttpAuth = NONE, more: Partial<HttpCall> = {}): HttpCall {
  return { transport: 'http', method: 'GET', url: 'https://api.example.org/v1/hours?zone=IE', auth, ...more };
}

interface Try {
  readonly server: AnsweringServer;
  readonly edges: LiveEdges;
  readonly caller: HttpCaller;
}

/** A caller before a server that says `answer` to each request. */
async function facing<Result>(
  answer: (asked: Asked, before: number) => Said,
  use: (tried: Try) => Promise<Result>,
  more: Partial<CallerEdges> = {},
): Promise<Result> {
  const server = await startServer(answer);
  try {
    const edges = edgesTo(server.url, more);
    return await use({ server, edges, caller: new HttpCaller(edges) });
  } finally {
    await server.stop();
  }
}

const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: unknown) => {
      expect(error).toBeInstanceOf(SourceUnavailable);
      return error instanceof Error ? error.message : '';
    },
  );

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

describe('a secret in a header', () => {
  test('goes along and is named, not quoted, when it is refused', () =>
    facing(
      ({ headers }) => ({ status: 401, body: `bad token ${headers['auth-token']}` }),
      async ({ caller, server }) => {
        const message = await messageOf(caller.call(call(TOKEN)));
        expect(message).toMatch(/got status 401: it refuses the environment variable PLANTED$/);
        expect(message).not.toContain(PLANTED);
        expect(server.asked).toHaveLength(1);
      },
    ));

  test('that was rotated meanwhile is read anew, once', () => {
    const environment: Record<string, string> = { KEY: 'old' };
    const secret = openSecret({ env: 'KEY' }, { environment });
    return facing(
      ({ headers }) => {
        environment['KEY'] = 'new';
        return headers['auth-token'] === 'new' ? OK : { status: 403 };
      },
      async ({ caller, server }) => {
        await caller.call(call(TOKEN));
        await caller.call(call(TOKEN));
        expect(server.asked.map(({ headers }) => headers['auth-token'])).toEqual(['old', 'new', 'new']);
      },
      { secret },
    );
  });

  test('that no header can hold is refused before it is sent, and not quoted', () =>
    facing(
      () => OK,
      async ({ caller, server }) => {
        const message = await messageOf(caller.call(call(TOKEN)));
        expect(message).toBe(
          'Cannot use the environment variable KEY: expected one line of plain characters, got others',
        );
        expect(server.asked).toEqual([]);
      },
      { secret: openSecret({ env: 'KEY' }, { environment: { KEY: `${PLANTED}\nsecond line` } }) },
    ));
});

describe('a log-in', () => {
  const login: HttpAuth = { kind: 'login', url: 'https://api.example.org/login', tokenMinutes: 30 };
  const bearer = (path: string, authorization: unknown, valid: string): Said => {
    if (path === '/login') return { status: 200, body: `{"token":"${valid}"}` };
    return authorization === `Bearer ${valid}` ? OK : { status: 401 };
  };

  test('gives a token that serves until it ends', () => {
    let now = 0;
    return facing(
      ({ path, headers }) => bearer(path, headers['authorization'], 'a.b.c'),
      async ({ caller, server }) => {
        await caller.call(call(login));
        await caller.call(call(login));
        now = 29 * 60_000;
        await caller.call(call(login));
        expect(server.asked.map(({ path }) => path)).toEqual([
          '/login',
          '/v1/hours?zone=IE',
          '/v1/hours?zone=IE',
          '/login',
          '/v1/hours?zone=IE',
        ]);
        expect(server.asked[0]?.headers['authorization']).toBe(`Basic ${Buffer.from(PLANTED).toString('base64')}`);
      },
      { now: () => now },
    );
  });

  test('is made again, once, when the token ended before its time', () => {
    const tokens = ['first', 'second'];
    return facing(
      ({ path, headers }) => {
        if (path === '/login') return bearer(path, '', tokens.shift() ?? '');
        return bearer(path, headers['authorization'], 'second');
      },
      async ({ caller, server }) => {
        expect((await caller.call(call(login))).status).toBe(200);
        expect(server.asked.map(({ path }) => path)).toEqual([
          '/login',
          '/v1/hours?zone=IE',
          '/login',
          '/v1/hours?zone=IE',
        ]);
      },
    );
  });

  test('that is refused names the secret, and quotes neither it nor the answer', () =>
    facing(
      () => ({ status: 403, body: PLANTED }),
      async ({ caller }) => {
        expect(await messageOf(caller.call(call(login)))).toBe(
          'Cannot log in to api.example.org as the environment variable PLANTED: expected a token, got status 403',
        );
      },
    ));
});

describe('a signature of AWS', () => {
  const sigv4: HttpAuth = { kind: 'sigv4', service: 'sustainability', region: 'us-east-1' };
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  // biome-ignore lint/style/noProcessEnv: the SDK finds its credentials there
  const environment = process.env;

  beforeEach(() => {
    for (const name of names) environment[name] = `${PLANTED}-${name}`;
  });

  afterEach(() => {
    for (const name of names) delete environment[name];
  });

  test('bears the time, the scope and the signed headers, and no secret', () =>
    facing(
      () => OK,
      async ({ caller, server }) => {
        await caller.call(call(sigv4, { method: 'POST', body: '{"MaxResults":1}' }));
        const { authorization, 'x-amz-date': date } = server.asked[0]?.headers ?? {};
        expect(date).toBe('20260722T060000Z');
        expect(authorization).toMatch(
          /^AWS4-HMAC-SHA256 Credential=\S+\/20260722\/us-east-1\/sustainability\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/,
        );
        expect(JSON.stringify(server.asked[0]?.headers)).not.toContain('AWS_SECRET_ACCESS_KEY');
      },
    ));

  test('takes the time of the provider where this clock is wrong', () =>
    facing(
      ({ headers }) => {
        const isInTime = headers['x-amz-date'] === '20260722T064500Z';
        return isInTime ? OK : { status: 403, headers: { date: 'Wed, 22 Jul 2026 06:45:00 GMT' } };
      },
      async ({ caller, server }) => {
        await caller.call(call(sigv4));
        await caller.call(call(sigv4));
        expect(server.asked).toHaveLength(3);
      },
    ));

  test('that is refused twice is given up', () =>
    facing(
      () => ({ status: 403, headers: { date: 'Wed, 22 Jul 2026 06:00:00 GMT' } }),
      async ({ caller, server }) => {
        expect(await messageOf(caller.call(call(sigv4)))).toMatch(/it refuses the AWS credentials of this process$/);
        expect(server.asked).toHaveLength(2);
      },
    ));
});

test('workload identity towards Azure gives a token, and a fresh one after a refusal', () => {
  const tokens = ['old', 'new'];
  return facing(
    ({ headers }) => (headers['authorization'] === 'Bearer new' ? OK : { status: 401 }),
    async ({ caller, server }) => {
      await caller.call(call({ kind: 'azure', scope: 'https://management.azure.com/.default' }));
      expect(server.asked).toHaveLength(2);
    },
    { azureToken: async () => tokens.shift() ?? '' },
  );
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
