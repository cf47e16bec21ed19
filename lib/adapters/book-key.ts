/**
 * Gives a key back if both kinds of book can hold it. Throws for an empty or absolute key, a step up or to itself (`..`,
 * `.`, `//`), a backslash, a control character, a broken surrogate, and for the folder of unfinished writes.
 */
export function checkedKey(key: string): string {
  const fault = faultOf(key.split('/')) ?? faultOfText(key);
  if (fault)
    throw new Error(`Cannot use the key ${JSON.stringify(key)} in a book: expected names between /, got ${fault}`);
  return key;
}

/** The same for the beginning of a key, whose last name may be unfinished or absent. */
export function checkedPrefix(prefix: string): string {
  checkedKey(`${prefix}_`);
  return prefix;
}

/** Orders texts by their UTF-16 code units, the same on every machine and in every language. */
export function inCodeUnitOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The folder below a local book's root where writes are prepared; refused as a key everywhere. */
export const UNFINISHED = '.tmp';

function faultOf(names: readonly string[]): string | undefined {
  if (names[0] === UNFINISHED) return `the folder of unfinished writes, ${UNFINISHED}`;
  if (names.includes('')) return 'an empty name';
  return names.find((name) => name === '.' || name === '..');
}

function faultOfText(key: string): string | undefined {
  if (key.includes('\\')) return 'a backslash';
  if (/\p{Cc}/u.test(key)) return 'a control character';
  return key.isWellFormed() ? undefined : 'half a surrogate pair';
}
