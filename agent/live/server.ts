import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../lib/landing/message.ts';

import { type LiveAnswer, plainAnswer, Refusal, type Route, routeOf } from './router.ts';
import { isLoopback } from './settings.ts';

/** Where the server listens, who may ask, and what answers. */
export interface LiveServerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly token?: string | undefined;
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly routes: readonly Route[];
}

export interface LiveServer {
  readonly port: number;
  close(): Promise<void>;
}

const MOST_BODY_BYTES = 65_536;
/** Scrapers are few; a client that holds connections open takes no more than these. */
const MOST_CONNECTIONS = 64;
/** Limits against clients that send or take slowly: all in ms, but for the size of the headers in bytes. */
const LIMITS: ServerOptions = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 5000,
  maxHeaderSize: 8192,
};
const SOCKET_IDLE_MS = 15_000;

/** Starts the server; it listens when the promise is kept. Throws where anyone could ask without token or TLS. */
export async function createLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const { host, port, token, tls } = options;
  if (!isLoopback(host) && token === undefined && !tls)
    throw new Error(
      `Cannot serve live output on ${host}: expected token_file, or cert_file and key_file, on an address that others reach, got neither`,
    );
  const listener = (request: IncomingMessage, response: ServerResponse) => void serve(request, response, options);
  const server = open(tls, listener);
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(SOCKET_IDLE_MS);
  await listening(server, host, port);
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
}

function open(tls: LiveServerOptions['tls'], listener: (request: IncomingMessage, response: ServerResponse) => void) {
  if (!tls) return createServer(LIMITS, listener);
  try {
    return createTlsServer({ ...LIMITS, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: 5000 }, listener);
  } catch (error) {
    const message = messageOf(error);
    throw new Error(`Cannot turn on TLS: expected cert_file and key_file in PEM that belong together, got ${message}`);
  }
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`Cannot serve live output on ${host}:${port}: expected a free address, got ${error.code}`);
  });
}

async function closed(server: Server): Promise<void> {
  const over = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await over;
}

async function serve(request: IncomingMessage, response: ServerResponse, options: LiveServerOptions): Promise<void> {
  const answer = await answerTo(request, options).catch(refusalOf);
  // As bytes: a text would be written behind the head as one text with it, and be copied twice for that.
  const body = Buffer.from(answer.text);
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(answer.status === 401 && { 'www-authenticate': 'Bearer' }),
    // What is left of a request that was refused is not read.
    ...(answer.status >= 400 && { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo(request: IncomingMessage, options: LiveServerOptions): Promise<LiveAnswer> {
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  const [path = ''] = (request.url ?? '').split('?');
  checkHost(request, options);
  if (!isKnown(request.headers.authorization, options.token)) {
    // Who has no token learns no more than what is open to all.
    const open = options.routes.filter(({ isOpen }) => isOpen);
    if (!open.some((route) => route.path === path))
      throw new Refusal(401, 'Cannot answer without the token: expected the header Authorization: Bearer <token>');
  }
  const { route, params } = routeOf(options.routes, method, path);
  const body = route.method === 'POST' ? await bodyOf(request) : undefined;
  return route.answer({ params, body });
}

/**
 * Without token, a page in a browser on this host could ask under a name of its own that resolves to 127.0.0.1 (DNS
 * rebinding): on loopback only the names of loopback are answered.
 */
function checkHost({ headers }: IncomingMessage, { host, token }: LiveServerOptions): void {
  if (token !== undefined || !isLoopback(host)) return;
  const asked = (headers.host ?? '').replace(/:\d+$/, '').replaceAll(/[[\]]/g, '');
  if (!isLoopback(asked)) throw new Refusal(421, 'Cannot answer for this host name: expected 127.0.0.1 or localhost');
}

/** Both are hashed first, so that the time taken tells neither the token nor its length. */
function isKnown(authorization: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return true;
  const [, given = ''] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}

/** JSON of at most 64 KiB; its type must be named, which a form of a foreign page cannot do. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 'Cannot read the body: expected content-type application/json');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES)
      throw new Refusal(413, `Cannot read the body: expected ${MOST_BODY_BYTES} bytes at most`);
    chunks.push(chunk);
  }
  return bytes === 0 ? undefined : jsonIn(Buffer.concat(chunks).toString('utf8'));
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'Cannot read the body: expected JSON');
  }
}

/** The text of an unforeseen error may hold paths and settings: it is not told. */
function refusalOf(error: unknown): LiveAnswer {
  if (error instanceof Refusal) return plainAnswer(error.status, error.message);
  return plainAnswer(500, 'Cannot answer: an unforeseen error');
}
