import type { Period } from '../units/period.ts';
import { type Book, readText } from './book.ts';
import type { Quarantined, Receipt } from './receipt.ts';

/** After every time that a receipt can bear: as of it all that landed is there. */
export const LATEST = '9999-12-31T23:59:59Z';

/** Every receipt of a month that was fetched by `asOf`, sorted by source and hash: the evidence. */
export async function readReceipts(book: Book, period: Period, asOf: string): Promise<Receipt[]> {
  const receipts = await readPapers<Receipt>(book, 'landing/', `/period=${period.month}/`, '.receipt.json');
  return receipts.map(({ paper }) => paper).filter(({ fetched_at }) => fetched_at <= asOf);
}

/** The receipts of one source for a month that were fetched by `asOf`. */
export async function readSourceReceipts(
  book: Book,
  { sourceId, period, asOf }: { readonly sourceId: string; readonly period: Period; readonly asOf: string },
): Promise<Receipt[]> {
  const folder = `landing/source=${sourceId}/period=${period.month}/`;
  const receipts = await readPapers<Receipt>(book, folder, folder, '.receipt.json');
  return receipts.map(({ paper }) => paper).filter(({ fetched_at }) => fetched_at <= asOf);
}

/** Why something lies in quarantine, and the key of the paper that says so. */
export interface QuarantineReason {
  readonly key: string;
  readonly reason: Quarantined;
}

/** Everything of a month that lies in quarantine and was put there by `asOf`. */
export async function readQuarantine(book: Book, period: Period, asOf: string): Promise<QuarantineReason[]> {
  const reasons = await readPapers<Quarantined>(book, 'quarantine/', `/period=${period.month}/`, '.reason.json');
  return reasons.filter(({ paper }) => paper.fetched_at <= asOf).map(({ key, paper }) => ({ key, reason: paper }));
}

/** When each file of a source was last refused for a month, by its name. */
export async function readRefusals(
  book: Book,
  { sourceId, period, asOf }: { readonly sourceId: string; readonly period: Period; readonly asOf: string },
): Promise<ReadonlyMap<string, string>> {
  const folder = `quarantine/source=${sourceId}/period=${period.month}/`;
  const reasons = (await readPapers<Quarantined>(book, folder, folder, '.reason.json')).map(({ paper }) => paper);
  const refused = reasons.filter(({ whole_file, fetched_at }) => whole_file && fetched_at <= asOf);
  return new Map(
    refused
      .map(({ origin, fetched_at }) => [origin, fetched_at] as const)
      .sort((one, other) => compare(one[1], other[1])),
  );
}

/**
 * What still keeps something out of the month: not a file that landed under the same name since, or whose very bytes did, and not
 * rows of a version that counts no more. `receipts` are those that count.
 */
export function stillOut(reasons: readonly QuarantineReason[], receipts: readonly Receipt[]): QuarantineReason[] {
  const landed = new Map(receipts.map((receipt) => [originOf(receipt), receipt]));
  const withRows = receipts.filter(({ contract }) => contract.rows > 0);
  const counting = new Set(withRows.flatMap((receipt) => [rowsOf(receipt), bytesOf(receipt)]));
  return reasons.filter(({ reason }) => {
    const isCounting = counting.has(`${reason.source_id} ${reason.sha256}`);
    if (!reason.whole_file) return isCounting;
    return !isCounting && (landed.get(originOf(reason))?.fetched_at ?? '') <= reason.fetched_at;
  });
}

/**
 * The receipts whose rows count: of several versions of one origin the one fetched last, and of a folder that a manifest
 * describes the files that its newest manifest names; the same bytes count once, and so do the same rows. A provider that
 * restates a file lands a second version, and the first stays in the book as evidence. A pure function of the set: the order of
 * landing does not matter.
 */
export function currentReceipts(receipts: readonly Receipt[]): Receipt[] {
  return latestBy(offeredReceipts(receipts), rowsOf);
}

