import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import type { Fetched } from '../landing/origin.ts';
import type { Packed } from '../landing/pack.ts';
import { fingerprinting } from './fingerprint.ts';
import { processPath } from './process-folder.ts';

const [LINE_FEED, CARRIAGE_RETURN, SPACE] = [0x0a, 0x0d, 0x20];

/**
 * Writes files one after the other into one in the folder of this process. Members of gzip that follow each other are one gzip file
 * (RFC 1952 §2.2), and each keeps its bytes. Lines are counted in each part as it stands alone.
 */
export async function putTogether(name: string, files: readonly Fetched[]): Promise<Packed> {
  const path = processPath(name);
  const hash = createHash('sha256');
  let lines = 0;
  try {
    await pipeline(
      async function* () {
        for (const file of files) {
          lines += await countLines(file.path);
          yield* createReadStream(file.path);
        }
      },
      fingerprinting(hash),
      createWriteStream(path),
    );
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { path, bytes, sha256: hash.digest('hex'), lines };
}

/** Lines of a file, unpacked where its name says `.gz`, in which anything stands. */
async function countLines(path: string): Promise<number> {
  const counter = new LineCounter();
  const count = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) counter.add(chunk);
  };
  const bytes = createReadStream(path);
  await (path.endsWith('.gz') ? pipeline(bytes, createGunzip(), count) : pipeline(bytes, count));
  return counter.lines();
}

class LineCounter {
  #ended = 0;
  #isBlank = true;

  add(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === LINE_FEED) this.#end();
      else if (byte !== SPACE && byte !== CARRIAGE_RETURN) this.#isBlank = false;
    }
  }

  lines(): number {
    this.#end();
    return this.#ended;
  }

  #end(): void {
    if (!this.#isBlank) this.#ended++;
    this.#isBlank = true;
  }
}
