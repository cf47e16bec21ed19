import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { messageOf } from '../../lib/landing/message.ts';

import type { SealedBatch } from '../spool/batch.ts';
import { type Point, pointsOf } from './points.ts';
import type { Delivery } from './sink.ts';

/** A point and the line of the batch that it comes from. */
export interface LinePoint {
  readonly point: Point;
  readonly line: number;
}

/**
 * What became of some points: all are written but those of the refused lines; or a point among them is refused and the store does
 * not say which; or all must come again.
 */
export type Written =
  | { readonly refused: ReadonlyMap<number, string> }
  | { readonly oneRefused: string }
  | Extract<Delivery, { retry: string }>;

export const ALL_WRITTEN: Written = { refused: new Map() };

/** Halves that are tried for one batch, to find what is refused; then the rest of their lines is refused as a whole. */
const MOST_HALVES = 400;

/**
 * Writes the points of a batch chunk by chunk. Where a store does not say which point it refuses, halves are written, and halves of
 * halves: writing a point again changes nothing, so what goes through twice is harmless.
 */
export async function writePoints(
  batch: SealedBatch,
  workloadTags: readonly string[],
  { chunk, write }: { chunk: number; write: (points: readonly LinePoint[]) => Promise<Written> },
): Promise<Delivery> {
  const { points, refused } = await readPoints(batch, workloadTags);
  const waiting = chunksOf(points, chunk);
  let halvings = 0;
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const written = await write(next);
    if ('retry' in written) return written;
    if ('oneRefused' in written && next.length > 1 && halvings < MOST_HALVES) {
      halvings += 1;
      waiting.unshift(...chunksOf(next, Math.ceil(next.length / 2)));
    } else for (const [line, reason] of refusedIn(next, written)) refused.set(line, reason);
  }
  return deliveryOf(refused);
}

function refusedIn(
  points: readonly LinePoint[],
  written: Exclude<Written, { retry: string }>,
): Iterable<[number, string]> {
  if ('refused' in written) return written.refused;
  return points.map(({ line }) => [line, written.oneRefused]);
}

function deliveryOf(refused: ReadonlyMap<number, string>): Delivery {
  const indexes = [...refused.keys()].sort((a, b) => a - b);
  const [first] = indexes;
  return first === undefined ? 'delivered' : { refused: refused.get(first) ?? '', indexes };
}

function chunksOf(points: readonly LinePoint[], length: number): (readonly LinePoint[])[] {
  const count = Math.ceil(points.length / length);
  return Array.from({ length: count }, (_, index) => points.slice(index * length, (index + 1) * length));
}

async function readPoints(batch: SealedBatch, workloadTags: readonly string[]) {
  const text = (await promisify(gunzip)(batch.bytes)).toString('utf8');
  const points: LinePoint[] = [];
  const refused = new Map<number, string>();
  text
    .trimEnd()
    .split('\n')
    .forEach((each, line) => {
      try {
        for (const point of pointsOf(each, batch.kind, workloadTags)) points.push({ point, line });
      } catch (error) {
        refused.set(line, messageOf(error));
      }
    });
  return { points, refused };
}
