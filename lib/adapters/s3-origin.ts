import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

import type { S3Client } from '@aws-sdk/client-s3';

import { fullDiskIn } from '../landing/full-disk.ts';
import { messageOf } from '../landing/message.ts';
import { type Fetched, type Offer, type Origin, RejectedPayload, SourceUnavailable } from '../landing/origin.ts';
import { fingerprinting } from './fingerprint.ts';
import { isPassedOver } from './marker-files.ts';
import { processPath } from './process-folder.ts';
import type { S3Address } from './s3-address.ts';
import { S3Failure, S3Folder, type S3Object } from './s3-folder.ts';
import { checkFileSize, checkUnpackedSize, SIZE_LIMITS, type SizeLimits } from './size-limits.ts';

interface S3OriginOptions {
  readonly limits?: SizeLimits;
  readonly client?: S3Client;
}

/** Offers the objects below a prefix, or the one object of that name. A fetched file lies in a folder of this process. */
export class S3Origin implements Origin {
  readonly #folder: S3Folder;
  readonly #prefix: string;
  readonly #root: string;
  readonly #limits: SizeLimits;

  constructor({ bucket, prefix }: S3Address, { limits = SIZE_LIMITS, client }: S3OriginOptions = {}) {
    this.#folder = new S3Folder({ bucket, prefix: '' }, client);
    this.#prefix = prefix;
    this.#root = `${this.#folder.location}/`;
    this.#limits = limits;
  }

  async list(): Promise<Offer[]> {
    const entries = await this.#folder.list(this.#prefix).catch(unavailable);
    return entries
      .filter(({ key }) => this.#isOffered(key))
      .map(({ key, bytes }) => ({ origin: `${this.#root}${key}`, bytes }));
  }

  async fetch(offer: Offer): Promise<Fetched> {
    const path = processPath(offer.origin);
    const key = offer.origin.slice(this.#root.length);
    try {
      const fetched = await this.#folder.receive(key, (object) => this.#receive(object, path));
      if (fetched) return fetched;
      throw new RejectedPayload({ found: 'an object that is gone', expected: 'a readable object' });
    } catch (error) {
      await rm(path, { force: true });
      throw error instanceof RejectedPayload ? error : rejectRefused(error);
    }
  }

  async #receive(object: S3Object, path: string): Promise<Fetched> {
    checkFileSize(object.bytes, this.#limits);
    const hash = createHash('sha256');
    await pipeline(object.body, fingerprinting(hash), createWriteStream(path));
    const bytes = (await stat(path)).size;
    await checkUnpackedSize(path, bytes, this.#limits);
    return { path, bytes, sha256: hash.digest('hex') };
  }

  /** The object named by the prefix itself, or one below it that is neither hidden nor a marker. */
  #isOffered(key: string): boolean {
    if (key === this.#prefix) return true;
    const folder = this.#prefix === '' ? '' : `${this.#prefix}/`;
    return key.startsWith(folder) && !key.slice(folder.length).split('/').some(isPassedOver);
  }
}

/** S3 is there and refuses this one object: without permission (403), archived (InvalidObjectState, 403 as well). */
function rejectRefused(error: unknown): never {
  if (!(error instanceof S3Failure) || error.status !== 403) return unavailable(error);
  throw new RejectedPayload({ found: error.message, expected: 'a readable object' });
}

/** S3 is not to be reached; a disk that is full here is no fault of it, and is thrown as it is. */
function unavailable(error: unknown): never {
  if (fullDiskIn(error)) throw error;
  throw new SourceUnavailable(messageOf(error), { cause: error });
}
