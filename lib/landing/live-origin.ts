import type { Answer, AskRequest, Call, LiveProvider, Question, Understood } from '../sources/live.ts';
import { type Book, jsonBytes, readText } from './book.ts';
import { coveredUntil } from './coverage.ts';
import {
  type Fetched,
  type MissingPart,
  type Offer,
  type Origin,
  RejectedPayload,
  SourceUnavailable,
} from './origin.ts';
import { landedKey, type Page, type Receipt } from './receipt.ts';
import { offeredReceipts, readReceipts } from './receipts.ts';

/** Speaks to providers. Kept by `lib/adapters/live/`. */
export interface Caller {
  /**
   * Answers with status 200; throws `SourceUnavailable` where the provider refuses, fails or stays silent for good. `leave` is
   * waited for before each request that leaves, also one that is made again; where it throws, none leaves.
   */
  call(call: Call, leave?: Leave): Promise<Answer>;
}

/** Told that a request is about to leave. */
export type Leave = () => Promise<void>;

/** A provider that is asked for one month of one source. */
export interface LiveRequest extends AskRequest {
  readonly sourceId: string;
  readonly provider: LiveProvider;
  /** Calls that a calendar month may cost; for providers whose calls have a price. */
  readonly maxCalls: number;
  /** Ids of the sources whose missing days this one fills. */
  readonly fillsInFor?: readonly string[];
}

/** Pages of one question: what a provider has for a month ends far below. */
const MOST_PAGES = 1000;

interface Edges {
  readonly book: Book;
  readonly caller: Caller;
  /** Keeps an answer on the local disk under its name, with its fingerprint. */
  keep(name: string, text: string): Promise<Fetched>;
}

interface Kept {
  readonly fetched: Fetched;
  readonly request: string;
  readonly follows?: Page;
  readonly isPage?: true;
  readonly refused?: { readonly found: string; readonly expected: string };
}

/** What the book has of a page, and the page before it. */
interface Known {
  readonly receipt: Receipt | undefined;
  readonly before: Page | undefined;
}

/** A page that is there, and the question behind it. */
interface Turned {
  readonly next: Question;
  readonly sha256: string;
}

/** That an answer was the same when it was asked for again. No evidence: it only spares calls. */
interface Confirmation {
  readonly asked_at: string;
  readonly sha256: string;
}

/**
 * A provider as an origin: its answers are the files. Page by page; an answer that is final or was landed by this very run is
 * read from the book instead of being asked for again, so that a run that failed halfway goes on where it stopped and
 * a closed month costs nothing. What was answered before a failure is offered, and lands; `failure` says what is missing.
 */
export class LiveOrigin implements Origin {
  readonly #request: LiveRequest;
  readonly #edges: Edges;
  #kept = new Map<string, Kept>();
  readonly #remarks = new Set<string>();
  /** Why a part is missing, by its name. */
  readonly #missing = new Map<string, string>();
  #failure: SourceUnavailable | undefined;
  /** Whether the page before the one that is asked for was read from the book. */
  #isBehindBook = false;

  constructor(request: LiveRequest, edges: Edges) {
    this.#request = request;
    this.#edges = edges;
  }

