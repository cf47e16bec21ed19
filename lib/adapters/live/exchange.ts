import { SourceUnavailable } from '../../landing/origin.ts';
import type { HttpCall } from '../../sources/live.ts';
import { tracedCall } from '../traces.ts';
import type { Patience } from './caller-edges.ts';
import { whyUnanswered } from './fetch-error.ts';

/** What came back, whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Nothing, or not all, came back: worth another attempt. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

const MOST_REDIRECTS = 3;
/** Redirects that keep the method and the body (RFC 9110 §15.4), and those that only a GET may follow. */
const KEEPING = new Set([307, 308]);
const ASKING_ANEW = new Set([301, 302, 303]);

/**
 * One attempt: sends a call and reads the whole answer. Throws `Unanswered` for silence, a reset, a time-out or half an
 * answer, and `SourceUnavailable` for one that is too large, is no UTF-8 text or leads to another host.
 */
export async function exchange(call: HttpCall, patience: Patience): Promise<Reply> {
  const signal = AbortSignal.timeout(patience.timeoutMs);
  let url = call.url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await send({ ...call, url }, signal, patience);
    const next = redirectOf(call, url, response);
    if (next === undefined) return replyOf(response, patience);
    await response.body?.cancel();
    url = next;
  }
  throw new SourceUnavailable(`Cannot ask ${new URL(call.url).host}: expected an answer, got a circle of redirects`);
}

async function send({ method, url, headers, body }: HttpCall, signal: AbortSignal, patience: Patience) {
  try {
    return await tracedCall({ host: new URL(url).host, method }, () =>
      fetch(url, { method, redirect: 'manual', signal, ...(headers && { headers }), ...(body && { body }) }),
    );
  } catch (error) {
    throw new Unanswered(whyUnanswered(error, patience.timeoutMs));
  }
}

/** Where a redirect leads; credentials go along, so it must not leave the host. */
function redirectOf({ method }: HttpCall, url: string, { status, headers }: Response): string | undefined {
  const isFollowed = KEEPING.has(status) || (ASKING_ANEW.has(status) && method === 'GET');
  const location = headers.get('location');
  if (!isFollowed || location === null) return undefined;
  const [from, to] = [new URL(url), new URL(location, url)];
  if (to.origin === from.origin) return to.href;
  throw new SourceUnavailable(`Cannot ask ${from.host}: expected an answer of its own, got a redirect to ${to.host}`);
}

async function replyOf(response: Response, patience: Patience): Promise<Reply> {
  const { status, headers } = response;
  return { status, headers, text: textOf(await bodyOf(response, patience), response.url) };
}

async function bodyOf({ body, url }: Response, patience: Patience): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body ?? []) {
      bytes += part.byteLength;
      if (bytes > patience.maxBytes) throw tooLarge(url, patience);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof SourceUnavailable ? error : new Unanswered(whyUnanswered(error, patience.timeoutMs));
  }
  return Buffer.concat(parts);
}

function tooLarge(url: string, { maxBytes }: Patience): SourceUnavailable {
  return new SourceUnavailable(`Cannot ask ${new URL(url).host}: expected at most ${maxBytes} bytes, got more`);
}

/** The bytes as text that gives the same bytes again: nothing is replaced, and a mark at the beginning stays. */
function textOf(bytes: Uint8Array, url: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SourceUnavailable(`Cannot ask ${new URL(url).host}: expected text in UTF-8, got other bytes`);
  }
}
