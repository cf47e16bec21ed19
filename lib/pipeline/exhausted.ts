/** A worker that ran out of memory or disk. The state machine knows it by its name and splits the worker's shard. */
export class Exhausted extends Error {
  override readonly name = 'Exhausted';
}

/** What DuckDB says at its own limits, of memory as of disk, and what the disk itself says. */
const WORDS = /out of memory error|no space left on device/i;
/** Errors that lie behind one another, at most: a chain that bites its own tail ends here. */
const DEEPEST_CAUSE = 8;

/** Waits for a worker's answer; throws `Exhausted` where it failed for want of memory or disk, else its own error. */
export async function orExhausted<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (cause) {
    const words = wordsOfExhaustion(cause);
    if (words === undefined) throw cause;
    throw new Exhausted(`Cannot hold the shard: expected it to fit memory and disk, got ${words}`, { cause });
  }
}

/** The words of the error, or of one behind it, that speak of memory or disk; undefined where none does. */
function wordsOfExhaustion(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth === DEEPEST_CAUSE) return undefined;
  const { message, cause } = error as { readonly message?: unknown; readonly cause?: unknown };
  return typeof message === 'string' && WORDS.test(message) ? message : wordsOfExhaustion(cause, depth + 1);
}
