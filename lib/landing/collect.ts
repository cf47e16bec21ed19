import type { Source } from '../sources/source.ts';
import type { Period } from '../units/period.ts';
import { type Book, jsonBytes } from './book.ts';
import { type Checked, checkRows, openLanded, type SourceOptions, unreadable } from './contract.ts';
import { type Fetched, type Offer, type Origin, RejectedPayload } from './origin.ts';
import { landedKey, type Quarantined, type Receipt, type Rejection, receiptKey, rejectionText } from './receipt.ts';
import { currentManifests, latestReceipt, readReceipts } from './receipts.ts';
import { type ReadManifest, type Selection, selectOffers } from './selection.ts';
import type { Warehouse } from './warehouse.ts';

/** One source of the settings for one month. */
export interface CollectRequest {
  readonly sourceId: string;
  readonly source: Source;
  readonly period: Period;
  readonly asOf: string;
  readonly options: SourceOptions;
  readonly columnMapping?: Readonly<Record<string, string>>;
}

export interface CollectOutcome {
  readonly landed: number;
  readonly present: number;
  readonly rejected: number;
  /** One sentence for each file that was refused, passed over or landed with rejected rows. */
  readonly remarks: readonly string[];
}

interface Edges {
  readonly book: Book;
  readonly origin: Origin;
  readonly warehouse: Warehouse;
}

type Fate = {
  readonly outcome: 'landed' | 'present' | 'rejected' | 'passed over' | 'noted';
  readonly remarks?: readonly string[];
};

/**
 * Asks a source for a month: every file is fetched, checked against the contract and kept under its own SHA-256 with a
 * receipt, or put into quarantine with the reason. A file that is already there is not landed again. Where an export has a
 * manifest, the files that it names are read, and the manifest lands after them. Throws `SourceUnavailable` where the source
 * cannot be asked at all.
 */
export async function collect(request: CollectRequest, edges: Edges): Promise<CollectOutcome> {
  const selection = await selectOffers(await edges.origin.list(), request, edges);
  const fates: Fate[] = passedOver(selection, request);
  const landed = await readReceipts(edges.book, request.period, request.asOf);
  const known = landed.filter(({ source_id }) => source_id === request.sourceId);
  for (const offer of selection.files) fates.push(await landOne(offer, known, request, edges));
  for (const { offer, error } of selection.refused) fates.push(await quarantine(offer, error, request, edges));
  for (const manifest of selection.manifests) fates.push(await landManifest(manifest, known, request, edges.book));
  const failure = edges.origin.failure?.();
  if (failure) throw failure;
  const count = (outcome: Fate['outcome']) => fates.filter((fate) => fate.outcome === outcome).length;
  return {
    landed: count('landed'),
    present: count('present'),
    rejected: count('rejected'),
    remarks: [...(edges.origin.remarks?.() ?? []), ...fates.flatMap((fate) => fate.remarks ?? [])],
  };
}

function passedOver({ files, refused, foreign, unnamed }: Selection, { source, sourceId }: CollectRequest): Fate[] {
  const remarks = [
    ...(foreign > 0
      ? [`${sourceId}: ${filesText(foreign)} passed over, expected names that match ${source.accepts}`]
      : []),
    ...(unnamed > 0 ? [`${sourceId}: ${filesText(unnamed)} passed over, not named by the manifest of the month`] : []),
    ...(files.length + refused.length === 0 ? [`${sourceId}: no file to read`] : []),
  ];
  return remarks.map((remark) => ({ outcome: 'passed over', remarks: [remark] }));
}

function filesText(count: number): string {
  return `${count} ${count === 1 ? 'file' : 'files'}`;
}

/** An offer, and whether a manifest names it: then it counts under this name and no other. */
type Named = Offer & { readonly isNamed?: boolean };

async function landOne(offer: Named, known: readonly Receipt[], request: CollectRequest, edges: Edges): Promise<Fate> {
  try {
    const fetched = await edges.origin.fetch(offer);
    const same = known.filter(({ sha256 }) => sha256 === fetched.sha256);
    const earlier = same.find(({ origin }) => origin === offer.origin) ?? same[0];
    if (earlier) return recognise(offer, earlier, known, request, edges.book);
    const identity = { source_id: request.sourceId, period: request.period.month, sha256: fetched.sha256 };
    if (await edges.book.read(receiptKey(identity))) return { outcome: 'present' };
    const checked = await check(fetched, request, edges.warehouse, offer);
    if (checked.rows_in_month === 0) return elsewhere(offer, checked, request);
    return await land(offer, fetched, checked, request, edges.book);
  } catch (error) {
    if (!(error instanceof RejectedPayload)) throw error;
    return quarantine(offer, error, request, edges);
  }
}

/**
 * The bytes are in the book already. Where the provider has gone back to them after another version, where they follow
 * another page, or where a manifest now names them elsewhere, a second receipt says so, and they are current again.
 */
async function recognise(
  { origin, follows, isNamed }: Named,
  earlier: Receipt,
  known: readonly Receipt[],
  { asOf }: CollectRequest,
  book: Book,
): Promise<Fate> {
  const latest = latestReceipt(known.filter((receipt) => receipt.origin === origin));
  const isSame = latest?.sha256 === earlier.sha256 && latest.follows?.sha256 === follows?.sha256;
  if (isSame || (earlier.origin !== origin && !isNamed)) return { outcome: 'present' };
  const again: Receipt = { ...earlier, origin, ...(follows && { follows }), fetched_at: asOf, landed_again: true };
  await book.putIfAbsent(receiptKey(again), jsonBytes(again));
  const isBack = earlier.origin === origin && latest?.sha256 !== earlier.sha256;
  const remarks = isBack ? [`${origin}: back to the version of ${earlier.fetched_at}`] : [];
  return { outcome: 'landed', remarks };
}

