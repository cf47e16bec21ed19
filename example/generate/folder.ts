import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Writes one text file below a folder, making the folders on the way. */
export async function writeText(folder: string, path: string, text: string): Promise<void> {
  await writeFile(await placeFor(folder, path), text);
}

/** Writes one value a line as gzipped JSON. The gzip header holds no time, so that the bytes depend on the rows alone. */
export async function writeJsonLinesGz(folder: string, path: string, rows: readonly object[]): Promise<void> {
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await writeFile(await placeFor(folder, path), gzipSync(lines, { level: 9 }));
}

/** The full path of a file below a folder, whose own folder is there afterwards. */
export async function placeFor(folder: string, path: string): Promise<string> {
  const place = join(folder, path);
  await mkdir(dirname(place), { recursive: true });
  return place;
}
