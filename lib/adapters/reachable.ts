import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { S3Client } from '@aws-sdk/client-s3';

import type { Book } from '../landing/book.ts';
import { messageOf } from '../landing/message.ts';
import { openBook } from './open-book.ts';
import { isS3Address } from './s3-address.ts';
import { foundOf, isAbsent } from './system-error.ts';

/** An empty file that is written and removed at once. */
const PROBE = 'plans/probe';

/** Why no book can be written at an address; undefined where it can. A local folder that is not there yet is made later. */
export async function whyNotWritable(address: string): Promise<string | undefined> {
  return isS3Address(address) ? whyNotInBucket(address) : whyNotInFolder(resolve(address));
}

/** Throws in one line where a book cannot be opened for writing: tried before a long run, not after its first hour. */
export async function checkOpensForWriting(book: Book, address: string): Promise<void> {
  if (isS3Address(address)) return void (await book.list('plans/'));
  try {
    await makeFolder(resolve(address));
    await book.put(PROBE, new Uint8Array());
    await book.remove(PROBE);
  } catch (error) {
    throw new Error(
      `Cannot write the book ${resolve(address)}: expected a folder that can be written, got ${foundOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Folder by folder: Node's own way down never ends where a file system like /proc refuses a folder as not there. */
async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  if (path !== dirname(path)) await makeFolder(dirname(path));
  await mkdir(path);
}

/** A bucket tells by a write alone; the probe is taken away again. */
async function whyNotInBucket(address: string): Promise<string | undefined> {
  const book = openBook(address);
  try {
    await book.put(PROBE, new Uint8Array());
    await book.remove(PROBE);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function whyNotInFolder(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return `Cannot write ${path}: expected a folder, got a file`;
    await access(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    if (isAbsent(error) && path !== dirname(path)) return whyNotInFolder(dirname(path));
    return `Cannot write ${path}: expected a folder that can be written, got ${foundOf(error)}`;
  }
}

/** Why S3 cannot be asked: what the SDK misses, and which names of the environment it found unset. */
export async function whyNoCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const { config } = new S3Client({});
  try {
    await config.credentials();
    await config.region();
    return undefined;
  } catch (error) {
    const names = [
      'AWS_PROFILE',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_WEB_IDENTITY_TOKEN_FILE',
      'AWS_REGION',
    ];
    const said = names.map((name) => `${name} is ${environment[name] ? 'set' : 'not set'}`);
    return `Cannot ask S3: ${messageOf(error)} (${said.join(', ')})`;
  }
}
