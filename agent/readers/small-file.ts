import { readdir, readFile } from 'node:fs/promises';

/** The text of a file in sysfs or procfs without the line's end; `undefined` where it is absent or cannot be read. */
export async function maybeText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/** A whole number of at least zero from such a file; `undefined` where it is absent, unreadable or something else. */
export async function maybeCount(path: string): Promise<bigint | undefined> {
  const text = await maybeText(path);
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined;
}

/** Names in a folder, sorted; none where it is absent or cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).then(
    (names) => names.sort(),
    () => [],
  );
}
