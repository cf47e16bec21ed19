import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../landing/message.ts';
import { RejectedPayload } from '../landing/origin.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** How much a source may hand over in one file. */
export interface SizeLimits {
  /** Largest file, and most bytes that a compressed file may unpack to. */
  readonly maxBytes: number;
  /** Most bytes that one compressed byte may unpack to, asked once `freeBytes` are out. */
  readonly maxRatio: number;
  readonly freeBytes: number;
}

/** The limits where the settings name no others. */
export const SIZE_LIMITS: SizeLimits = { maxBytes: 50 * GIB, maxRatio: 1000, freeBytes: 64 * MIB };

/** Throws `RejectedPayload` for a file larger than the limit. */
export function checkFileSize(bytes: number, limits: SizeLimits): void {
  if (bytes <= limits.maxBytes) return;
  throw new RejectedPayload({
    found: `a file of ${sizeText(bytes)}`,
    expected: `at most ${sizeText(limits.maxBytes)}`,
  });
}

/**
 * Unpacks a `.gz` file piece by piece, keeping nothing; passes over other files. Throws `RejectedPayload` as soon as more
 * comes out than the limits allow, and for a file that is cut off or is no gzip.
 */
export async function checkUnpackedSize(path: string, packedBytes: number, limits: SizeLimits): Promise<void> {
  if (!path.toLowerCase().endsWith('.gz')) return;
  if (packedBytes === 0) throw notGzip('nothing in it');
  const most = Math.min(limits.maxBytes, Math.max(limits.freeBytes, packedBytes * limits.maxRatio));
  try {
    await pipeline(createReadStream(path), createGunzip({ chunkSize: MIB }), countUpTo(most));
  } catch (error) {
    throw error instanceof RejectedPayload ? error : notGzip(messageOf(error));
  }
}

function countUpTo(most: number): (unpacked: AsyncIterable<Uint8Array>) => Promise<void> {
  return async (unpacked) => {
    let bytes = 0;
    for await (const chunk of unpacked) {
      bytes += chunk.byteLength;
      if (bytes > most) throw tooLarge(most);
    }
  };
}

function tooLarge(most: number): RejectedPayload {
  return new RejectedPayload({
    found: `a compressed file that unpacks to more than ${sizeText(most)}`,
    expected: 'a compressed file of sane size',
  });
}

function notGzip(reason: string): RejectedPayload {
  return new RejectedPayload({ found: `a .gz file that cannot be unpacked: ${reason}`, expected: 'a whole gzip file' });
}

/** `64 MiB`, `50 GiB`, `999 bytes`: for people. */
function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${Number((bytes / 1024 ** step).toFixed(1))} ${units[step]}`;
}
