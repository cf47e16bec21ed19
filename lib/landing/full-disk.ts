/** Errors that lie behind one another, at most: a chain that bites its own tail ends here. */
const DEEPEST_CAUSE = 8;
const FULL_DISK = /no space left on device/i;

/** What is known of an error by its shape: it may come from another realm than this module's `Error`. */
interface Told {
  readonly message: string;
  readonly code?: unknown;
}

/** The words of the error, or of the first one behind it, that is meant; undefined where none is. */
export function wordsIn(error: unknown, isMeant: (told: Told) => boolean, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth === DEEPEST_CAUSE) return undefined;
  const { message, code, cause } = error as { message?: unknown; code?: unknown; cause?: unknown };
  if (typeof message === 'string' && isMeant({ message, code })) return message;
  return wordsIn(cause, isMeant, depth + 1);
}

/** The words of an error that says, or rests on one that says, that the disk is full: nothing that a source could help. */
export function fullDiskIn(error: unknown): string | undefined {
  return wordsIn(error, ({ message, code }) => code === 'ENOSPC' || FULL_DISK.test(message));
}
