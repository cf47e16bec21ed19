import type { Checked } from './check-rows.ts';
import type { Named } from './collection.ts';
import type { Fetched } from './origin.ts';

/** A file that was fetched, and what its contract finds in it; bytes that are known already are not looked at. */
export interface Reading {
  readonly fetched: Fetched;
  readonly checked?: Promise<Checked>;
}

type Check = (fetched: Fetched, offer: Named) => Promise<Checked>;

/** Those who fetch and check. */
export interface Readers {
  readonly fetch: (offer: Named) => Promise<Fetched>;
  readonly isKnown: (fetched: Fetched) => boolean;
  /** One a warehouse: it looks at one file at a time. */
  readonly checks: readonly Check[];
}

interface Lane {
  readonly check: Check;
  /** The last file that this warehouse was given. */
  last: Promise<unknown>;
}

/**
 * Files that land one after the other, read ahead: while one is kept the next ones are fetched, one at a time and in order, and
 * checked, as many at a time as there are checks. What goes wrong with a file is told when its turn comes.
 */
export class ReadAhead {
  readonly #readers: Readers;
  readonly #lanes: readonly Lane[];
  readonly #waiting: Named[];
  readonly #begun: Promise<Reading>[] = [];

  constructor(offers: readonly Named[], readers: Readers) {
    this.#waiting = [...offers];
    this.#readers = readers;
    this.#lanes = readers.checks.map((check) => ({ check, last: Promise.resolve() }));
  }

  /** The file at this place of the list; the next ones are begun. Throws what its fetching threw. */
  read(index: number): Promise<Reading> | undefined {
    while (this.#begun.length <= index + this.#lanes.length) {
      const next = this.#waiting.shift();
      if (!next) break;
      this.#begin(next);
    }
    return this.#begun[index];
  }

  /** Waits for all that was begun, so that nothing is at work in the warehouses any more. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#begun);
    await Promise.all(this.#lanes.map(({ last }) => last));
  }

  #begin(offer: Named): void {
    const before = this.#begun.at(-1);
    const lane = this.#lanes[this.#begun.length % this.#lanes.length];
    const fetched = Promise.resolve(before?.catch(() => undefined)).then(() => this.#readers.fetch(offer));
    const reading = fetched.then((file) => this.#look(file, offer, lane));
    reading.catch(() => undefined);
    this.#begun.push(reading);
  }

  #look(fetched: Fetched, offer: Named, lane: Lane | undefined): Reading {
    if (!lane || this.#readers.isKnown(fetched)) return { fetched };
    const checked = lane.last.then(() => lane.check(fetched, offer));
    lane.last = checked.catch(() => undefined);
    return { fetched, checked };
  }
}
