import { constants, type Dirent, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';

import { type Fetched, type Offer, type Origin, RejectedPayload, SourceUnavailable } from '../landing/origin.ts';
import { inCodeUnitOrder } from './book-key.ts';
import { fingerprintOf } from './fingerprint.ts';
import { isPassedOver } from './marker-files.ts';
import { checkFileSize, checkUnpackedSize, SIZE_LIMITS, type SizeLimits } from './size-limits.ts';
import { codeOf, isAbsent } from './system-error.ts';

/**
 * Offers the files below a folder, or one file; `base` is the folder that relative paths are read from and origins are
 * written from. Files are read where they lie; links to folders are not followed, so there is no endless way down.
 */
export class FolderOrigin implements Origin {
  readonly #path: string;
  readonly #base: string;
  readonly #limits: SizeLimits;
  /** As the files were when they were fetched, by path. */
  readonly #fetched = new Map<string, Stats>();

  constructor(path: string, { base, limits = SIZE_LIMITS }: { readonly base: string; readonly limits?: SizeLimits }) {
    this.#base = resolve(base);
    this.#path = resolve(base, path);
    this.#limits = limits;
  }

  async list(): Promise<Offer[]> {
    try {
      const top = await stat(this.#path);
      const paths = top.isDirectory() ? await pathsIn(this.#path) : [this.#path];
      const offers = await Promise.all(paths.map((path) => this.#offerOf(path)));
      return offers.sort((a, b) => inCodeUnitOrder(a.origin, b.origin));
    } catch (cause) {
      throw this.#unavailable(cause);
    }
  }

  /** As `Origin.fetch`; the path is the file's own, and a file that changes while it is read is rejected as well. */
  async fetch(offer: Offer): Promise<Fetched> {
    const path = await this.#pathOf(offer);
    const file = await openPlainFile(path).catch(rejectUnreadable);
    try {
      const before = await file.stat();
      checkIsPlainFile(before);
      checkFileSize(before.size, this.#limits);
      const sha256 = await fingerprintOf(file).catch(rejectUnreadable);
      await checkUnpackedSize(path, before.size, this.#limits);
      checkIsUnchanged(before, await stat(path).catch(rejectUnreadable));
      this.#fetched.set(path, before);
      return { path, bytes: before.size, sha256 };
    } finally {
      await file.close();
    }
  }

  /** As `Origin.checkUnchanged`: files are read where they lie, so someone may write on while they land. */
  async checkUnchanged({ path }: Fetched): Promise<void> {
    const before = this.#fetched.get(path);
    if (before) checkIsUnchanged(before, await stat(path).catch(rejectUnreadable));
  }

  async #offerOf(path: string): Promise<Offer> {
    const found = await stat(path).catch(() => lstat(path));
    return { origin: relative(this.#base, path).replaceAll(sep, '/'), bytes: found.isFile() ? found.size : 0 };
  }

  /** The offered file's real path; rejected where links lead out of the folder, in a circle or to nothing. */
  async #pathOf(offer: Offer): Promise<string> {
    const root = await realpath(this.#path).catch((cause: unknown) => {
      throw this.#unavailable(cause);
    });
    const path = await realpath(resolve(this.#base, offer.origin)).catch(rejectUnreadable);
    if (path === root || path.startsWith(`${root}${sep}`)) return path;
    throw new RejectedPayload({ found: 'a link that leads out of the folder', expected: 'a file in the folder' });
  }

  #unavailable(cause: unknown): SourceUnavailable {
    const got = isAbsent(cause) ? 'nothing there' : codeOf(cause);
    return new SourceUnavailable(`Cannot list ${this.#path}: expected a folder or a file, got ${got}`, { cause });
  }
}

/** Everything below a folder that is not a folder itself, and the folders that cannot be opened: those fail when fetched. */
async function pathsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const wanted = entries.filter(({ name }) => !isPassedOver(name));
  const paths = await Promise.all(wanted.map((entry) => pathsOf(entry, join(folder, entry.name))));
  return paths.flat();
}

async function pathsOf(entry: Dirent, path: string): Promise<string[]> {
  return entry.isDirectory() ? pathsIn(path).catch(() => [path]) : [path];
}

/** Opens without waiting, so that a named pipe does not hold the run up, and without following a link put there since. */
function openPlainFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
}

function checkIsPlainFile(found: Stats): void {
  if (found.isFile()) return;
  const kind = found.isDirectory() ? 'a folder' : 'a pipe or a device';
  throw new RejectedPayload({ found: kind, expected: 'a plain file' });
}

function checkIsUnchanged(before: Stats, after: Stats): void {
  if (before.ino === after.ino && before.size === after.size && before.mtimeMs === after.mtimeMs) return;
  throw new RejectedPayload({ found: 'a file that changed while it was read', expected: 'a file that is complete' });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'a file without permission to read it',
  EISDIR: 'a folder',
  EIO: 'a file that the disk cannot read',
  ELOOP: 'a link that leads in a circle',
  ENOENT: 'a link or a name that leads to nothing',
  ENOTDIR: 'a link or a name that leads to nothing',
  ENXIO: 'a pipe or a device',
};

function rejectUnreadable(error: unknown): never {
  const code = codeOf(error);
  throw new RejectedPayload({
    found: `${REASONS[code] ?? 'an unreadable file'} (${code})`,
    expected: 'a readable file',
  });
}
