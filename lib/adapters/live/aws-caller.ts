import { randomUUID } from 'node:crypto';

import type { Caller, Leave } from '../../landing/live-origin.ts';
import { SourceUnavailable } from '../../landing/origin.ts';
import type { Answer, AwsCall, Call } from '../../sources/live.ts';
import { type AwsOperation, openOperation } from './aws-operations.ts';
import type { CallerEdges } from './caller-edges.ts';

/** Names under which AWS says "too many calls" (each service's API reference, "Common Errors"); Cost Explorer has a limit of its own. */
const THROTTLED =
  /^(Throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded|RequestThrottled|BandwidthLimitExceeded|SlowDown)/;
const EXPIRED = /^(ExpiredToken|RequestExpired|TokenRefreshRequired)/;
/** The client takes the time from such an answer, so that the next attempt is signed with it. */
const SKEWED = /^(RequestTimeTooSkewed|RequestInTheFuture|InvalidSignature|SignatureDoesNotMatch|AuthFailure)/;
/** The endpoint that the service named is no longer the right one: a client that is opened anew asks for it again. */
const MOVED = /^InvalidEndpoint/;
/** Errors whose words name what is missing and quote nothing that was signed. */
const SAYS_WHY = /^(AccessDenied|Validation|DataUnavailable|BillExpiration|QueryExecution)/;

/** What the client's errors tell, read without trust. */
interface Failure {
  readonly name: string;
  readonly message: string;
  /** HTTP status; undefined where nothing came back. */
  readonly status: number | undefined;
}

/**
 * Asks AWS services through their SDK clients, which are loaded when they are first needed. Waits between attempts with full
 * jitter, takes fresh credentials once when they have expired, and gives up with `SourceUnavailable`. The answer is the
 * operation's output as JSON.
 */
export class AwsCaller implements Caller {
  readonly #edges: CallerEdges;
  readonly #open = new Map<string, Promise<AwsOperation>>();

  constructor(edges: CallerEdges) {
    this.#edges = edges;
  }

  async call(call: Call, leave: Leave = async () => undefined): Promise<Answer> {
    if (call.transport !== 'aws') throw new TypeError(`Cannot call AWS: expected aws, got ${call.transport}`);
    const { patience, wait } = this.#edges;
    const question = askedOnce(call);
    let failures: readonly Failure[] = [];
    while (failures.length < patience.attempts) {
      await leave();
      const answer = await this.#attempt(question);
      if (!('name' in answer)) return answer;
      if (!this.#hasChance(answer, failures)) throw this.#unavailable(call, [...failures, answer]);
      failures = [...failures, answer];
      if (failures.length < patience.attempts) await wait(this.#pause(failures.length));
    }
    throw this.#unavailable(call, failures);
  }

  /** Fresh credentials are worth one attempt: clients that are opened anew look for them. */
  #hasChance(failure: Failure, before: readonly Failure[]): boolean {
    if (MOVED.test(failure.name)) this.#open.clear();
    if (!EXPIRED.test(failure.name)) return isPassing(failure);
    this.#open.clear();
    return !before.some(({ name }) => EXPIRED.test(name));
  }

  async #attempt(call: AwsCall): Promise<Answer | Failure> {
    const { patience } = this.#edges;
    try {
      const send = await this.#operation(call);
      const signal = AbortSignal.timeout(call.timeoutMs ?? patience.timeoutMs);
      const text = JSON.stringify(await send(call.input, signal));
      return text.length > patience.maxBytes ? tooLarge(patience.maxBytes) : { status: 200, text };
    } catch (error) {
      return failureOf(error);
    }
  }

  #operation({ service, operation, region }: AwsCall): Promise<AwsOperation> {
    const key = `${service} ${operation} ${region}`;
    const open = this.#open.get(key) ?? openOperation({ service, operation, region }, this.#edges);
    this.#open.set(key, open);
    return open;
  }

  /** Any time up to a bound that doubles. */
  #pause(attempt: number): number {
    const { patience, random } = this.#edges;
    return Math.round(random() * Math.min(patience.longestWaitMs, patience.firstWaitMs * 2 ** (attempt - 1)));
  }

  #unavailable({ service, operation }: AwsCall, failures: readonly Failure[]): SourceUnavailable {
    const last = failures.at(-1);
    const tries = failures.length > 1 ? ` in ${failures.length} attempts` : '';
    const got = last ? `${wordsOf(last)}${tries}` : 'no attempt';
    return new SourceUnavailable(
      `Cannot ask ${this.#edges.sourceId} at ${service} ${operation}: expected an answer, got ${got}`,
    );
  }
}

/**
 * Attempts of one question bear one token: the service runs it once, also where its first answer was lost. A page is told by its own
 * token (Timestream API reference, Query).
 */
function askedOnce(call: AwsCall): AwsCall {
  if (call.service !== 'timestream-query' || 'NextToken' in call.input) return call;
  return { ...call, input: { ...call.input, ClientToken: randomUUID() } };
}

/** Worth another attempt: no answer, half a one, too many calls, the service's own trouble, a clock that was wrong. */
function isPassing({ name, status }: Failure): boolean {
  if (status === undefined || status === 200 || status === 429 || status >= 500) return name !== 'TooLarge';
  return THROTTLED.test(name) || SKEWED.test(name) || MOVED.test(name);
}

function wordsOf({ name, message, status }: Failure): string {
  if (EXPIRED.test(name)) return `${name}: the AWS credentials of this process have expired`;
  if (SAYS_WHY.test(name) || name === 'TooLarge') return `${name}: ${message}`;
  return status === undefined ? `no answer (${name})` : `${name} (status ${status})`;
}

function failureOf(caught: unknown): Failure {
  const error = reasonOf(caught);
  if (!(error instanceof Error)) return { name: 'an error', message: '', status: undefined };
  const { $metadata: metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const { code } = error as { code?: unknown };
  const name = error.name === 'Error' && typeof code === 'string' ? code : error.name;
  return { name, message: error.message, status: isCredentialFault(name) ? 401 : metadata?.httpStatusCode };
}

/** The client wraps what came of its search for an endpoint. */
function reasonOf(error: unknown): unknown {
  return error instanceof Error && 'reason' in error && error.reason instanceof Error ? error.reason : error;
}

/** No credentials were found: another attempt finds none either. */
function isCredentialFault(name: string): boolean {
  return name === 'CredentialsProviderError' || name === 'TokenProviderError';
}

function tooLarge(maxBytes: number): Failure {
  return { name: 'TooLarge', message: `more than ${maxBytes} bytes`, status: 200 };
}
