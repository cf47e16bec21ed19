import { setTimeout } from 'node:timers/promises';

import { KeptFiles } from './kept-files.ts';

/** Devices come and go with their driver, rarely: they are looked for this often unless asked otherwise. */
const SEARCH_MS = 60_000;
/** After a device went away it is looked for at once, and then no more often than this. */
const SOON_MS = 5000;
/** A search does not hold up a tick, and may take longer than one: a driver that sleeps takes a while to wake. */
const PATIENCE_MS = { file: 500, firstLook: 1000 } as const;

/**
 * Devices found by a search of folders, which is repeated from time to time beside the ticks: a tick goes on with what was
 * found before. Only the first look waits for the search, and for a second at most.
 */
export class Searched<Device> {
  readonly #search: (files: KeptFiles) => Promise<readonly Device[]>;
  readonly #everyMs: number;
  readonly #files = new KeptFiles(PATIENCE_MS.file);
  #found: readonly Device[] = [];
  #hasWaited = false;
  #running: Promise<void> | undefined;
  #dueMs = Number.NEGATIVE_INFINITY;
  #soonestMs = Number.NEGATIVE_INFINITY;

  /** `search` gets files that answer within half a second, and must not throw. */
  constructor(search: (files: KeptFiles) => Promise<readonly Device[]>, everyMs: number = SEARCH_MS) {
    this.#search = search;
    this.#everyMs = everyMs;
  }

  /** What is known at a moment of the clock that only runs. */
  async at(runningMs: number): Promise<readonly Device[]> {
    if (runningMs >= this.#dueMs && this.#running === undefined) this.#begin(runningMs);
    if (!this.#hasWaited && this.#running !== undefined) await atMost(this.#running, PATIENCE_MS.firstLook);
    this.#hasWaited = true;
    return this.#found;
  }

  /** A device went away: the next look searches. */
  searchAgain(): void {
    this.#dueMs = Math.min(this.#dueMs, this.#soonestMs);
  }

  close(): void {
    this.#files.close();
  }

  #begin(runningMs: number): void {
    this.#dueMs = runningMs + this.#everyMs;
    this.#soonestMs = runningMs + SOON_MS;
    this.#running = this.#search(this.#files).then((found) => {
      this.#found = found;
      this.#running = undefined;
      // Read once a minute: nothing is gained by keeping them open.
      this.#files.close();
    });
  }
}

async function atMost(promise: Promise<void>, ms: number): Promise<void> {
  const ending = new AbortController();
  await Promise.race([promise, setTimeout(ms, undefined, { signal: ending.signal }).catch(() => undefined)]);
  ending.abort();
}
