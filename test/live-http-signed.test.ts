import { openSecret } from '../lib/adapters/live/secrets.ts';
import type { HttpAuth } from '../lib/sources/live.ts';
import type { Said } from './support/answering-server.ts';
import { call, facing, messageOf, OK, TOKEN } from './support/facing-http.ts';
import { PLANTED } from './support/live-edges.ts';

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