/** A file whose rows stand in a file that counts, in other bytes, or that a newer version of them stands for. */
export interface Copy {
  readonly copy: Receipt;
  readonly counted: Receipt;
  readonly isRestated: boolean;
}

/** The files that are offered and do not count, each with the one that counts for it. */
export function copiedReceipts(receipts: readonly Receipt[]): Copy[] {
  const counting = new Map(currentReceipts(receipts).map((receipt) => [rowsOf(receipt), receipt]));
  const restated = restatements(receipts);
  return namedReceipts(receipts).flatMap((copy): Copy[] => {
    const newer = restated.get(copy);
    if (newer) return [{ copy, counted: newer, isRestated: true }];
    const counted = counting.get(rowsOf(copy));
    return counted && counted.sha256 !== copy.sha256 ? [{ copy, counted, isRestated: false }] : [];
  });
}

/** Every version of the files that ever had the rows of a copy: by these receipts alone the same copies are found. */
export function receiptsBehindCopies(receipts: readonly Receipt[]): Receipt[] {
  const copied = new Set(copiedReceipts(receipts).map(({ copy }) => rowsOf(copy)));
  const origins = new Set(receipts.filter((receipt) => copied.has(rowsOf(receipt))).map(originOf));
  return receipts.filter((receipt) => origins.has(originOf(receipt)));
}

/** What tells the rows of a file from those of others: the bytes in which they landed first. */
export function rowsOf({ source_id, sha256, same_rows_as }: Receipt): string {
  return `${source_id} ${same_rows_as ?? sha256}`;
}

/** The newest version of what each origin offers, as far as manifests name it and no other file restates it. */
export function offeredReceipts(receipts: readonly Receipt[]): Receipt[] {
  const restated = restatements(receipts);
  return namedReceipts(receipts).filter((receipt) => !restated.has(receipt));
}

/**
 * Files of which a copy in other bytes, or the file that they are a copy of, has been restated since, by what restates them: they would
 * count beside the newer version of themselves. A file of another time restates nothing, and what a manifest names stands by itself.
 */
function restatements(receipts: readonly Receipt[]): ReadonlyMap<Receipt, Receipt> {
  const offered = namedReceipts(receipts);
  const now = new Map(offered.map((receipt) => [originOf(receipt), receipt]));
  const sameRows = Map.groupBy(receipts, rowsOf);
  const delivered = new Set(
    currentManifests(receipts).flatMap(({ source_id, delivery }) =>
      delivery.files.map((origin) => originOf({ source_id, origin })),
    ),
  );
  return new Map(
    offered.flatMap((receipt): [Receipt, Receipt][] => {
      if (delivered.has(originOf(receipt))) return [];
      const others = (sameRows.get(rowsOf(receipt)) ?? []).filter(({ sha256 }) => sha256 !== receipt.sha256);
      const newer = others
        .flatMap((other) => now.get(originOf(other)) ?? [])
        .find((version) => restates(version, receipt));
      return newer ? [[receipt, newer]] : [];
    }),
  );
}

function restates(version: Receipt, receipt: Receipt): boolean {
  const isNewer = rowsOf(version) !== rowsOf(receipt) && version.fetched_at > receipt.fetched_at;
  return isNewer && isOfOneTime(version.contract, receipt.contract);
}

function isOfOneTime(one: Receipt['contract'], other: Receipt['contract']): boolean {
  const isBefore = (first: Receipt['contract'], second: Receipt['contract']) =>
    first.last_event !== null && second.first_event !== null && first.last_event < second.first_event;
  return !isBefore(one, other) && !isBefore(other, one);
}

function namedReceipts(receipts: readonly Receipt[]): Receipt[] {
  const isNamed = currentManifests(receipts).map(namer);
  const files = receipts.filter(({ delivery }) => !delivery);
  const latest = latestBy(files, originOf).filter((receipt) => isNamed.every((isNamedBy) => isNamedBy(receipt)));
  return withoutLostPages(latest);
}

function bytesOf({ source_id, sha256 }: Pick<Receipt, 'source_id' | 'sha256'>): string {
  return `${source_id} ${sha256}`;
}

