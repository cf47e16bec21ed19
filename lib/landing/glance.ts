import type { Source } from '../sources/source.ts';
import { type Period, periodBefore, periodOf } from '../units/period.ts';
import { type Book, jsonBytes, readText } from './book.ts';
import type { Offer } from './origin.ts';
import { type Batch, readBatches } from './pack.ts';
import type { Receipt } from './receipt.ts';
import { latestReceipt, readSourceReceipts } from './receipts.ts';

/**
 * What name and size alone say of a file that never changes under its name: it has landed, it holds nothing of the month, its
 * size is not the one that landed, or nothing is known of it. All but the last two spare its fetching.
 */
export type Glance = 'landed' | 'elsewhere' | 'changed' | 'new';

interface GlanceRequest {
  readonly sourceId: string;
  readonly source: Source;
  readonly period: Period;
  readonly asOf: string;
}

/** Files that were fetched for a month and hold nothing of it: bytes by origin. No evidence: it only spares fetching. */
interface Passed {
  readonly files: Readonly<Record<string, number>>;
}

/** What the book knows of a source's files: bytes by origin, hashes of what landed, and the parts of files put together. */
interface Memory {
  readonly landed: ReadonlyMap<string, number>;
  readonly elsewhere: ReadonlyMap<string, number>;
  readonly parts: ReadonlyMap<string, Batch>;
  readonly hashes: readonly string[];
  readonly passed: Readonly<Record<string, number>>;
}

const NOTHING: Memory = { landed: new Map(), elsewhere: new Map(), parts: new Map(), hashes: [], passed: {} };

/**
 * Glances at the files of one source and remembers those that hold nothing of the month. A source that does not promise that
 * its files never change knows none of them: each is fetched to learn its hash.
 */
export class Glances {
  readonly #request: GlanceRequest;
  readonly #book: Book;
  readonly #landed: ReadonlyMap<string, number>;
  readonly #elsewhere: ReadonlyMap<string, number>;
  readonly #parts: Map<string, Batch>;
  readonly #hashes: Set<string>;
  readonly #passed: Map<string, number>;

  private constructor(request: GlanceRequest, book: Book, memory: Memory) {
    this.#request = request;
    this.#book = book;
    this.#landed = memory.landed;
    this.#elsewhere = memory.elsewhere;
    this.#parts = new Map(memory.parts);
    this.#hashes = new Set(memory.hashes);
    this.#passed = new Map(Object.entries(memory.passed));
  }

  /**
   * Reads what the book knows, from every receipt of the source and month, also those of a later time than is asked as of: what
   * has landed lands no second time. The months beside this one tell of files that lie in the same inbox.
   */
  static async read(request: GlanceRequest, receipts: readonly Receipt[], book: Book): Promise<Glances> {
    if (!request.source.files_never_change) return new Glances(request, book, NOTHING);
    const beside = (await readBeside(request, book)).filter((receipt) => isBeside(receipt, request.period));
    const { files } = JSON.parse((await readText(book, passedKey(request))) ?? '{"files":{}}') as Passed;
    const parts = await partsOf(receipts, book);
    return new Glances(request, book, {
      landed: sizes(latestByOrigin(receipts)),
      elsewhere: sizes([...beside, ...(await partsOf(beside, book))]),
      parts: new Map(parts.map((part) => [part.origin, part])),
      hashes: [...receipts, ...parts].map(({ sha256 }) => sha256),
      passed: files,
    });
  }

  at(offer: Offer): Glance {
    const { origin, bytes } = offer;
    const landed = this.landedBytes(offer);
    if (landed !== undefined) return landed === bytes ? 'landed' : 'changed';
    return this.#elsewhere.get(origin) === bytes || this.#passed.get(origin) === bytes ? 'elsewhere' : 'new';
  }

  /** Bytes that landed under the name of a file, by itself or with others. */
  landedBytes({ origin }: Offer): number | undefined {
    return this.#landed.get(origin) ?? this.#parts.get(origin)?.bytes;
  }

  /** Whether a file of that name was put together with others. */
  isPacked({ origin }: Offer): boolean {
    return this.#parts.has(origin);
  }

  /** Whether these bytes have landed, by themselves or with others. */
  hasLanded(sha256: string): boolean {
    return this.#hashes.has(sha256);
  }

  /** Learns of files that were put together just now. */
  addParts(parts: readonly Batch[]): void {
    for (const part of parts) {
      this.#parts.set(part.origin, part);
      this.#hashes.add(part.sha256);
    }
  }

  /** Remembers files that hold nothing of the month, so that the next run need not fetch them. */
  async pass(offers: readonly Offer[]): Promise<void> {
    if (!this.#request.source.files_never_change || offers.length === 0) return;
    for (const { origin, bytes } of offers) this.#passed.set(origin, bytes);
    const passed: Passed = { files: Object.fromEntries(this.#passed) };
    await this.#book.put(passedKey(this.#request), jsonBytes(passed));
  }
}

/** `calls/source=agents/period=2026-06/elsewhere.json` */
function passedKey({ sourceId, period }: GlanceRequest): string {
  return `calls/source=${sourceId}/period=${period.month}/elsewhere.json`;
}

async function readBeside({ sourceId, period, asOf }: GlanceRequest, book: Book): Promise<Receipt[]> {
  const months = [periodBefore(period), periodOf(period.to)];
  const read = await Promise.all(months.map((month) => readSourceReceipts(book, { sourceId, period: month, asOf })));
  return read.flat();
}

/** Whether a file that landed for another month ends before this one or begins after it. */
function isBeside({ contract: { first_event, last_event } }: Receipt, { from, to }: Period): boolean {
  return first_event !== null && last_event !== null && (last_event < from || first_event >= to);
}

function latestByOrigin(receipts: readonly Receipt[]): Receipt[] {
  const byOrigin = Map.groupBy(receipts, ({ origin }) => origin);
  return [...byOrigin.values()].flatMap((versions) => latestReceipt(versions) ?? []);
}

/** The files that were put together to the bytes of these receipts. */
async function partsOf(receipts: readonly Receipt[], book: Book): Promise<Batch[]> {
  const parts: Batch[] = [];
  for (const receipt of receipts) parts.push(...(await readBatches(receipt, book)));
  return parts;
}

function sizes(files: readonly Pick<Offer, 'origin' | 'bytes'>[]): Map<string, number> {
  return new Map(files.map(({ origin, bytes }) => [origin, bytes]));
}
