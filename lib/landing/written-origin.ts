import type { AskRequest, LiveProvider, Question } from '../sources/live.ts';
import type { Book } from './book.ts';
import type { Caller } from './live-origin.ts';
import { type Fetched, type MissingPart, type Offer, type Origin, SourceUnavailable } from './origin.ts';
import { readSourceReceipts } from './receipts.ts';

/** A provider that is asked for one month of one source and writes files. */
export interface WritingRequest extends AskRequest {
  readonly sourceId: string;
  readonly provider: LiveProvider & Required<Pick<LiveProvider, 'writes'>>;
}

interface Edges {
  readonly book: Book;
  readonly caller: Caller;
  /** The files below the provider's folder, named `<source id>/<path below the folder>`. */
  readonly files: Origin;
}

/** Answers until a provider has written: one that runs on for longer is a fault of its own. */
const MOST_ANSWERS = 1000;

/**
 * A provider that writes files where it is told to: it is asked for what is not there yet, and what it wrote is offered. Where it
 * fails, what it wrote before is offered and lands; `failure` and `missing` say the rest. A file that it says it wrote
 * and that is not there is missing, too.
 */
export class WrittenOrigin implements Origin {
  readonly #request: WritingRequest;
  readonly #edges: Edges;
  /** Why a part is missing, by its name. */
  readonly #missing = new Map<string, string>();
  #failure: SourceUnavailable | undefined;

  constructor(request: WritingRequest, edges: Edges) {
    this.#request = request;
    this.#edges = edges;
  }

  async list(): Promise<Offer[]> {
    const before = await this.#answers();
    const written = [...before.map(({ origin }) => this.#nameOf(origin)), ...(await this.#landedManifests())];
    const questions = this.#request.provider.ask({ ...this.#request, written });
    if (questions.length === 0) return before;
    const promised = await this.#askAll(questions);
    const offers = await this.#answers();
    const names = new Set(offers.map(({ origin }) => this.#nameOf(origin)));
    for (const [part, name] of promised) {
      if (!names.has(name))
        this.#missing.set(part, `${name} is not there, although ${this.#request.provider.id} wrote it`);
    }
    return offers;
  }

  fetch(offer: Offer): Promise<Fetched> {
    return this.#edges.files.fetch(offer);
  }

  failure(): SourceUnavailable | undefined {
    return this.#failure;
  }

  missing(): readonly MissingPart[] {
    return [...this.#missing].map(([part, reason]) => ({ part, reason }));
  }

  /** The files that were written for what is asked. */
  async #answers(): Promise<Offer[]> {
    const { writes } = this.#request.provider;
    const offers = await this.#edges.files.list();
    return offers.filter(({ origin }) => writes.isAnswer(this.#nameOf(origin), this.#request));
  }

  /** What has landed need not lie in the folder any more. */
  async #landedManifests(): Promise<string[]> {
    const { writes } = this.#request.provider;
    const receipts = await readSourceReceipts(this.#edges.book, this.#request);
    const manifests = receipts.filter(({ delivery }) => delivery).map(({ origin }) => this.#nameOf(origin));
    return manifests.filter((name) => writes.isAnswer(name, this.#request));
  }

  /** Parts, and the names of the files that were written for them. */
  async #askAll(questions: readonly Question[]): Promise<[part: string, name: string][]> {
    const promised: [string, string][] = [];
    const open = [...questions];
    try {
      for (; open[0]; open.shift()) {
        const part = partOf(open[0]);
        promised.push(...(await this.#ask(open[0], part)).map((name): [string, string] => [part, name]));
      }
    } catch (error) {
      if (!(error instanceof SourceUnavailable)) throw error;
      this.#failure = error;
      for (const question of open) this.#missing.set(partOf(question), error.message);
    }
    return promised;
  }

  async #ask(first: Question, part: string): Promise<string[]> {
    const { provider } = this.#request;
    let question = first;
    for (let answers = 0; answers < MOST_ANSWERS; answers++) {
      const understood = provider.understand(question, await this.#edges.caller.call(question.call));
      if (understood.refused) {
        const { found, expected } = understood.refused;
        this.#missing.set(part, `${provider.id} said ${found}, expected ${expected}`);
        return [];
      }
      if (!understood.next) return (understood.wrote ?? []).map((address) => this.#belowFolder(address));
      question = understood.next;
    }
    throw new SourceUnavailable(`Cannot ask ${provider.id} for ${part}: expected an end after ${MOST_ANSWERS} answers`);
  }

  #belowFolder(address: string): string {
    const folder = `${this.#request.provider.writes.folder(this.#request)}/`;
    return address.startsWith(folder) ? address.slice(folder.length) : address;
  }

  #nameOf(origin: string): string {
    return origin.slice(this.#request.sourceId.length + 1);
  }
}

function partOf({ part, name }: Question): string {
  return part ?? name;
}
