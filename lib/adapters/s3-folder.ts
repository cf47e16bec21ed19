import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';

import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

import type { BookEntry } from '../landing/book.ts';
import { fullDiskIn } from '../landing/full-disk.ts';
import { messageOf } from '../landing/message.ts';
import { RejectedPayload } from '../landing/origin.ts';
import { awsWords } from './aws-words.ts';
import { inCodeUnitOrder } from './book-key.ts';
import type { S3Address } from './s3-address.ts';
import { codeOf } from './system-error.ts';
import { tracedClient } from './traces.ts';

const MIB = 1024 ** 2;
const LARGEST_SINGLE_PUT = 64 * MIB;
const PART_BYTES = 16 * MIB;
/** Times that a call is made whose answer did not begin: S3 may ask to slow down (503) for longer than the client's usual three. */
const MOST_CALLS = 8;
/** Answers that may end in the midst of their bytes before a read fails. */
const MOST_ATTEMPTS = 5;

/** An object opened for reading; its bytes come once. */
export interface S3Object {
  readonly bytes: number;
  readonly etag: string | undefined;
  readonly body: Readable;
}

interface Reading {
  readonly key: string;
  readonly object: S3Object;
  readonly attempt: number;
}

/** On what terms an object is stored: only where none is, and locked for a time. */
type Condition = Pick<PutObjectCommandInput, 'IfNoneMatch' | 'ObjectLockMode' | 'ObjectLockRetainUntilDate'>;

/** The objects below a prefix of a bucket, under keys relative to it. Every failure names the object and S3's own words. */
export class S3Folder {
  readonly location: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #client: S3Client;

  constructor({ bucket, prefix }: S3Address, client: S3Client = sharedClient()) {
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.#client = client;
    this.location = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  }

