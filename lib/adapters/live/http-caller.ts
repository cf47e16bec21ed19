import type { Caller, Leave } from '../../landing/live-origin.ts';
import { messageOf } from '../../landing/message.ts';
import { SourceUnavailable } from '../../landing/origin.ts';
import type { Answer, Call, HttpAuth, HttpCall } from '../../sources/live.ts';
import type { CallerEdges } from './caller-edges.ts';
import { exchange, type Reply, Unanswered } from './exchange.ts';
import type { Signer } from './signer.ts';
import { signerOf } from './signers.ts';

/** Statuses that pass by: too many requests, and the server's own troubles (RFC 6585, RFC 9110 §15.6). */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);
const REFUSING = new Set([401, 403]);

/**
 * Speaks HTTP to a provider: signs, waits between attempts with full jitter, heeds `Retry-After`, asks for one fresh token
 * after a refusal, and gives up with `SourceUnavailable`. No error of it holds a secret or what the provider said.
 */
export class HttpCaller implements Caller {
  readonly #edges: CallerEdges;
  readonly #signers = new Map<string, Signer>();

  constructor(edges: CallerEdges) {
    this.#edges = edges;
  }

  async call(call: Call, leave?: Leave): Promise<Answer> {
    if (call.transport !== 'http') throw new TypeError(`Cannot call over HTTP: expected http, got ${call.transport}`);
    const signer = this.#signerFor(call.auth);
    const reply = await this.#answer(call, signer, leave);
    if (!REFUSING.has(reply.status)) return this.#accepted(call, reply);
    const isRenewed = await signer.renew(reply);
    const second = isRenewed ? await this.#answer(call, signer, leave) : reply;
    if (REFUSING.has(second.status)) throw this.#refused(call, second, signer);
    return this.#accepted(call, second);
  }

  #signerFor(auth: HttpAuth): Signer {
    const key = JSON.stringify(auth);
    const signer =
      this.#signers.get(key) ?? signerOf(auth, { ...this.#edges, ask: (call) => this.#answer(call, UNSIGNED) });
    this.#signers.set(key, signer);
    return signer;
  }

  /** Asks until the answer is neither silence nor a passing trouble, or the attempts are used up. */
  async #answer(call: HttpCall, signer: Signer, leave?: Leave): Promise<Reply> {
    const { patience, rewrite, wait } = this.#edges;
    let got = 'nothing';
    for (let attempt = 1; attempt <= patience.attempts; attempt++) {
      const signed = await signer.sign({ ...call, url: rewrite(call.url) });
      await leave?.();
      const reply = await exchange(signed, patience).catch((error: unknown) => unanswered(error));
      if (!(reply instanceof Unanswered) && !PASSING.has(reply.status)) return reply;
      got = reply instanceof Unanswered ? reply.message : `status ${reply.status}`;
      if (attempt < patience.attempts) await wait(this.#pause(attempt, reply, call));
    }
    throw this.#unavailable(call, `${got} in ${patience.attempts} attempts`);
  }

  /** Full jitter: any time up to a bound that doubles. A wait that the provider asks for is kept whole. */
  #pause(attempt: number, reply: Reply | Unanswered, call: HttpCall): number {
    const { patience, random, now } = this.#edges;
    const asked = reply instanceof Unanswered ? undefined : askedWaitMs(reply.headers, now());
    if (asked === undefined) {
      return Math.round(random() * Math.min(patience.longestWaitMs, patience.firstWaitMs * 2 ** (attempt - 1)));
    }
    if (asked <= patience.longestWaitMs) return asked;
    throw this.#unavailable(call, `the wish to be asked again in ${Math.ceil(asked / 1000)} seconds`);
  }

  #accepted(call: HttpCall, { status, text }: Reply): Answer {
    if (status === 200) return { status, text };
    throw this.#unavailable(call, `status ${status}`);
  }

  #refused(call: HttpCall, { status }: Reply, { credential }: Signer): SourceUnavailable {
    return this.#unavailable(call, `status ${status}: it refuses ${credential}`);
  }

  #unavailable({ url }: HttpCall, got: string): SourceUnavailable {
    const { sourceId } = this.#edges;
    return new SourceUnavailable(`Cannot ask ${sourceId} at ${placeOf(url)}: expected an answer, got ${got}`);
  }
}

const UNSIGNED: Signer = { credential: 'no credential', sign: async (call) => call, renew: async () => false };

function unanswered(error: unknown): Unanswered {
  if (error instanceof Unanswered) return error;
  if (error instanceof SourceUnavailable) throw error;
  return new Unanswered(messageOf(error));
}

/** Host and path: a query may hold what the settings name, and is long. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** Azure says by other names how long each of its limits lasts (Microsoft documentation, Cost Management automation FAQ, error 429). */
const OWN_RETRY_AFTER = /^x-ms-ratelimit-microsoft\.(costmanagement|consumption)-([a-z-]+-)?retry-after$/;

/** The longest wait that the headers ask for; undefined where they ask for none. */
function askedWaitMs(headers: Headers, now: number): number | undefined {
  const names = [...headers.keys()].filter((name) => name === 'retry-after' || OWN_RETRY_AFTER.test(name));
  const waits = names.flatMap((name) => retryAfterMs(headers.get(name), now) ?? []);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/**
 * Milliseconds from `Retry-After`: seconds or a date (RFC 9110 §10.2.3), seconds with a fraction as some write them. Undefined where there
 * is none to read, and for a moment that has passed by this clock: all attempts would be made at once. (`Date.parse` takes 1.5 for a day.)
 */
function retryAfterMs(header: string | null, now: number): number | undefined {
  if (!header) return undefined;
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1000 || undefined;
  const ms = /^[A-Z][a-z]{2,8},? /.test(header) ? Date.parse(header) - now : Number.NaN;
  return ms > 0 ? ms : undefined;
}
