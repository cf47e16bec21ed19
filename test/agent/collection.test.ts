import { Collection } from '../../agent/collection.ts';

const MIB = 1024 ** 2;

/** A heap in which `live` stays when it is collected. */
function heapOf(live: number) {
  let used = live;
  let collections = 0;
  return {
    grow(bytes: number) {
      used += bytes;
    },
    collections: () => collections,
    used: () => used,
    collect() {
      collections += 1;
      used = live;
    },
  };
}

test('garbage is collected once some has come together, and not before', () => {
  const heap = heapOf(8 * MIB);
  const collection = new Collection(heap);
  collection.afterTick();
  expect(heap.collections()).toBe(1);

  heap.grow(MIB);
  expect(collection.afterTick()).toBe(false);
  heap.grow(MIB);
  expect(collection.afterTick()).toBe(true);
  expect(heap.collections()).toBe(2);
  expect(heap.used()).toBe(8 * MIB);
});

test('what is in use and stays so is not collected again and again', () => {
  let collections = 0;
  const collection = new Collection({
    used: () => 40 * MIB,
    collect() {
      collections += 1;
    },
  });
  for (let tick = 0; tick < 10; tick += 1) collection.afterTick();
  expect(collections).toBe(1);
});

test('a process that was not started with --expose-gc is left alone', () => {
  expect(new Collection({ used: () => 40 * MIB, collect: undefined }).afterTick()).toBe(false);
});
