import { get as getHttp, type Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { get as getHttps, type Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { PAGE_LIMITS, type PageLimits, Refused, type Sample, Tokenizer } from './tokenize.ts';

/** One page to fetch, and what of it is wanted. */
export interface PageRequest {
  readonly url: string;
  readonly isWanted: (name: string) => boolean;
  /** The page is a JSON object; each number in it becomes a sample under the name given here. */
  readonly jsonNames?: Readonly<Record<string, string>> | undefined;
  readonly token?: string | undefined;
  /** From the first byte sent to the last one read, redirects included. */
  readonly timeoutMs: number;
  readonly limits?: PageLimits;
  /** Connections that are kept from scrape to scrape. */
  readonly connections?: { readonly http: HttpAgent; readonly https: HttpsAgent };
}

const MOST_REDIRECTS = 3;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** Types that targets give the text format, and those of servers that name none (Prometheus' own fallback). */
const TEXT_TYPES = /^(?:text\/plain|application\/openmetrics-text)(?:;|$)/i;
const LONGEST_JSON_BYTES = 65_536;

/**
 * Fetches one page. Throws `Refused` with what was wrong: no connection, no answer in time, a status that is not 200, a
 * redirect to another host, another content type, or a page beyond the limits. Nothing of a refused page is used.
 */
export async function fetchPage(request: PageRequest): Promise<readonly Sample[]> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), request.timeoutMs);
  try {
    return await readPage(await answerTo(new URL(request.url), request, ending.signal), request);
  } catch (error) {
    const refusal = ending.signal.aborted ? tooLate(request) : refusalOf(error, request);
    ending.abort();
    throw refusal;
  } finally {
    clearTimeout(timer);
  }
}

function tooLate({ url, timeoutMs }: PageRequest): Refused {
  return cannotFetch(url, `a whole page within ${timeoutMs} ms`, 'none');
}

function refusalOf(error: unknown, { url }: PageRequest): Refused {
  return error instanceof Refused ? error : cannotFetch(url, 'a page', messageOf(error));
}

async function answerTo(url: URL, request: PageRequest, signal: AbortSignal, redirects = 0): Promise<IncomingMessage> {
  const answer = await ask(url, request, signal);
  const next = redirectOf(answer, url, redirects);
  if (!next) return answer;
  answer.destroy();
  return answerTo(next, request, signal, redirects + 1);
}

function ask(url: URL, { token, jsonNames, connections }: PageRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const headers = {
    accept: jsonNames ? 'application/json' : 'text/plain;version=0.0.4',
    'accept-encoding': 'identity',
    'user-agent': 'joulebook-agent',
    ...(token && { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, reject) => {
    // An answer that breaks off after it was refused has nobody left to tell.
    const answered = (answer: IncomingMessage) => resolve(answer.on('error', () => undefined));
    const sent =
      url.protocol === 'https:'
        ? getHttps(url, { headers, signal, agent: connections?.https }, answered)
        : getHttp(url, { headers, signal, agent: connections?.http }, answered);
    sent.on('error', reject);
  });
}

/** Where a redirect leads; `undefined` where the answer is none. Another host might be told the token. */
function redirectOf(answer: IncomingMessage, from: URL, redirects: number): URL | undefined {
  if (!REDIRECTS.includes(answer.statusCode ?? 0)) return undefined;
  const location = answer.headers.location ?? '';
  const to = URL.parse(location, from.href);
  if (!to) throw cannotFetch(from.href, 'a redirect with an address', `"${printable(location)}"`);
  if (to.origin !== from.origin) throw cannotFetch(from.href, `redirects within ${from.origin}`, to.origin);
  if (redirects >= MOST_REDIRECTS) throw cannotFetch(from.href, `at most ${MOST_REDIRECTS} redirects`, 'more');
  return to;
}

async function readPage(answer: IncomingMessage, request: PageRequest): Promise<readonly Sample[]> {
  const { url, limits = PAGE_LIMITS, jsonNames, isWanted } = request;
  if (answer.statusCode !== 200) throw cannotFetch(url, 'status 200', String(answer.statusCode));
  checkType(answer, request);
  const body = bodyOf(answer, url);
  if (jsonNames) return readJson(body, url, jsonNames);
  const tokenizer = new Tokenizer(isWanted, limits);
  for await (const chunk of body) tokenizer.push(chunk);
  return tokenizer.end();
}

function checkType({ headers }: IncomingMessage, { url, jsonNames }: PageRequest): void {
  const type = headers['content-type'];
  const isFit = jsonNames ? type?.startsWith('application/json') : type === undefined || TEXT_TYPES.test(type);
  if (isFit) return;
  throw cannotFetch(url, jsonNames ? 'application/json' : 'text/plain', printable(type ?? 'no content type'));
}

/** Compressed only where a server does it unasked; what it unpacks to is counted as it comes, piece by piece. */
function bodyOf(answer: IncomingMessage, url: string): Readable {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return answer;
  if (encoding !== 'gzip') throw cannotFetch(url, 'no content encoding, or gzip', printable(encoding));
  const unpacked = createGunzip();
  answer.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  return unpacked;
}

/** `{"total_energy_j": 12.5}` as a sample. Throws `Refused` for anything but a small object with such numbers. */
async function readJson(body: Readable, url: string, names: Readonly<Record<string, string>>): Promise<Sample[]> {
  let text = '';
  for await (const chunk of body) {
    text += String(chunk);
    if (text.length > LONGEST_JSON_BYTES) throw cannotFetch(url, `at most ${LONGEST_JSON_BYTES} bytes of JSON`, 'more');
  }
  const page = jsonIn(text);
  const samples = Object.entries(names).flatMap(([key, name]) => {
    const value = page?.[key];
    return typeof value === 'number' && Number.isFinite(value)
      ? [{ name, labels: new Map<string, string>(), value }]
      : [];
  });
  if (samples.length > 0) return samples;
  throw cannotFetch(url, `a JSON object with ${Object.keys(names).join(', ')}`, printable(text));
}

function jsonIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const page: unknown = JSON.parse(text);
    return typeof page === 'object' && page !== null ? { ...page } : undefined;
  } catch {
    return undefined;
  }
}

function cannotFetch(url: string, expected: string, found: string): Refused {
  return new Refused(`Cannot scrape ${withoutSecrets(url)}: expected ${expected}, got ${found}`);
}

/** An address may carry a name and a password; neither belongs in a log. */
function withoutSecrets(address: string): string {
  const url = new URL(address);
  return `${url.origin}${url.pathname}`;
}

function printable(text: string): string {
  return text.slice(0, 60).replaceAll(/[^\u0020-\u007e]/g, '?');
}

/** A refused connection to a name with two addresses has an empty message and a code. */
function messageOf(error: unknown): string {
  const { message, code } = { message: '', code: '', ...pick(error) };
  return String(message || code || error);
}

function pick(error: unknown): { readonly message?: unknown; readonly code?: unknown } {
  if (typeof error !== 'object' || error === null) return {};
  return { ...('message' in error && { message: error.message }), ...('code' in error && { code: error.code }) };
}
