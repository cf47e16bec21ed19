import { getHeapStatistics } from 'node:v8';

/** Above what the last collection left. Less comes together too often: to collect all takes some 20 ms (docs/measurements.md). */
const GROWN_BYTES = 1.5 * 1024 ** 2;

/** One in so many is by V8's last resort, which also packs what is left and lets go of code that nobody runs, at twice the cost. */
const PACKED_EACH = 4;

/** What is young; all; all, and what is left is packed. */
type Kind = 'young' | 'all' | 'packed';

export interface Heap {
  /** Bytes in use, with what is not collected yet. */
  used(): number;
  /** `undefined` where the process was not started so that it can (`--expose-gc`). */
  readonly collect: ((kind: Kind) => void) | undefined;
}

const OPTIONS = {
  young: { type: 'minor' },
  all: { type: 'major' },
  packed: { type: 'major', flavor: 'last-resort' },
} as const;

export const ownHeap: Heap = {
  used: () => getHeapStatistics().used_heap_size,
  collect: globalThis.gc && ((kind) => globalThis.gc?.(OPTIONS[kind])),
};

/**
 * Collects garbage between two ticks. What is young is collected after each: then little of it is in use, whereas Node.js would collect
 * in the midst of a tick, and what is in use twice becomes old. All is collected as soon as some has come together: Node.js itself
 * waits until the heap has about doubled, and the pages that it takes meanwhile stay resident (docs/measurements.md).
 */
export class Collection {
  readonly #heap: Heap;
  #left = 0;
  #count = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Gives whether it collected all. */
  afterTick(): boolean {
    const { collect } = this.#heap;
    if (!collect) return false;
    collect('young');
    if (this.#heap.used() - this.#left < GROWN_BYTES) return false;
    collect(this.#count % PACKED_EACH === 0 ? 'packed' : 'all');
    this.#count += 1;
    this.#left = this.#heap.used();
    return true;
  }
}