/** A manifest is evidence: it says which files were current. It has no rows of its own. */
async function landManifest(
  { offer, fetched, delivery }: ReadManifest,
  known: readonly Receipt[],
  request: CollectRequest,
  book: Book,
): Promise<Fate> {
  const receipt: Receipt = {
    source_id: request.sourceId,
    kind: request.source.kind,
    period: request.period.month,
    origin: offer.origin,
    fetched_at: request.asOf,
    bytes: fetched.bytes,
    sha256: fetched.sha256,
    extension: extensionOf(offer.origin),
    provider_version: null,
    contract: { shape: 'manifest', rows: 0, rows_rejected: 0, first_event: null, last_event: null },
    delivery,
  };
  const [current] = currentManifests(known).filter((each) => each.delivery.folder === delivery.folder);
  if (current?.sha256 === receipt.sha256) return { outcome: 'noted' };
  const isBack = known.some(({ sha256 }) => sha256 === receipt.sha256);
  const landed: Receipt = isBack ? { ...receipt, landed_again: true } : receipt;
  await book.importIfAbsent(landedKey(landed), fetched.path);
  await book.putIfAbsent(receiptKey(landed), jsonBytes(landed));
  return { outcome: 'noted' };
}

async function check(fetched: Fetched, request: CollectRequest, warehouse: Warehouse, offer: Offer): Promise<Checked> {
  const shape = await openLanded(warehouse, { ...request, path: fetched.path });
  try {
    return await checkRows(warehouse, shape, { period: request.period, origin: offer.origin });
  } catch (error) {
    throw error instanceof RejectedPayload ? error : unreadable(error, fetched.path);
  }
}

/** A file of other months stays where it is; one whose path promises this month is refused. */
function elsewhere({ origin }: Offer, { contract }: Checked, { period, source }: CollectRequest): Fate {
  const span = contract.first_event ? `${contract.first_event} to ${contract.last_event}` : 'no time at all';
  const promised = source.month_in_path?.exec(origin)?.[1];
  if (promised === period.month) {
    throw new RejectedPayload({ found: `rows of ${span}`, expected: `rows of ${period.month}, as the path says` });
  }
  return { outcome: 'passed over', remarks: [`${origin}: holds ${span}, left for its own month`] };
}

async function land(
  offer: Offer,
  fetched: Fetched,
  checked: Checked,
  request: CollectRequest,
  book: Book,
): Promise<Fate> {
  const receipt: Receipt = {
    source_id: request.sourceId,
    kind: request.source.kind,
    period: request.period.month,
    origin: offer.origin,
    ...(offer.request && { request: offer.request }),
    ...(offer.follows && { follows: offer.follows }),
    fetched_at: request.asOf,
    bytes: fetched.bytes,
    sha256: fetched.sha256,
    extension: extensionOf(offer.origin),
    provider_version: checked.provider_version,
    contract: checked.contract,
  };
  await book.importIfAbsent(landedKey(receipt), fetched.path);
  if (checked.rejections.length > 0) await keepRejections(receipt, checked.rejections, book);
  await book.putIfAbsent(receiptKey(receipt), jsonBytes(receipt));
  return { outcome: 'landed', remarks: rowRemarks(offer, checked) };
}

function rowRemarks({ origin }: Offer, { contract, rejections }: Checked): string[] {
  const [first] = rejections;
  if (!first) return [];
  return [
    `${origin}: ${contract.rows_rejected} of ${contract.rows} rows rejected, ${rejectionText({ ...first, file: 'the first' })}`,
  ];
}

/** `quarantine/source=bill/period=2026-06/` */
function quarantineFolder(sourceId: string, period: Pick<Period, 'month'>): string {
  return `quarantine/source=${sourceId}/period=${period.month}/`;
}

async function keepRejections(receipt: Receipt, rejections: readonly Rejection[], book: Book): Promise<void> {
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

async function quarantine(offer: Offer, error: RejectedPayload, request: CollectRequest, edges: Edges): Promise<Fate> {
  const fetched = error.fetched ?? (await edges.origin.fetch(offer).catch(() => undefined));
  const name = fetched?.sha256 ?? encodeURIComponent(offer.origin).replaceAll('%', '_');
  const folder = quarantineFolder(request.sourceId, request.period);
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
  if (fetched) await edges.book.importIfAbsent(`${folder}${name}.${extensionOf(offer.origin)}`, fetched.path);
  await edges.book.putIfAbsent(`${folder}${name}.reason.json`, jsonBytes(reason));
  return { outcome: 'rejected', remarks: [rejectionText(rejection)] };
}

/** `parquet`, `csv.gz`, `jsonl.gz`: the endings that DuckDB reads a file by; `bin` where the name has none. */
function extensionOf(origin: string): string {
  return /\.([a-z0-9]+(?:\.(?:gz|zst))?)$/i.exec(origin)?.[1]?.toLowerCase() ?? 'bin';
}
