import { fullDiskIn, wordsIn } from '../landing/full-disk.ts';

/**
 * A worker that ran out of memory or disk. The state machine knows it by its name: a shard is split, and a month whose collection
 * has no room ends.
 */
export class Exhausted extends Error {
  override readonly name = 'Exhausted';
}

/** What DuckDB says at its own limits, of memory as of disk. */
const WORDS = /out of memory error/i;

/** Waits for a worker's answer; throws `Exhausted` where it failed for want of memory or disk, else its own error. */
export async function orExhausted<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (cause) {
    const words = wordsIn(cause, ({ message }) => WORDS.test(message)) ?? fullDiskIn(cause);
    if (words === undefined) throw cause;
    throw new Exhausted(`Cannot hold the shard: expected it to fit memory and disk, got ${words}`, { cause });
  }
}

/** Waits for the collection of a source; throws `Exhausted` where the disk is full: the source is there, and is no gap. */
export async function orFullDisk<Answer>(sourceId: string, work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (cause) {
    const words = fullDiskIn(cause);
    if (words === undefined) throw cause;
    throw new Exhausted(`Cannot keep the files of ${sourceId}: expected room on the disk, got ${words}`, { cause });
  }
}
