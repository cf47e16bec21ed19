import type { Source } from '../sources/source.ts';
import { type Book, readText } from './book.ts';
import type { Fetched, Offer } from './origin.ts';
import { batchesKey, type Receipt } from './receipt.ts';

/** How files are put together. */
export interface PackLimits {
  /** Most bytes of the whole. */
  readonly bytes: number;
  /** Fewer files than these land one by one, each with a receipt of its own. */
  readonly fewest: number;
}

/** The limits of a month; tests have narrower ones. */
export const PACK: PackLimits = { bytes: 32 * 1024 ** 2, fewest: 64 };

/** One file of those that were put together. */
export interface Batch {
  readonly origin: string;
  /** Where its bytes begin in the whole. */
  readonly offset: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** The list beside a file that was put together, in the order of its bytes. */
export interface PackList {
  readonly batches: readonly Batch[];
}

/** A file that was put together, on the local disk. */
export interface Packed extends Fetched {
  /** Lines that are not blank, counted in each part by itself. */
  readonly lines: number;
}

/** Writes fetched files one after the other into one whose name ends like `name`. Kept by `lib/adapters/put-together.ts`. */
export type PutTogether = (name: string, files: readonly Fetched[]) => Promise<Packed>;

/** Deals offers to packs: those of one kind and folder, in the order of their names, as many as fit. The rest stays single. */
export function packsOf<Some extends Offer>(
  offers: readonly Some[],
  { put_together: fitting, files_never_change: areKept }: Source,
  { bytes, fewest }: PackLimits = PACK,
): { readonly packs: readonly (readonly Some[])[]; readonly single: readonly Some[] } {
  const fit = areKept && fitting ? offers.filter(({ origin }) => fitting.test(origin)) : [];
  const groups = [...Map.groupBy(fit, ({ origin }) => kindFolder(origin)).values()];
  const packs = groups.flatMap((group) => cut(inOrder(group), bytes)).filter((pack) => pack.length >= fewest);
  const packed = new Set<Some>(packs.flat());
  return { packs, single: offers.filter((offer) => !packed.has(offer)) };
}

/** `agents/telemetry/host=a/boot=b/1-60.jsonl.gz` lies in `agents/telemetry/`: what kind it is stands before the names of its parts. */
export function kindFolder(origin: string): string {
  return /^(?:[^/=]+\/)*/.exec(origin)?.[0] ?? '';
}

function inOrder<Some extends Offer>(offers: readonly Some[]): Some[] {
  return [...offers].sort((one, other) => (one.origin < other.origin ? -1 : 1));
}

function cut<Some extends Offer>(offers: readonly Some[], most: number): Some[][] {
  const packs: Some[][] = [];
  let room = 0;
  for (const offer of offers) {
    if (offer.bytes > room) {
      packs.push([]);
      room = most;
    }
    packs.at(-1)?.push(offer);
    room -= offer.bytes;
  }
  return packs;
}

/** The list of files that were put together in this order. */
export function listOf(members: readonly { readonly offer: Offer; readonly fetched: Fetched }[]): PackList {
  let offset = 0;
  const batches = members.map(({ offer: { origin }, fetched: { bytes, sha256 } }) => {
    const batch: Batch = { origin, offset, bytes, sha256 };
    offset += bytes;
    return batch;
  });
  return { batches };
}

/** The files that were put together to a receipt's bytes; none where it is a file as it came. */
export async function readBatches(receipt: Receipt, book: Book): Promise<readonly Batch[]> {
  if (receipt.batches === undefined) return [];
  const text = await readText(book, batchesKey(receipt));
  return text === undefined ? [] : (JSON.parse(text) as PackList).batches;
}
