import { jsonBytes, readText } from '../landing/book.ts';
import type { HalvesRequest, Plan } from './handlers.ts';
import { reasonOf } from './handlers.ts';
import { PLANS } from './shards.ts';
import type { Workplace } from './stage.ts';

/**
 * Splits a shard that its worker could not hold: into two lists of files, which lie in the book beside the list that they
 * are of, or into two rows of days. Throws the worker's own reason where one part is left.
 */
export async function planHalves({ shard, month, as_of, failure }: HalvesRequest, workplace: Workplace): Promise<Plan> {
  const parts = await partsOf(shard, workplace);
  if (parts.length < 2) throw new Error(`Cannot split ${shard}: expected two parts or more, got one; ${said(failure)}`);
  const middle = Math.ceil(parts.length / 2);
  const halves = [parts.slice(0, middle), parts.slice(middle)];
  const shards: string[] = [];
  for (const [index, half] of halves.entries()) shards.push(await named(shard, index + 1, half, workplace));
  return { shards: shards.map((half) => ({ month, as_of, shard: half })) };
}

async function partsOf(shard: string, { book }: Workplace): Promise<readonly unknown[]> {
  if (!isList(shard)) return shard.split(',');
  const text = await readText(book, shard);
  if (text === undefined) throw new Error(`Cannot split ${shard}: expected a list of files in the book, got nothing`);
  return JSON.parse(text) as unknown[];
}

/** `plans/month=2026-06/facts-00001.json` → `…/facts-00001-1.json`; days name themselves. */
async function named(shard: string, number: number, parts: readonly unknown[], { book }: Workplace): Promise<string> {
  if (!isList(shard)) return parts.join(',');
  const key = shard.replace(/\.json$/, `-${number}.json`);
  await book.put(key, jsonBytes(parts));
  return key;
}

function isList(shard: string): boolean {
  return shard.startsWith(PLANS);
}

function said({ Error: error, Cause: cause }: HalvesRequest['failure']): string {
  return `its worker said ${reasonOf({ source_id: '', error, cause })}`;
}
