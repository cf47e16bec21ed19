/** One file of the book: its key below the book's root, with `/` between the parts, and its size. */
export interface BookEntry {
  readonly key: string;
  readonly bytes: number;
}

/**
 * The book: a folder or `s3://bucket/prefix` of plain files. Written here, by its users; kept by
 * `lib/adapters/local-book.ts` and `lib/adapters/s3-book.ts`, which pass one contract test.
 *
 * Every write is atomic: a reader sees the whole file or none, also when the writer is killed halfway.
 */
export interface Book {
  /** Where the book stands, for people: a folder or an s3:// address. */
  readonly location: string;
  /** All entries whose key starts with `prefix`, sorted by key. Unfinished writes are never listed. */
  list(prefix: string): Promise<BookEntry[]>;
  /** The bytes of a key, or `undefined` where there is none. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** A path on the local disk under which the key's bytes can be read until the process ends. Throws where there is none. */
  localPath(key: string): Promise<string>;
  /** Stores bytes under a key that must not exist yet. Says `present`, and leaves what is there, where it does. */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'present'>;
  /** Stores bytes under a key and replaces what is there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Copies a local file under a key that must not exist yet, without holding it in memory. */
  importIfAbsent(key: string, path: string): Promise<'stored' | 'present'>;
  /** Hands `write` a local path and stores what it wrote there under the key, replacing what is there. */
  produce(key: string, write: (path: string) => Promise<void>): Promise<void>;
  /** Removes a key; no error where there is none. */
  remove(key: string): Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A value as the JSON text that the book keeps: two spaces, keys in the order given, one newline at the end. */
export function jsonBytes(value: unknown): Uint8Array {
  return encoder.encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** A key's text, or `undefined` where there is none. */
export async function readText(book: Book, key: string): Promise<string | undefined> {
  const bytes = await book.read(key);
  return bytes && decoder.decode(bytes);
}
