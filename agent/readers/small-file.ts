import { access, readdir, readFile } from 'node:fs';

/**
 * The text of a file in sysfs or procfs without the line's end; `undefined` where it is absent or cannot be read. By callback, as
 * below: `fs.promises` costs several times as much, and two megabytes of memory once it is loaded.
 */
export function maybeText(path: string): Promise<string | undefined> {
  return new Promise((resolve) => readFile(path, 'utf8', (error, text) => resolve(error ? undefined : text.trim())));
}

/** Names in a folder, sorted; none where it is absent or cannot be read. */
export function namesIn(folder: string): Promise<string[]> {
  return new Promise((resolve) => readdir(folder, (error, names) => resolve(error ? [] : names.sort())));
}

/** True where something stands at the path and may be looked at. */
export function isThere(path: string): Promise<boolean> {
  return new Promise((resolve) => access(path, (error) => resolve(error === null)));
}
