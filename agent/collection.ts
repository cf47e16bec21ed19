import { getHeapStatistics } from 'node:v8';

/** Above what the last collection left. Less comes together too often: to collect all takes some 40 ms (docs/measurements.md). */
const GROWN_BYTES = 1.5 * 1024 ** 2;

export interface Heap {
  /** Bytes in use, with what is not collected yet. */
  used(): number;
  /** Collects all of it, or only what is young; `undefined` where the process was not started so that it can (`--expose-gc`). */
  readonly collect: ((type: 'minor' | 'major') => void) | undefined;
}

/** As its last resort V8 also packs what is left and lets go of code that nobody runs: two megabytes less (docs/measurements.md). */
const OPTIONS = { minor: { type: 'minor' }, major: { type: 'major', flavor: 'last-resort' } } as const;

export const ownHeap: Heap = {
  used: () => getHeapStatistics().used_heap_size,
  collect: globalThis.gc && ((type) => globalThis.gc?.(OPTIONS[type])),
};

/**
 * Collects garbage between two ticks. What is young is collected after each: then little of it is in use, whereas Node.js would collect
 * in the midst of a tick, and what is in use twice becomes old. All is collected as soon as some has come together: Node.js itself
 * waits until the heap has about doubled, and the pages that it takes meanwhile stay resident (docs/measurements.md).
 */
export class Collection {
  readonly #heap: Heap;
  #left = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Gives whether it collected all. */
  afterTick(): boolean {
    const { collect } = this.#heap;
    if (!collect) return false;
    collect('minor');
    if (this.#heap.used() - this.#left < GROWN_BYTES) return false;
    collect('major');
    this.#left = this.#heap.used();
    return true;
  }
}
