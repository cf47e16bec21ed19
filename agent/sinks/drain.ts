import type { SealedBatch } from '../spool/batch.ts';
import type { Settlement, Spool } from '../spool/spool.ts';
import { backoffMs } from './backoff.ts';
import type { DeliverSettings } from './settings.ts';
import type { Delivery, Sink } from './sink.ts';
import { isSealDue, type Slots, slotsOf, untilNextSlot } from './slot.ts';
import { messageOf } from './words.ts';

/** At most ten batches a second leave the host, also after a day without a network. */
const PACE_MS = 100;
/** How long a sink with nothing to do waits before it looks again: one small query. */
const IDLE_MS = 5000;
/** The wall clock may be set: the next slot is looked at anew at least this often. */
const LONGEST_WAIT_MS = 60_000;

interface DrainEdges {
  readonly now: () => Date;
  /** Between 0 and 1, as Math.random. */
  readonly random: () => number;
  /** Waits; ends early, without an error, when `ending` is aborted. */
  sleep(ms: number, ending: AbortSignal): Promise<void>;
  tell(line: string): void;
}

export interface Draining {
  readonly spool: Pick<Spool, 'seal' | 'oldestOpenAt' | 'due' | 'settle'>;
  readonly sinks: readonly Sink[];
  readonly settings: Pick<DeliverSettings, 'every' | 'order'>;
  readonly hostId: string;
  readonly edges: DrainEdges;
}

/** How a sink fares. */
export interface SinkHealth {
  readonly id: string;
  /** Deliveries that failed since the start, and those of them since the last that did not. */
  readonly failures: number;
  readonly failuresInARow: number;
  readonly lastFailure: string | undefined;
}

