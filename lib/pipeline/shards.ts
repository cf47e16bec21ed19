import { jsonBytes } from '../landing/book.ts';
import type { MonthRun, Shard } from './stage.ts';

/**
 * Bytes that the state of a run may have between two states of the machine, as UTF-8: the quota "Maximum input or result
 * size for a task, state, or execution" (Step Functions developer guide, "Service quotas").
 */
export const STATE_BYTES = 262_144;
/** Bytes of it for what the collection reported; shards have the rest. */
const REPORT_BYTES = 131_072;
/** Remarks of one source that travel through the state machine, and characters of one of them. */
const REMARKS_TOLD = 20;
const REMARK_LENGTH = 300;
/** Bytes of a report beside its remarks: the source's id, three counts, how many remarks are not told. */
const COUNTS_BYTES = 200;

/** Shards that a stage aims at, so that workers finish together; and most, so that their list leaves room in the state. */
const SHARDS = { wanted: 12, most: 1000 } as const;
/** Parts that one worker takes where there are many: small enough for fifteen minutes and 10 GB of disk. */
const PARTS_PER_SHARD = 16;

/** Work in hands of equal size, in order. How it is dealt shapes no byte of the book. */
export function deal<Part>(parts: readonly Part[]): Part[][] {
  const most = handOf(parts.length);
  const hands: Part[][] = [];
  for (let first = 0; first < parts.length; first += most) hands.push(parts.slice(first, first + most));
  return hands;
}

/** Few parts make a dozen shards; many make hands of sixteen, until there would be too many shards to list. */
function handOf(parts: number): number {
  const even = Math.min(PARTS_PER_SHARD, Math.ceil(parts / SHARDS.wanted));
  return Math.max(1, even, Math.ceil(parts / SHARDS.most));
}

/** A shard of landed files and the files: their list lies in the book under the shard's name. */
export interface PlannedShard<Part> {
  readonly shard: Shard;
  readonly parts: readonly Part[];
}

/** Deals landed files to workers. The state machine carries keys alone, never the lists, so that any month fits. */
export function factShards<Part>({ month, as_of }: MonthRun, parts: readonly Part[]): PlannedShard<Part>[] {
  return deal(parts).map((hand, index) => ({ shard: { month, as_of, shard: planKey(month, index + 1) }, parts: hand }));
}

/** Where the lists of the shards lie. */
export const PLANS = 'plans/';

/** `plans/month=2026-06/facts-00001.json` */
function planKey(month: string, number: number): string {
  return `${PLANS}month=${month}/facts-${String(number).padStart(5, '0')}.json`;
}

/**
 * What of a source's remarks fits the state of a run with so many sources: the first ones, cut where they are long. The rest
 * lies in quarantine anyway.
 */
export function fewRemarks(remarks: readonly string[], sources: number): string[] {
  let room = REPORT_BYTES / Math.max(sources, 1) - COUNTS_BYTES;
  const told: string[] = [];
  for (const remark of remarks.slice(0, REMARKS_TOLD).map(shortened)) {
    room -= jsonBytes(remark).length;
    if (room < 0) break;
    told.push(remark);
  }
  const rest = remarks.length - told.length;
  return rest === 0 ? told : [...told, `… and ${rest} more`];
}

function shortened(remark: string): string {
  return remark.length <= REMARK_LENGTH ? remark : `${remark.slice(0, REMARK_LENGTH - 1)}…`;
}
