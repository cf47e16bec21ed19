import { once } from 'node:events';
import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';

import { plainAnswer, Refusal, type Route } from '../../agent/live/router.ts';
import { createLiveServer, type LiveServer, type LiveServerOptions } from '../../agent/live/server.ts';
import { isLoopback, liveSettings, otlpSettings, parseAddress } from '../../agent/live/settings.ts';
import { selfSigned } from '../support/self-signed.ts';

const TOKEN = 'a-token-of-enough-length';
const open: LiveServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/metrics', answer: () => plainAnswer(200, 'metrics') },
  { method: 'GET', path: '/healthz', isOpen: true, answer: () => plainAnswer(200, 'ok') },
  {
    method: 'POST',
    path: '/runs/:run_id/end',
    answer: ({ params, body }) => plainAnswer(201, JSON.stringify({ params, body })),
  },
  {
    method: 'GET',
    path: '/broken',
    answer() {
      throw new Error('the secret of /etc/joulebook');
    },
  },
  {
    method: 'GET',
    path: '/refused',
    async answer() {
      throw new Refusal(409, 'Cannot open the run: it is open');
    },
  },
];

async function serve(options: Partial<LiveServerOptions> = {}): Promise<LiveServer> {
  const server = await createLiveServer({ host: '127.0.0.1', port: 0, routes: ROUTES, ...options });
  open.push(server);
  return server;
}

interface Answered {
  readonly status: number | undefined;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Asks by node:http, which sends any header, the one of the host as well. */
async function ask(
  { port }: LiveServer,
  path: string,
  { body, tls, ...options }: RequestOptions & { body?: string; tls?: { ca: string } } = {},
): Promise<Answered> {
  const to = { host: '127.0.0.1', port, path, agent: false, ...options };
  const request = tls ? httpsRequest({ ...to, ...tls, servername: 'localhost' }) : httpRequest(to);
  // A server that has seen enough of a body closes; its answer was sent before.
  request.on('error', () => undefined);
  request.end(body);
  const [response] = await once(request, 'response');
  const text = (await response.toArray()).join('');
  return { status: response.statusCode, text, headers: response.headers };
}

const posted = (body: string, type = 'application/json') => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
});

