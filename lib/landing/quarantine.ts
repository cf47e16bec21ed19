import type { Period } from '../units/period.ts';
import { type Book, jsonBytes, readText } from './book.ts';
import type { CollectRequest, Edges, Fate } from './collection.ts';
import { fullDiskIn } from './full-disk.ts';
import type { Offer, RejectedPayload } from './origin.ts';
import { type Quarantined, type Receipt, type Rejection, rejectionText } from './receipt.ts';
import { latestReceipt } from './receipts.ts';

/** `quarantine/source=bill/period=2026-06/` */
function quarantineFolder(sourceId: string, period: Pick<Period, 'month'>): string {
  return `quarantine/source=${sourceId}/period=${period.month}/`;
}

/** Keeps the rejected rows of a landed file. */
export async function keepRejections(receipt: Receipt, rejections: readonly Rejection[], book: Book): Promise<void> {
  const reason: Quarantined = {
    source_id: receipt.source_id,
    period: receipt.period,
    origin: receipt.origin,
    fetched_at: receipt.fetched_at,
    sha256: receipt.sha256,
    bytes: receipt.bytes,
    whole_file: false,
    rows_rejected: receipt.contract.rows_rejected,
    reasons: rejections,
  };
  const folder = quarantineFolder(receipt.source_id, { month: receipt.period });
  await book.putIfAbsent(`${folder}${receipt.sha256}.rows.reason.json`, jsonBytes(reason));
}

/** A file that cannot be had is quarantined without its bytes; that the disk has no room for them is no fault of it. */
function notUnlessFull(error: unknown): undefined {
  if (fullDiskIn(error)) throw error;
  return undefined;
}

/** A disk takes names of 255 bytes, and an ending follows. */
const LONGEST_NAME = /.{1,200}/g;

/** A file without bytes lies by its own name, in plain letters; a long one in folders. */
function nameOf({ origin }: Offer): string {
  return (encodeURIComponent(origin).replaceAll('%', '_').match(LONGEST_NAME) ?? []).join('/');
}

/** The landing in which something is refused. */
interface Refusing {
  readonly request: CollectRequest;
  readonly edges: Edges;
  readonly known: readonly Receipt[];
}

/**
 * Where the reason lies: by the bytes, below them by its own name where others of the same bytes were refused before, and again
 * where something landed under its name since it was refused so.
 */
async function paperOf(offer: Offer, sha256: string | undefined, { request, edges, known }: Refusing): Promise<string> {
  const folder = quarantineFolder(request.sourceId, request.period);
  const own = sha256 ? `${folder}${sha256}/${nameOf(offer)}` : `${folder}${nameOf(offer)}`;
  const landed = latestReceipt(known.filter(({ origin }) => origin === offer.origin))?.fetched_at ?? '';
  for (const name of sha256 ? [`${folder}${sha256}`, own] : [own]) {
    const text = await readText(edges.book, `${name}.reason.json`);
    if (text === undefined) return name;
    const { origin, fetched_at } = JSON.parse(text) as Quarantined;
    if (origin === offer.origin && fetched_at >= landed) return name;
  }
  return `${own}/after-${landed.replace(/\W/g, '')}`;
}

/** Keeps a refused file, where it can be had, and the reason. */
export async function quarantine(offer: Offer, error: RejectedPayload, landing: Refusing): Promise<Fate> {
  const { request, edges } = landing;
  const fetched = error.fetched ?? (await edges.origin.fetch(offer).catch(notUnlessFull));
  const name = await paperOf(offer, fetched?.sha256, landing);
  const rejection: Rejection = {
    file: offer.origin,
    ...(error.column && { column: error.column }),
    found: error.found,
    expected: error.expected,
  };
  const reason: Quarantined = {
    source_id: request.sourceId,
    period: request.period.month,
    origin: offer.origin,
    fetched_at: request.asOf,
    sha256: fetched?.sha256 ?? null,
    bytes: offer.bytes,
    whole_file: true,
    rows_rejected: null,
    reasons: [rejection],
  };
  if (fetched) {
    const folder = quarantineFolder(request.sourceId, request.period);
    await edges.book.importIfAbsent(`${folder}${fetched.sha256}.${extensionOf(offer.origin)}`, fetched.path);
  }
  await edges.book.putIfAbsent(`${name}.reason.json`, jsonBytes(reason));
  return { outcome: 'rejected', remarks: [rejectionText(rejection)] };
}

/** `parquet`, `csv.gz`, `jsonl.gz`: the endings that DuckDB reads a file by; `bin` where the name has none. */
export function extensionOf(origin: string): string {
  return /\.([a-z0-9]+(?:\.(?:gz|zst))?)$/i.exec(origin)?.[1]?.toLowerCase() ?? 'bin';
}
