import { randomUUID } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Book, BookEntry } from '../landing/book.ts';
import { DAY_MS } from '../units/period.ts';
import { checkedKey, checkedPrefix, inCodeUnitOrder, UNFINISHED } from './book-key.ts';
import { codeOf, isAbsent } from './system-error.ts';

/**
 * A book in a folder of the local disk; made there at the first write.
 *
 * Every write is prepared in `<root>/.tmp` on the same file system, forced to the disk and then moved to its key in one
 * step: `rename` replaces, `link` refuses what is there, so of two writers one wins. What a killed writer leaves in
 * `.tmp` is swept a day later, at the first write of another.
 */
export class LocalBook implements Book {
  readonly location: string;
  #swept: Promise<void> | undefined;

  constructor(root: string) {
    this.location = resolve(root);
  }

  async list(prefix: string): Promise<BookEntry[]> {
    const folder = checkedPrefix(prefix).slice(0, prefix.lastIndexOf('/') + 1);
    const keys = (await this.#keysBelow(folder)).filter((key) => key.startsWith(prefix));
    const entries = await Promise.all(keys.map((key) => this.#entryOf(key)));
    return entries.filter((entry) => entry !== undefined).sort((a, b) => inCodeUnitOrder(a.key, b.key));
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#pathOf(key));
    } catch (error) {
      if (isAbsent(error) || codeOf(error) === 'EISDIR') return undefined;
      throw error;
    }
  }

  async localPath(key: string): Promise<string> {
    const path = this.#pathOf(key);
    if (!(await this.#entryOf(key))) throw new Error(`Cannot read ${path}: expected a file of the book, got nothing`);
    return path;
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'present'> {
    return this.#storeIfAbsent(key, (path) => writeBytes(path, bytes));
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.produce(key, (path) => writeBytes(path, bytes));
  }

  async importIfAbsent(key: string, path: string): Promise<'stored' | 'present'> {
    const cloneOrCopy = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;
    return this.#storeIfAbsent(key, (unfinished) => copyFile(path, unfinished, cloneOrCopy));
  }

  async produce(key: string, write: (path: string) => Promise<void>): Promise<void> {
    await this.#prepare(key, write, rename);
  }

  async remove(key: string): Promise<void> {
    if (await this.#entryOf(key)) await rm(this.#pathOf(key), { force: true });
  }

  async #storeIfAbsent(key: string, write: (path: string) => Promise<void>): Promise<'stored' | 'present'> {
    if (await this.#entryOf(key)) return 'present';
    return this.#prepare(key, write, linkIfAbsent);
  }

  /** Lets `write` fill a file in `.tmp`, forces it to the disk and `place`s it under the key. */
  async #prepare<Placed>(
    key: string,
    write: (path: string) => Promise<void>,
    place: (from: string, to: string) => Promise<Placed>,
  ): Promise<Placed> {
    const path = this.#pathOf(key);
    const unfinished = join(await this.#unfinishedFolder(), `${randomUUID()}-${basename(path).slice(-60)}`);
    try {
      await write(unfinished);
      return await moveInto(path, unfinished, place);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }

  async #unfinishedFolder(): Promise<string> {
    const folder = join(this.location, UNFINISHED);
    await mkdir(folder, { recursive: true });
    this.#swept ??= sweep(folder);
    await this.#swept;
    return folder;
  }

  #pathOf(key: string): string {
    return join(this.location, ...checkedKey(key).split('/'));
  }

  async #entryOf(key: string): Promise<BookEntry | undefined> {
    try {
      const found = await stat(this.#pathOf(key));
      return found.isFile() ? { key, bytes: found.size } : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async #keysBelow(folder: string): Promise<string[]> {
    const entries = await readFolder(join(this.location, folder));
    const ofTheBook = entries.filter((entry) => folder !== '' || entry.name !== UNFINISHED);
    const keys = await Promise.all(
      ofTheBook.map(async (entry) => {
        if (entry.isDirectory()) return this.#keysBelow(`${folder}${entry.name}/`);
        return entry.isFile() ? [`${folder}${entry.name}`] : [];
      }),
    );
    return keys.flat();
  }
}

async function readFolder(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

async function moveInto<Placed>(
  path: string,
  unfinished: string,
  place: (from: string, to: string) => Promise<Placed>,
): Promise<Placed> {
  try {
    await forceToDisk(unfinished);
    await mkdir(dirname(path), { recursive: true });
    const placed = await place(unfinished, path);
    await forceFolderToDisk(dirname(path));
    return placed;
  } catch (cause) {
    const got = isAbsent(cause) ? 'nothing' : codeOf(cause);
    throw new Error(`Cannot store ${path}: expected a written file and a free place for it, got ${got}`, { cause });
  }
}

/** A second name for the file, unless the name is taken: one step, so of two writers one is told `stored`. */
async function linkIfAbsent(from: string, to: string): Promise<'stored' | 'present'> {
  try {
    await link(from, to);
    return 'stored';
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(to)).isFile()) return 'present';
    throw error;
  }
}

async function forceToDisk(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    if (!(await file.stat()).isFile()) throw new Error('a folder');
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Best effort: not every system can force a folder, and the file itself is already safe. */
async function forceFolderToDisk(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** Removes what has lain untouched for a day. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const left = await stat(join(folder, name)).catch(() => undefined);
    if (left && Date.now() - left.mtimeMs > DAY_MS) await rm(join(folder, name), { recursive: true, force: true });
  }
}