function originOf({ source_id, origin }: Pick<Receipt, 'source_id' | 'origin'>): string {
  return `${source_id} ${origin}`;
}

/**
 * A page goes with the page before it: where that one now reads otherwise, what once followed it is gone or comes anew. Of pages that
 * read alike one may be here for all.
 */
function withoutLostPages(receipts: readonly Receipt[]): Receipt[] {
  const byOrigin = new Map(receipts.map((receipt) => [originOf(receipt), receipt]));
  const byBytes = new Map(receipts.map((receipt) => [bytesOf(receipt), receipt]));
  const isBound = ({ source_id, follows }: Receipt): boolean => {
    if (!follows) return true;
    const before = byOrigin.get(originOf({ source_id, origin: follows.origin }));
    if (before) return before.sha256 === follows.sha256 && isBound(before);
    return byBytes.has(bytesOf({ source_id, sha256: follows.sha256 }));
  };
  return receipts.filter(isBound);
}

/** The receipts of the manifests that say which files are current: of each folder the one fetched last. */
export function currentManifests(receipts: readonly Receipt[]): ManifestReceipt[] {
  return latestBy(receipts.filter(isManifestReceipt), ({ source_id, delivery }) => `${source_id} ${delivery.folder}`);
}

/** The receipt of an export's manifest. */
type ManifestReceipt = Receipt & Required<Pick<Receipt, 'delivery'>>;

function isManifestReceipt(receipt: Receipt): receipt is ManifestReceipt {
  return receipt.delivery !== undefined;
}

/** Whether a manifest names a file; true as well for one of another folder or source, of which it says nothing. */
function namer({ source_id, delivery }: ManifestReceipt): (receipt: Receipt) => boolean {
  const files = new Set(delivery.files);
  return (receipt) =>
    receipt.source_id !== source_id || !receipt.origin.startsWith(delivery.folder) || files.has(receipt.origin);
}

function latestBy<Kind extends Receipt>(receipts: readonly Kind[], keyOf: (receipt: Kind) => string): Kind[] {
  const latest = new Map<string, Kind>();
  for (const receipt of receipts) {
    const known = latest.get(keyOf(receipt));
    if (!known || isLater(receipt, known)) latest.set(keyOf(receipt), receipt);
  }
  return [...latest.values()].sort((a, b) => compare(a.source_id, b.source_id) || compare(a.sha256, b.sha256));
}

/** The receipt fetched last; undefined of none. */
export function latestReceipt(receipts: readonly Receipt[]): Receipt | undefined {
  return latestBy(receipts, () => '')[0];
}

/** Later, or a fixed choice among equals: nothing may depend on the order in which receipts are read. */
function isLater(one: Receipt, other: Receipt): boolean {
  const order =
    compare(one.fetched_at, other.fetched_at) ||
    compare(one.sha256, other.sha256) ||
    compare(one.origin, other.origin) ||
    compare(one.follows?.sha256 ?? '', other.follows?.sha256 ?? '');
  return order > 0;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** A process may open a few thousand files at once; a month may have a hundred thousand receipts. */
const READ_AT_ONCE = 256;

/** Every paper of a kind below a prefix whose key names the folder, with its key. */
export async function readPapers<Paper>(
  book: Book,
  prefix: string,
  folder: string,
  ending: string,
): Promise<{ readonly key: string; readonly paper: Paper }[]> {
  const entries = (await book.list(prefix)).filter(({ key }) => key.includes(folder) && key.endsWith(ending));
  const texts: { readonly key: string; readonly text: string | undefined }[] = [];
  for (let first = 0; first < entries.length; first += READ_AT_ONCE) {
    const some = entries.slice(first, first + READ_AT_ONCE);
    texts.push(...(await Promise.all(some.map(async ({ key }) => ({ key, text: await readText(book, key) })))));
  }
  return texts.flatMap(({ key, text }) => (text === undefined ? [] : [{ key, paper: JSON.parse(text) as Paper }]));
}
