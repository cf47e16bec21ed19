import { getHeapStatistics } from 'node:v8';

/** Above what the last collection left. Less comes together too often: a collection takes some 20 ms (docs/measurements.md). */
const GROWN_BYTES = 2 * 1024 ** 2;

export interface Heap {
  /** Bytes in use, with what is not collected yet. */
  used(): number;
  /** Collects all of it; `undefined` where the process was not started so that it can (`--expose-gc`). */
  readonly collect: (() => void) | undefined;
}

export const ownHeap: Heap = {
  used: () => getHeapStatistics().used_heap_size,
  collect: globalThis.gc && (() => void globalThis.gc?.()),
};

/**
 * Collects garbage between two ticks, as soon as there is some. Node.js itself waits until the heap has about doubled, and the pages that it
 * takes meanwhile stay resident (docs/measurements.md).
 */
export class Collection {
  readonly #heap: Heap;
  #left = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Gives whether it collected. */
  afterTick(): boolean {
    const { collect } = this.#heap;
    if (!collect || this.#heap.used() - this.#left < GROWN_BYTES) return false;
    collect();
    this.#left = this.#heap.used();
    return true;
  }
}