  /** All objects whose key starts with `prefix`, sorted; the empty objects that consoles write as folders are left out. */
  async list(prefix: string): Promise<BookEntry[]> {
    const entries: BookEntry[] = [];
    for await (const { Contents = [] } of this.#pages(prefix)) {
      for (const { Key = '', Size = 0 } of Contents) {
        if (!Key.endsWith('/')) entries.push({ key: Key.slice(this.#prefix.length), bytes: Size });
      }
    }
    return entries.sort((a, b) => inCodeUnitOrder(a.key, b.key));
  }

  /** The pages of a list. A server that leads back to a page it has given would be asked for ever: that is a failure. */
  async *#pages(prefix: string) {
    const turned = new Set<string>();
    let token: string | undefined;
    do {
      const page = await this.#listPage(prefix, token);
      yield page;
      token = page.NextContinuationToken;
      if (token && turned.has(token)) throw this.#failure('list', prefix, 'the mark of a page that it gave before');
      if (token) turned.add(token);
    } while (token);
  }

  /** Opens an object; `undefined` where there is none. With `unlessEtag`, `unchanged` where it still has that ETag. */
  async #open(key: string, unlessEtag: string | undefined): Promise<S3Object | 'unchanged' | undefined> {
    const command = new GetObjectCommand({ ...this.#at(key), ...(unlessEtag && { IfNoneMatch: unlessEtag }) });
    try {
      const { Body, ContentLength, ETag } = await this.#client.send(command);
      if (!(Body instanceof Readable)) throw new Error('an answer without bytes');
      return { bytes: ContentLength ?? 0, etag: ETag, body: Body };
    } catch (error) {
      if (isMissing(error)) return undefined;
      if (unlessEtag && statusOf(error) === 304) return 'unchanged';
      throw this.#failure('read', key, error);
    }
  }

  /**
   * Opens an object and hands it to `take`, which works from its first byte on. An answer that ends in the midst of its bytes is
   * asked for again, later each time: the client itself repeats only calls whose answer did not begin.
   */
  async receive<Taken>(key: string, take: (object: S3Object) => Promise<Taken>): Promise<Taken | undefined>;
  async receive<Taken>(
    key: string,
    take: (object: S3Object) => Promise<Taken>,
    unlessEtag: string | undefined,
  ): Promise<Taken | 'unchanged' | undefined>;
  async receive<Taken>(
    key: string,
    take: (object: S3Object) => Promise<Taken>,
    unlessEtag?: string,
  ): Promise<Taken | 'unchanged' | undefined> {
    for (let attempt = 1; ; attempt++) {
      const object = await this.#open(key, unlessEtag);
      if (object === undefined || object === 'unchanged') return object;
      const taken = await take(object).then(
        (value) => ({ value }),
        (error: unknown) => this.#pauseAfter(error, { key, object, attempt }),
      );
      if (taken) return taken.value;
    }
  }

  async exists(key: string): Promise<boolean> {
    try {
      await this.#client.send(new HeadObjectCommand(this.#at(key)));
      return true;
    } catch (error) {
      if (isMissing(error) || statusOf(error) === 404) return false;
      throw this.#failure('read', key, error);
    }
  }

  async put(key: string, bytes: Uint8Array, condition: Condition = {}): Promise<void> {
    try {
      await this.#client.send(new PutObjectCommand({ ...this.#at(key), ...condition, Body: bytes }));
    } catch (error) {
      throw this.#failure('store', key, error);
    }
  }

  /** Stores a local file, holding at most 64 MiB of it in memory: larger ones go in parts and appear when all are there. */
  async putFile(key: string, path: string, condition: Condition = {}): Promise<void> {
    const { size } = await stat(path).catch((cause: unknown) => {
      const got = `${codeOf(cause)} at ${path}`;
      throw new Error(`Cannot store ${this.addressOf(key)}: expected a local file, got ${got}`, { cause });
    });
    if (size <= LARGEST_SINGLE_PUT) return this.put(key, await readFile(path), condition);
    const Body = createReadStream(path, { highWaterMark: MIB });
    const upload = new Upload({
      client: this.#client,
      params: { ...this.#at(key), ...condition, Body },
      partSize: PART_BYTES,
      queueSize: LARGEST_SINGLE_PUT / PART_BYTES,
    });
    try {
      await upload.done();
    } catch (error) {
      throw this.#failure('store', key, error);
    } finally {
      Body.destroy();
    }
  }

  async remove(key: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand(this.#at(key)));
    } catch (error) {
      throw this.#failure('remove', key, error);
    }
  }

  addressOf(key: string): string {
    return key === '' ? this.location : `s3://${this.#bucket}/${this.#prefix}${key}`;
  }

  async #listPage(prefix: string, token: string | undefined) {
    const Prefix = `${this.#prefix}${prefix}`;
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix,
      ...(token && { ContinuationToken: token }),
    });
    return this.#client.send(command).catch((error: unknown) => {
      throw this.#failure('list', prefix, error);
    });
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${key}` };
  }

  /** Waits before a reading is begun anew; throws where that would not help, or has not helped. */
  async #pauseAfter(cause: unknown, { key, object, attempt }: Reading): Promise<void> {
    object.body.destroy();
    if (!isTorn(cause)) throw cause;
    if (attempt < MOST_ATTEMPTS) return setTimeout(100 * 2 ** attempt);
    const expected = `expected all of its ${object.bytes} bytes`;
    const got = `${messageOf(cause)}, ${MOST_ATTEMPTS} times`;
    throw new S3Failure(`Cannot read ${this.addressOf(key)}: ${expected}, got ${got}`, { cause });
  }

  #failure(verb: string, key: string, cause: unknown): S3Failure {
    const got = typeof cause === 'string' ? cause : wordsOf(cause);
    return new S3Failure(`Cannot ${verb} ${this.addressOf(key)}: expected S3 to do it, got ${got}`, { cause });
  }
}

/** S3 refused or did not answer; `status` is its HTTP status, undefined where there was no answer. */
export class S3Failure extends Error {
  override readonly name = 'S3Failure';

  get status(): number | undefined {
    return statusOf(this.cause);
  }
}

let client: S3Client | undefined;

/** Region, credentials and endpoint come from the SDK's own environment; other endpoints take the bucket in the path. */
function sharedClient(): S3Client {
  // biome-ignore lint/style/noProcessEnv: the SDK reads its endpoint here, but not how buckets are addressed there
  const { AWS_ENDPOINT_URL_S3: s3, AWS_ENDPOINT_URL: all } = process.env;
  const forcePathStyle = Boolean(s3 || all);
  client ??= tracedClient(new S3Client({ forcePathStyle, followRegionRedirects: true, maxAttempts: MOST_CALLS }));
  return client;
}

/** Whatever ends a reading but our own refusal and a disk that is full here. */
function isTorn(error: unknown): boolean {
  return !(error instanceof RejectedPayload) && fullDiskIn(error) === undefined;
}

function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'NoSuchKey';
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function wordsOf(error: unknown): string {
  return error instanceof S3ServiceException ? `${error.name}: ${error.message}` : awsWords(error);
}
