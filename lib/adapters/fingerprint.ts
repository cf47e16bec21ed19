import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Transform } from 'node:stream';

const CHUNK_BYTES = 1024 ** 2;

/** SHA-256 of an open file in hexadecimal, read piece by piece from the start; the file stays open. */
export async function fingerprintOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let position = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
}

/** SHA-256 of a file on the local disk, whatever its size. */
export async function fingerprintOfFile(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    return await fingerprintOf(file);
  } finally {
    await file.close();
  }
}

/** Passes bytes through and feeds them to a hash on the way. */
export function fingerprinting(hash: Hash): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}
