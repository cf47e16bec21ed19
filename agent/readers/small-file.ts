import { readdir, readFile } from 'node:fs/promises';

/** The text of a file in sysfs or procfs without the line's end; `undefined` where it is absent or cannot be read. */
export async function maybeText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/** Names in a folder, sorted; none where it is absent or cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).then(
    (names) => names.sort(),
    () => [],
  );
}
