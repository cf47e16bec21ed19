import type { Period } from '../units/period.ts';
import { type Book, jsonBytes, readText } from './book.ts';
import type { CollectRequest, Edges, Fate } from './collection.ts';
import { fullDiskIn } from './full-disk.ts';
import type { Offer, RejectedPayload } from './origin.ts';
import { type Quarantined, type Receipt, type Rejection, rejectionText } from './receipt.ts';

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

/** Where the reason lies: by the bytes, and where others of the same bytes were refused before, below them by its own name. */
async function paperOf(offer: Offer, name: string, book: Book): Promise<string> {
  const text = await readText(book, `${name}.reason.json`);
  const isOfAnother = text !== undefined && (JSON.parse(text) as Quarantined).origin !== offer.origin;
  return isOfAnother ? `${name}/${nameOf(offer)}` : name;
}

/** Keeps a refused file, where it can be had, and the reason. */
export async function quarantine(
  offer: Offer,
  error: RejectedPayload,
  request: CollectRequest,
  edges: Edges,
): Promise<Fate> {
  const fetched = error.fetched ?? (await edges.origin.fetch(offer).catch(notUnlessFull));
  const folder = quarantineFolder(request.sourceId, request.period);
  const name = fetched ? await paperOf(offer, `${folder}${fetched.sha256}`, edges.book) : `${folder}${nameOf(offer)}`;
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
  if (fetched) await edges.book.importIfAbsent(`${folder}${fetched.sha256}.${extensionOf(offer.origin)}`, fetched.path);
  await edges.book.putIfAbsent(`${name}.reason.json`, jsonBytes(reason));
  return { outcome: 'rejected', remarks: [rejectionText(rejection)] };
}

/** `parquet`, `csv.gz`, `jsonl.gz`: the endings that DuckDB reads a file by; `bin` where the name has none. */
export function extensionOf(origin: string): string {
  return /\.([a-z0-9]+(?:\.(?:gz|zst))?)$/i.exec(origin)?.[1]?.toLowerCase() ?? 'bin';
}