describe('the live server', () => {
  test('answers by method and path', async () => {
    const server = await serve();
    expect(await ask(server, '/metrics?x=1')).toMatchObject({ status: 200, text: 'metrics\n' });
    expect(await ask(server, '/metrics', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    expect(await ask(server, '/runs/a%2Fb/end', posted('{"outcome":"succeeded"}'))).toMatchObject({
      status: 201,
      text: '{"params":{"run_id":"a/b"},"body":{"outcome":"succeeded"}}\n',
    });
    expect(await ask(server, '/runs/a/end', posted(''))).toMatchObject({ text: '{"params":{"run_id":"a"}}\n' });
  });

  test.each([
    [404, '/nothing', {}, /^Cannot find \/nothing/],
    [404, '/runs//end', posted('{}'), /^Cannot find/],
    [405, '/metrics', posted('{}'), /expected GET/],
    [400, '/runs/%ff/end', posted('{}'), /percent-encoded/],
    [400, '/runs/a/end', posted('{'), /expected JSON/],
    [415, '/runs/a/end', posted('a=b', 'application/x-www-form-urlencoded'), /application\/json/],
    [413, '/runs/a/end', posted(`"${'x'.repeat(70_000)}"`), /65536 bytes at most/],
    [409, '/refused', {}, /^Cannot open the run: it is open$/m],
    [500, '/broken', {}, /^Cannot answer: an unforeseen error$/m],
    [421, '/metrics', { headers: { host: 'evil.example:9710' } }, /127\.0\.0\.1 or localhost/],
  ])('says %d in words for %s', async (status, path, options, text) => {
    const answer = await ask(await serve(), path, options);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
    expect(answer.text).not.toContain('secret');
  });

  test('never tells its own environment or software', async () => {
    const { headers } = await ask(await serve(), '/metrics');
    expect(Object.keys(headers).sort()).toEqual(
      ['cache-control', 'connection', 'content-length', 'content-type', 'date', 'x-content-type-options'].sort(),
    );
  });

  test('with a token answers only who has it, but for what is open', async () => {
    const server = await serve({ token: TOKEN });
    const bearing = (authorization: string) => ({ headers: { authorization } });
    expect(await ask(server, '/metrics')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(await ask(server, '/nothing')).toMatchObject({ status: 401 });
    expect(await ask(server, '/metrics', bearing(`Bearer ${TOKEN}x`))).toMatchObject({ status: 401 });
    expect(await ask(server, '/metrics', bearing(`Basic ${TOKEN}`))).toMatchObject({ status: 401 });
    expect(await ask(server, '/metrics', bearing(`Bearer ${TOKEN}`))).toMatchObject({ status: 200 });
    expect(await ask(server, '/healthz')).toMatchObject({ status: 200 });
  });

  test('speaks TLS 1.2 and later where it has a certificate', async () => {
    const tls = selfSigned('localhost');
    const server = await serve({ tls });
    const asked = (more: object) => ask(server, '/metrics', { tls: { ca: tls.cert, ...more } });
    expect(await asked({})).toMatchObject({ status: 200, text: 'metrics\n' });
    expect(await asked({ maxVersion: 'TLSv1.2' })).toMatchObject({ status: 200 });
    const old = httpsRequest({
      host: '127.0.0.1',
      port: server.port,
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    const refused = once(old, 'response').then(
      () => 'answered',
      () => 'refused',
    );
    old.end();
    expect(await refused).toBe('refused');
  });

  test('starts on an address that others reach only with token or TLS', async () => {
    await expect(serve({ host: '0.0.0.0' })).rejects.toThrow(
      'Cannot serve live output on 0.0.0.0: expected token_file, or cert_file and key_file, on an address that others reach, got neither',
    );
    const server = await serve({ host: '0.0.0.0', token: TOKEN });
    expect(await ask(server, '/healthz')).toMatchObject({ status: 200 });
  });

  test('says why it cannot start', async () => {
    const { port } = await serve();
    await expect(serve({ port })).rejects.toThrow(
      `Cannot serve live output on 127.0.0.1:${port}: expected a free address, got EADDRINUSE`,
    );
    await expect(serve({ tls: { cert: 'no PEM', key: 'no PEM' } })).rejects.toThrow(/^Cannot turn on TLS: expected/);
  });

  test('cuts off who sends no headers, and goes on for others', async () => {
    const server = await serve();
    const slow = connect(server.port, '127.0.0.1');
    slow.write('GET /metrics HTTP/1.1\r\n');
    const chunks: Buffer[] = [];
    slow.on('data', (chunk) => void chunks.push(chunk));
    const over = once(slow, 'close');
    expect(await ask(server, '/metrics')).toMatchObject({ status: 200 });
    await over;
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('takes no headers of more than 8 KiB', async () => {
    const server = await serve();
    expect(await ask(server, '/metrics', { headers: { 'x-much': 'x'.repeat(9000) } })).toMatchObject({ status: 431 });
  });
});

describe('settings', () => {
  const faultIn = (settings: unknown) => liveSettings.safeParse(settings).error?.issues[0]?.message;

  test('listen on loopback only unless told', () => {
    expect(liveSettings.parse({})).toEqual({
      listen: '127.0.0.1:9710',
      max_series: 2000,
      window_seconds: 300,
      stale_after_seconds: 30,
    });
  });

  test.each([
    ['127.0.0.1:9710', { host: '127.0.0.1', port: 9710 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['node-1:0', { host: 'node-1', port: 0 }],
  ])('name the address %s', (listen, address) => {
    expect(parseAddress(liveSettings.parse({ listen }).listen)).toEqual(address);
  });

  test.each(['9710', '127.0.0.1', '::1:80', '127.0.0.1:99999'])('refuse the address %s', (listen) => {
    expect(liveSettings.safeParse({ listen }).success).toBe(false);
  });

  test.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['127.0.0.1.evil.example', false],
  ])('know whether only this host reaches %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  test('want certificate and key together', () => {
    expect(faultIn({ cert_file: 'a.pem' })).toBe('expected cert_file and key_file together, got one of the two');
  });

  test('send headers, which hold keys, to nobody in the clear', () => {
    const settings = { endpoint: 'http://collector.example:4318', headers_file: '/etc/joulebook/otlp-headers' };
    expect(otlpSettings.safeParse(settings).error?.issues[0]?.message).toMatch(/^expected an https endpoint/);
    expect(otlpSettings.safeParse({ ...settings, endpoint: 'http://127.0.0.1:4318' }).success).toBe(true);
    expect(otlpSettings.safeParse({ endpoint: 'ftp://collector.example' }).success).toBe(false);
  });
});
