import type { Book } from '../landing/book.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { disclosureFolder } from './write-disclosure.ts';

/** One file that is not what the disclosure says it is. */
export interface FileDifference {
  /** Key in the book. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/** SHA-256 of a key of a book, read piece by piece. */
export type FingerprintKey = (book: Book, key: string) => Promise<string>;

const FILES_AT_A_TIME = 8;

/** Compares every file that a manifest names with the book: size first, then SHA-256. Gives each difference, in order. */
export async function checkFiles(
  manifest: Manifest,
  book: Book,
  fingerprintKey: FingerprintKey,
): Promise<FileDifference[]> {
  const folder = disclosureFolder(manifest.month, manifest.version);
  const outputs = manifest.outputs.map((entry) => ({ ...entry, path: folder + entry.path }));
  const entries = [...manifest.book, ...outputs];
  const sizes = await sizesOf(entries, book);
  const differences = await inTurns(entries, (entry) => checkFile(entry, sizes.get(entry.path), book, fingerprintKey));
  return [...differences.flat(), ...strangers(outputs, folder, sizes)];
}

async function checkFile(
  entry: ManifestEntry,
  bytes: number | undefined,
  book: Book,
  fingerprintKey: FingerprintKey,
): Promise<FileDifference[]> {
  const { path } = entry;
  const expected = `${entry.bytes} bytes with SHA-256 ${entry.sha256}`;
  if (bytes === undefined) return [{ path, expected, found: 'nothing' }];
  if (bytes !== entry.bytes) return [{ path, expected, found: `${bytes} bytes` }];
  const sha256 = await fingerprintKey(book, path);
  return sha256 === entry.sha256 ? [] : [{ path, expected, found: `SHA-256 ${sha256}` }];
}

/** Files that lie beside the disclosure and belong to nothing. */
function strangers(
  outputs: readonly ManifestEntry[],
  folder: string,
  sizes: ReadonlyMap<string, number>,
): FileDifference[] {
  const known = new Set([`${folder}manifest.json`, ...outputs.map(({ path }) => path)]);
  return [...sizes.keys()]
    .filter((key) => key.startsWith(folder) && !known.has(key))
    .map((path) => ({
      path,
      expected: 'no such file: the manifest does not name it',
      found: `${sizes.get(path)} bytes`,
    }));
}

async function sizesOf(entries: readonly ManifestEntry[], book: Book): Promise<Map<string, number>> {
  const folders = new Set(entries.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)));
  const listed = await inTurns([...folders], (folder) => book.list(folder));
  return new Map(listed.flat().map(({ key, bytes }) => [key, bytes]));
}

/** Maps a list a few at a time: a bucket answers faster that way, and no more than a few files are open. */
async function inTurns<One, Answer>(list: readonly One[], work: (one: One) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let first = 0; first < list.length; first += FILES_AT_A_TIME) {
    answers.push(...(await Promise.all(list.slice(first, first + FILES_AT_A_TIME).map(work))));
  }
  return answers;
}