  async list(): Promise<Offer[]> {
    const { provider, period, asOf, sourceId } = this.#request;
    const receipts = await readReceipts(this.#edges.book, period, asOf);
    const landed = new Map(
      offeredReceipts(receipts.filter(({ source_id }) => source_id === sourceId)).map((each) => [each.origin, each]),
    );
    const questions = [...provider.ask(this.#withCoverage(receipts))];
    try {
      for (; questions[0]; questions.shift()) await this.#askToTheEnd(questions[0], landed);
    } catch (error) {
      if (!(error instanceof SourceUnavailable)) throw error;
      this.#failure = error;
      for (const question of questions) this.#missing.set(partOf(question), error.message);
    }
    return [...this.#kept].map(([origin, { fetched, refused: _refused, ...kept }]) => ({
      origin,
      bytes: fetched.bytes,
      ...kept,
    }));
  }

  async fetch({ origin }: Offer): Promise<Fetched> {
    const kept = this.#kept.get(origin);
    if (!kept) throw new RejectedPayload({ found: 'no answer of that name', expected: 'an answer that was listed' });
    if (kept.refused) throw new RejectedPayload({ ...kept.refused, fetched: kept.fetched });
    return kept.fetched;
  }

  failure(): SourceUnavailable | undefined {
    return this.#failure;
  }

  missing(): readonly MissingPart[] {
    return [...this.#missing].map(([part, reason]) => ({ part, reason }));
  }

  remarks(): readonly string[] {
    return [...this.#remarks];
  }

  /**
   * A question and the pages behind it. Where the page behind one of the book cannot be had, the token that leads to it may have
   * expired: the list is asked for from its beginning. Where that does not lead to its end either, what there is stays.
   */
  async #askToTheEnd(first: Question, landed: ReadonlyMap<string, Receipt>): Promise<void> {
    try {
      await this.#askAll(first, landed);
    } catch (error) {
      if (!(error instanceof SourceUnavailable) || !this.#isBehindBook) throw error;
      const kept = new Map(this.#kept);
      await this.#askAll(first, new Map()).catch((again: unknown) => {
        this.#kept = kept;
        throw again;
      });
    }
  }

  /** A question and the pages behind it. A page that follows itself, or pages without end, are a fault of the provider. */
  async #askAll(first: Question, landed: ReadonlyMap<string, Receipt>): Promise<void> {
    const seen = new Set<string>();
    this.#isBehindBook = false;
    let question = first;
    let before: Page | undefined;
    while (question !== END) {
      const origin = this.#originOf(question);
      if (seen.has(origin)) throw this.#unavailable(`its last page, got ${origin} after itself`);
      if (seen.size >= MOST_PAGES)
        throw this.#unavailable(`at most ${MOST_PAGES} pages from ${first.name} on, got more`);
      seen.add(origin);
      const known = { receipt: landed.get(origin), before };
      const inBook = await this.#fromBook(question, known);
      const turned = inBook ?? (await this.#ask(question, origin, known));
      this.#isBehindBook = inBook !== undefined;
      before = { origin, sha256: turned.sha256 };
      question = turned.next;
    }
  }

  #withCoverage(receipts: readonly Receipt[]): AskRequest {
    const { fillsInFor = [], period } = this.#request;
    const until = coveredUntil(receipts, fillsInFor, period);
    return { ...this.#request, ...(until && { coveredUntil: until }) };
  }

  #refusalText({ found, expected }: NonNullable<Understood['refused']>): string {
    return `${this.#request.provider.id} said ${found}, expected ${expected}`;
  }

  #unavailable(expected: string): SourceUnavailable {
    const { provider, sourceId } = this.#request;
    return new SourceUnavailable(`Cannot ask ${provider.id} for ${sourceId}: expected ${expected}`);
  }