/** Cuts batches slot by slot and carries each to every sink. Sinks know nothing of each other: one that is away holds up none. */
export class Drain {
  readonly #draining: Draining;
  readonly #slots: Slots;
  readonly #carriers: readonly Carrier[];
  readonly #ending = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(draining: Draining) {
    this.#draining = draining;
    this.#slots = slotsOf(draining.hostId, draining.settings.every);
    this.#carriers = draining.sinks.map((sink) => new Carrier(sink, draining));
  }

  /** Begins; what is wrong with a sink's place is told once. */
  start(): void {
    const { signal } = this.#ending;
    this.#running = Promise.all([this.#sealUntil(signal), ...this.#carriers.map((each) => each.carryUntil(signal))]);
  }

  health(): readonly SinkHealth[] {
    return this.#carriers.map((carrier) => carrier.health());
  }

  /**
   * Ends. With time left, what is open is cut and everything carried once more; what does not leave within `withinMs` stays in
   * the spool for the next start.
   */
  async stop(withinMs: number): Promise<void> {
    this.#ending.abort();
    const limit = AbortSignal.timeout(Math.max(withinMs, 1));
    const isOver = new Promise<void>((resolve) => limit.addEventListener('abort', () => resolve(), { once: true }));
    if (withinMs > 0) await Promise.race([isOver, this.#lastRound(limit)]);
    for (const sink of this.#draining.sinks) sink.close();
  }

  async #lastRound(limit: AbortSignal): Promise<void> {
    await this.#running;
    await this.#draining.spool.seal();
    await Promise.all(this.#carriers.map((carrier) => carrier.carryWhatIsThere(limit)));
  }

  async #sealUntil(ending: AbortSignal): Promise<void> {
    const { edges } = this.#draining;
    while (!ending.aborted) {
      await this.#maybeSeal();
      await edges.sleep(Math.min(untilNextSlot(edges.now(), this.#slots), LONGEST_WAIT_MS), ending);
    }
  }

  /** Cutting again loses nothing: until a batch is cut its lines stay open. */
  async #maybeSeal(): Promise<void> {
    const { spool, edges } = this.#draining;
    try {
      if (isSealDue(spool.oldestOpenAt(), edges.now(), this.#slots)) await spool.seal();
    } catch (error) {
      edges.tell(`records cannot be cut into a batch: ${messageOf(error)}`);
    }
  }
}

/** Carries batches to one sink, one after another, for ever. */
class Carrier {
  readonly #sink: Sink;
  readonly #draining: Draining;
  /** Batches that failed since the last that did not: others go first, so that one bad batch holds up none. */
  #passedOver: ReadonlySet<number> = new Set();
  #failures = 0;
  #failuresInARow = 0;
  #lastFailure: string | undefined;

  constructor(sink: Sink, draining: Draining) {
    this.#sink = sink;
    this.#draining = draining;
  }

  health(): SinkHealth {
    return {
      id: this.#sink.id,
      failures: this.#failures,
      failuresInARow: this.#failuresInARow,
      lastFailure: this.#lastFailure,
    };
  }

  async carryUntil(ending: AbortSignal): Promise<void> {
    const { sleep, tell } = this.#draining.edges;
    const faults = (await this.#sink.check?.().catch((error: unknown) => [messageOf(error)])) ?? [];
    for (const fault of faults) tell(`sink ${this.#sink.id}: ${fault}`);
    while (!ending.aborted) await sleep(await this.#carryNext(), ending);
  }

  /** A spool that cannot be read is looked at again later: the loop never ends by itself. */
  async #carryNext(): Promise<number> {
    try {
      const batch = this.#next();
      return batch ? await this.#carry(batch) : IDLE_MS;
    } catch (error) {
      this.#draining.edges.tell(`the spool cannot be read for sink ${this.#sink.id}: ${messageOf(error)}`);
      return LONGEST_WAIT_MS;
    }
  }

  /** Carries until nothing is left, something fails or the time is up. */
  async carryWhatIsThere(limit: AbortSignal): Promise<void> {
    this.#passedOver = new Set();
    for (let batch = this.#next(); batch && !limit.aborted; batch = this.#next()) {
      await this.#carry(batch);
      if (this.#failuresInARow > 0) return;
    }
  }

  /** Where every batch has been passed over, it is the first one's turn again. */
  #next(): SealedBatch | undefined {
    const { spool, settings } = this.#draining;
    const next = spool.due(this.#sink.id, settings.order, this.#passedOver);
    if (next || this.#passedOver.size === 0) return next;
    this.#passedOver = new Set();
    return spool.due(this.#sink.id, settings.order);
  }

  /** Carries one batch; gives how long to wait before the next. */
  async #carry(batch: SealedBatch): Promise<number> {
    const delivery = await this.#sink.deliver(batch).catch((error: unknown): Delivery => ({ retry: messageOf(error) }));
    if (typeof delivery === 'object' && 'retry' in delivery) return this.#failed(batch, delivery);
    if (!this.#settled(batch, delivery)) return this.#failed(batch, { retry: 'the spool cannot be written' });
    if (this.#failuresInARow > 0) this.#draining.edges.tell(`sink ${this.#sink.id} takes records again`);
    this.#failuresInARow = 0;
    this.#passedOver = new Set();
    return PACE_MS;
  }

  #settled(batch: SealedBatch, settlement: Settlement): boolean {
    const { spool, edges } = this.#draining;
    if (!spool.settle(batch, this.#sink.id, settlement)) return false;
    if (settlement === 'delivered') return true;
    const records = settlement.indexes?.length ?? batch.records;
    edges.tell(`sink ${this.#sink.id} refuses ${records} records of ${batch.name} for good: ${settlement.refused}`);
    return true;
  }

  #failed(batch: SealedBatch, { retry, afterMs }: Extract<Delivery, { retry: string }>): number {
    const { edges } = this.#draining;
    this.#failures += 1;
    this.#failuresInARow += 1;
    this.#passedOver = new Set([...this.#passedOver, batch.id]);
    if (this.#lastFailure !== retry || this.#failuresInARow === 1)
      edges.tell(`sink ${this.#sink.id} does not take records: ${retry}; they stay in the spool`);
    this.#lastFailure = retry;
    return backoffMs(this.#failuresInARow, edges.random, afterMs);
  }
}
