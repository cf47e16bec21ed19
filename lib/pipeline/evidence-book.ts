import type { Book, BookEntry } from '../landing/book.ts';
import type { ManifestEntry } from './manifest.ts';

/**
 * A book for a recomputation: it shows the listed files of a kept book, never changes them, and keeps everything that is
 * derived from them in a book of its own. What the list does not name is not there.
 */
export class EvidenceBook implements Book {
  readonly location: string;
  readonly #kept: Book;
  readonly #scratch: Book;
  readonly #evidence: ReadonlyMap<string, ManifestEntry>;

  constructor(kept: Book, scratch: Book, evidence: readonly ManifestEntry[]) {
    this.location = kept.location;
    this.#kept = kept;
    this.#scratch = scratch;
    this.#evidence = new Map(evidence.map((entry) => [entry.path, entry]));
  }

  async list(prefix: string): Promise<BookEntry[]> {
    const shown = [...this.#evidence.values()].filter(({ path }) => path.startsWith(prefix));
    const derived = await this.#scratch.list(prefix);
    return [...shown.map(({ path, bytes }) => ({ key: path, bytes })), ...derived].sort((a, b) =>
      a.key < b.key ? -1 : 1,
    );
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return this.#bookOf(key).read(key);
  }

  localPath(key: string): Promise<string> {
    return this.#bookOf(key).localPath(key);
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'present'> {
    return this.#evidence.has(key) ? 'present' : this.#scratch.putIfAbsent(key, bytes);
  }

  async importIfAbsent(key: string, path: string): Promise<'stored' | 'present'> {
    return this.#evidence.has(key) ? 'present' : this.#scratch.importIfAbsent(key, path);
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#changed(key).put(key, bytes);
  }

  produce(key: string, write: (path: string) => Promise<void>): Promise<void> {
    return this.#changed(key).produce(key, write);
  }

  remove(key: string): Promise<void> {
    return this.#changed(key).remove(key);
  }

  #bookOf(key: string): Book {
    return this.#evidence.has(key) ? this.#kept : this.#scratch;
  }

  #changed(key: string): Book {
    if (this.#evidence.has(key)) throw new Error(`Cannot change ${key}: expected a derived file, got landed evidence`);
    return this.#scratch;
  }
}