  /** The page that follows one which need not be asked for again; undefined where this one must be. */
  async #fromBook(question: Question, { receipt, before }: Known): Promise<Turned | undefined> {
    if (!receipt || receipt.request !== requestText(question.call)) return undefined;
    if (receipt.follows?.sha256 !== before?.sha256) return undefined;
    if (!(await this.#isSettled(question, receipt))) return undefined;
    const text = await readText(this.#edges.book, landedKey(receipt));
    if (text === undefined) return undefined;
    const understood = this.#request.provider.understand(question, { status: 200, text });
    return understood.refused ? undefined : { next: this.#follow(understood), sha256: receipt.sha256 };
  }

  /** Answered by this very run, or when it was final. */
  async #isSettled(question: Question, { fetched_at, sha256 }: Receipt): Promise<boolean> {
    const { finalAfter } = question;
    const isSettledAt = (at: string) => at === this.#request.asOf || (finalAfter !== undefined && at >= finalAfter);
    if (isSettledAt(fetched_at)) return true;
    const text = await readText(this.#edges.book, this.#confirmationKey(question));
    const confirmed = text === undefined ? undefined : (JSON.parse(text) as Confirmation);
    return confirmed !== undefined && confirmed.sha256 === sha256 && isSettledAt(confirmed.asked_at);
  }

  #confirmationKey({ name }: Question): string {
    const { sourceId, period } = this.#request;
    return `calls/source=${sourceId}/period=${period.month}/${name}`;
  }

  async #ask(question: Question, origin: string, { receipt, before }: Known): Promise<Turned> {
    const answer = await this.#edges.caller.call(question.call, () => this.#count());
    const understood = this.#request.provider.understand(question, answer);
    const fetched = await this.#edges.keep(question.name, answer.text);
    const request = requestText(question.call);
    const refused = understood.refused && { refused: understood.refused };
    const isPage = (before || (!understood.refused && understood.next)) && ({ isPage: true } as const);
    this.#kept.set(origin, { fetched, request, ...(before && { follows: before }), ...isPage, ...refused });
    if (understood.refused) this.#missing.set(partOf(question), this.#refusalText(understood.refused));
    if (receipt?.sha256 === fetched.sha256) await this.#confirm(question, receipt);
    return { next: this.#follow(understood), sha256: fetched.sha256 };
  }

  /** The same answer again lands no second time, so its receipt cannot say that it still stood. */
  async #confirm(question: Question, { sha256 }: Receipt): Promise<void> {
    const confirmation: Confirmation = { asked_at: this.#request.asOf, sha256 };
    await this.#edges.book.put(this.#confirmationKey(question), jsonBytes(confirmation));
  }

  #follow(understood: Understood): Question {
    if (understood.refused) return END;
    for (const remark of understood.remarks ?? []) this.#remarks.add(`${this.#request.sourceId}: ${remark}`);
    for (const { part, reason } of understood.missing ?? []) this.#missing.set(part, reason);
    return understood.next ?? END;
  }

  /**
   * Requests that cost money are counted in the book by calendar month before they leave, and stop at the limit. "Each request
   * will incur a cost" (AWS Cost Explorer pricing); whether one that was throttled does is not said, so it counts.
   */
  async #count(): Promise<void> {
    const { provider, asOf, sourceId, maxCalls } = this.#request;
    if (provider.usdPerCall === undefined) return;
    const calls = await callsMade(sourceId, asOf, this.#edges.book);
    if (calls >= maxCalls) {
      const spent = `${calls} calls at ${provider.usdPerCall} USD were made in ${asOf.slice(0, 7)}`;
      throw this.#unavailable(`at most ${maxCalls} calls a month (max_calls): ${spent}`);
    }
    await this.#edges.book.put(
      callsKey(sourceId, asOf),
      jsonBytes({ calls: calls + 1, usd: (calls + 1) * provider.usdPerCall }),
    );
  }

  #originOf({ name }: Question): string {
    return `${this.#request.sourceId}/${name}`;
  }
}

function partOf({ part, name }: Question): string {
  return part ?? name;
}

/** Requests that cost money and left for a source's provider in the calendar month of an instant. */
export async function callsMade(sourceId: string, at: string, book: Book): Promise<number> {
  const text = await readText(book, callsKey(sourceId, at));
  return text === undefined ? 0 : (JSON.parse(text) as { calls: number }).calls;
}

function callsKey(sourceId: string, at: string): string {
  return `calls/source=${sourceId}/${at.slice(0, 7)}.json`;
}

/** What is asked, for the receipt: one line, without how it is signed. */
function requestText(call: Call): string {
  if (call.transport === 'http') return `${call.method} ${call.url}${call.body ? ` ${call.body}` : ''}`;
  if (call.transport === 'aws') return `${call.service} ${call.operation} ${call.region} ${JSON.stringify(call.input)}`;
  if (call.transport === 'package') return `package ${call.table} ${call.zones.join(',')} up to ${call.upTo}`;
  return `bigquery ${call.project} ${JSON.stringify(call.parameters)} ${call.sql}`;
}

/** Stands for no further page. */
const END: Question = {
  name: '',
  call: { transport: 'http', method: 'GET', url: '', auth: { kind: 'none' } },
};
