import { Collection } from '../../agent/collection.ts';

const MIB = 1024 ** 2;

/** A heap in which `live` stays when it is collected; what was grown is old. */
function heapOf(live: number) {
  let used = live;
  const collections = { young: 0, all: 0, packed: 0 };
  return {
    grow(bytes: number) {
      used += bytes;
    },
    collections,
    used: () => used,
    collect(kind: keyof typeof collections) {
      collections[kind] += 1;
      if (kind !== 'young') used = live;
    },
  };
}

test('what is young is collected after each tick, all once some has come together and not before', () => {
  const heap = heapOf(8 * MIB);
  const collection = new Collection(heap);
  collection.afterTick();
  expect(heap.collections).toEqual({ young: 1, all: 0, packed: 1 });

  heap.grow(MIB);
  expect(collection.afterTick()).toBe(false);
  heap.grow(MIB);
  expect(collection.afterTick()).toBe(true);
  expect(heap.collections).toEqual({ young: 3, all: 1, packed: 1 });
  expect(heap.used()).toBe(8 * MIB);
});

test('of what has come together again and again, what is left is packed each fourth time', () => {
  const heap = heapOf(8 * MIB);
  const collection = new Collection(heap);
  for (let tick = 0; tick < 9; tick += 1) {
    heap.grow(2 * MIB);
    collection.afterTick();
  }
  expect(heap.collections).toEqual({ young: 9, all: 6, packed: 3 });
});

test('what is in use and stays so is not collected again and again', () => {
  const heap = heapOf(40 * MIB);
  const collection = new Collection(heap);
  for (let tick = 0; tick < 10; tick += 1) collection.afterTick();
  expect(heap.collections).toEqual({ young: 10, all: 0, packed: 1 });
});

test('a process that was not started with --expose-gc is left alone', () => {
  expect(new Collection({ used: () => 40 * MIB, collect: undefined }).afterTick()).toBe(false);
});
