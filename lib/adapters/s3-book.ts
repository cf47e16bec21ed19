import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';

import type { S3Client } from '@aws-sdk/client-s3';

import type { Book, BookEntry } from '../landing/book.ts';
import { checkedKey, checkedPrefix } from './book-key.ts';
import { lockOf, type Retention } from './object-retention.ts';
import { processPath } from './process-folder.ts';
import type { S3Address } from './s3-address.ts';
import { S3Failure, S3Folder, type S3Object } from './s3-folder.ts';

const MOST_ATTEMPTS = 5;

/**
 * A book below `s3://bucket/prefix`. An object appears whole or not at all; writes that must not replace are conditional
 * (`If-None-Match: *`), so of two writers one wins. A write whose answer was lost and that is sent again may say
 * `present` of its own bytes.
 */
export class S3Book implements Book {
  readonly location: string;
  readonly #folder: S3Folder;
  readonly #retention: Retention | undefined;
  readonly #downloads = new Map<string, Promise<Download>>();

  /** With a retention, what is landed and disclosed is locked as it is written: the bucket must have Object Lock. */
  constructor(address: S3Address, client?: S3Client, retention?: Retention) {
    this.#folder = new S3Folder(address, client);
    this.#retention = retention;
    this.location = this.#folder.location;
  }

  async list(prefix: string): Promise<BookEntry[]> {
    return this.#folder.list(checkedPrefix(prefix));
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    return this.#folder.receive(checkedKey(key), ({ body }) => buffer(body));
  }

  /** Downloads the object unless this book has done so and its ETag is still the same. */
  async localPath(key: string): Promise<string> {
    const earlier = this.#downloads.get(key)?.catch(() => undefined) ?? Promise.resolve(undefined);
    const download = earlier.then((last) => this.#download(checkedKey(key), last));
    this.#downloads.set(key, download);
    return (await download).path;
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<'stored' | 'present'> {
    return storeIfAbsent(() => this.#folder.put(checkedKey(key), bytes, { IfNoneMatch: '*', ...this.#lock(key) }));
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#folder.put(checkedKey(key), bytes, this.#lock(key));
  }

  async importIfAbsent(key: string, path: string): Promise<'stored' | 'present'> {
    if (await this.#folder.exists(checkedKey(key))) return 'present';
    return storeIfAbsent(() => this.#folder.putFile(key, path, { IfNoneMatch: '*', ...this.#lock(key) }));
  }

  async produce(key: string, write: (path: string) => Promise<void>): Promise<void> {
    const path = processPath(checkedKey(key));
    try {
      await write(path);
      await this.#folder.putFile(key, path, this.#lock(key));
    } finally {
      await rm(path, { recursive: true, force: true });
    }
  }

  async remove(key: string): Promise<void> {
    await this.#folder.remove(checkedKey(key));
  }

  #lock(key: string) {
    return lockOf(key, this.#retention);
  }

  async #download(key: string, last: Download | undefined): Promise<Download> {
    const path = processPath(key);
    const take = async ({ body, etag }: S3Object) => {
      await pipeline(body, createWriteStream(path));
      return { path, etag };
    };
    const download = await this.#folder.receive(key, take, last?.etag);
    if (last && download === 'unchanged') return last;
    if (download !== undefined && download !== 'unchanged') return download;
    throw new Error(`Cannot read ${this.#folder.addressOf(key)}: expected an object of the book, got nothing`);
  }
}

interface Download {
  readonly path: string;
  readonly etag: string | undefined;
}

async function storeIfAbsent(store: () => Promise<void>): Promise<'stored' | 'present'> {
  try {
    await unlessInConflict(store);
    return 'stored';
  } catch (error) {
    if (error instanceof S3Failure && error.status === 412) return 'present';
    throw error;
  }
}

/** Tries again, later each time, while S3 says that another write to the same key is under way (409). */
async function unlessInConflict(store: () => Promise<void>, attempt = 1): Promise<void> {
  try {
    await store();
  } catch (error) {
    if (!(error instanceof S3Failure) || error.status !== 409 || attempt === MOST_ATTEMPTS) throw error;
    await setTimeout(100 * 2 ** attempt);
    await unlessInConflict(store, attempt + 1);
  }
}
