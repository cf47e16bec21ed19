import { type Book, jsonBytes } from './book.ts';
import type { CollectRequest, Edges, Fate, Named } from './collection.ts';
import { type Glance, Glances } from './glance.ts';
import { check, type Landing, landOne } from './land-file.ts';
import { landMoved } from './land-moved.ts';
import { landPack } from './land-pack.ts';
import { type MissingPart, type Offer, RejectedPayload, SourceUnavailable } from './origin.ts';
import { packsOf } from './pack.ts';
import { extensionOf, quarantine } from './quarantine.ts';
import { ReadAhead } from './read-ahead.ts';
import { landedKey, type Receipt, receiptKey } from './receipt.ts';
import { currentManifests, LATEST, offeredReceipts, readRefusals, readSourceReceipts } from './receipts.ts';
import { type ReadManifest, type Selection, selectOffers } from './selection.ts';
import { keepShortfall, UNREAD } from './shortfall.ts';
import { Twins } from './twins.ts';

/** What came of the files that a source offered, in counts and remarks. */
export interface CollectOutcome {
  readonly landed: number;
  readonly present: number;
  readonly rejected: number;
  /** One sentence for each file that was refused, passed over or landed with rejected rows. */
  readonly remarks: readonly string[];
}

/**
 * Asks a source for a month: every file is fetched, checked against the contract and kept under its own SHA-256 with a
 * receipt, or put into quarantine with the reason. A file that is already there is not landed again, and where the source
 * promises that files never change it is not fetched again. Where an export has a
 * manifest, the files that it names are read, and the manifest lands after them. What did not come is kept as a shortfall. Throws
 * `SourceUnavailable` where the source cannot be asked, or not to its end.
 */
export async function collect(request: CollectRequest, edges: Edges): Promise<CollectOutcome> {
  try {
    const outcome = await collectOffered(request, edges);
    await keepMissing(edges.origin.missing?.() ?? [], request, edges.book);
    return outcome;
  } catch (error) {
    if (error instanceof SourceUnavailable) await keepMissing(missingAfter(edges), request, edges.book);
    throw error;
  }
}

function keepMissing(
  missing: readonly MissingPart[],
  { sourceId, period, asOf }: CollectRequest,
  book: Book,
): Promise<void> {
  return keepShortfall({ source_id: sourceId, period: period.month, fetched_at: asOf, missing }, period, book);
}

/** What a failure leaves out: the parts that the origin names, else whatever came since the last time. */
function missingAfter({ origin }: Edges): readonly MissingPart[] {
  const named = origin.missing?.() ?? [];
  return named.length > 0 ? named : [UNREAD];
}

async function collectOffered(request: CollectRequest, edges: Edges): Promise<CollectOutcome> {
  const selection = await selectOffers(await edges.origin.list(), request, edges);
  const fates: Fate[] = passedOver(selection, request);
  const receipts = await readSourceReceipts(edges.book, { ...request, asOf: LATEST });
  const known = receipts.filter(({ fetched_at }) => fetched_at <= request.asOf);
  const glances = await Glances.read(request, receipts, edges.book);
  const named = new Set(selection.files.filter(({ isNamed }) => isNamed).map(({ origin }) => origin));
  const twins = new Twins(offeredReceipts(known), named);
  const refused = await readRefusals(edges.book, request);
  const landing: Landing = { known, request, edges, glances, twins, refused };
  fates.push(...(await landMoved(await landAll(selection.files, landing), request, edges.book)));
  for (const { offer, error } of selection.refused) fates.push(await quarantine(offer, error, landing));
  for (const manifest of selection.manifests) fates.push(await landManifest(manifest, known, request, edges.book));
  const failure = edges.origin.failure?.();
  if (failure) throw failure;
  const count = (outcome: Fate['outcome']) => fates.filter((fate) => fate.outcome === outcome).length;
  return {
    landed: count('landed'),
    present: count('present'),
    rejected: count('rejected'),
    remarks: [
      ...(edges.origin.remarks?.() ?? []),
      ...fates.flatMap((fate) => fate.remarks ?? []),
      ...elsewhereRemarks(fates, request),
    ],
  };
}

function passedOver(
  { files, refused, foreign, apart, unnamed }: Selection,
  { source, sourceId }: CollectRequest,
): Fate[] {
  const remarks = [
    ...(foreign > 0
      ? [`${sourceId}: ${filesText(foreign)} passed over, expected names that match ${source.accepts}`]
      : []),
    ...apart.map(
      ({ files: named, dataset }) =>
        `${sourceId}: ${filesText(named.length)} passed over, of an export of ${dataset}, which tells of no charges`,
    ),
    ...(unnamed > 0 ? [`${sourceId}: ${filesText(unnamed)} passed over, not named by the manifest of the month`] : []),
    ...(files.length + refused.length === 0 ? [`${sourceId}: no file to read`] : []),
  ];
  return remarks.map((remark) => ({ outcome: 'passed over', remarks: [remark] }));
}

/** Files of other months, told by name where they are few: a folder of a year has many, and nothing is wrong with it. */
const TOLD_BY_NAME = 3;

function elsewhereRemarks(fates: readonly Fate[], { sourceId }: CollectRequest): readonly string[] {
  const sentences = fates.flatMap(({ elsewhere }) => elsewhere ?? []);
  if (sentences.length <= TOLD_BY_NAME) return sentences;
  return [
    `${sourceId}: ${filesText(sentences.length)} hold nothing of the month, left for their own, such as ${sentences[0]}`,
  ];
}

function filesText(count: number): string {
  return `${count} ${count === 1 ? 'file' : 'files'}`;
}

/** Files that are landed between two notes of what was passed over: a run that is killed forgets no more than these. */
const NOTED_AT_ONCE = 256;

/** Lands the files that a glance at name and size does not know already: put together where there are many, else one by one. */
async function landAll(offers: readonly Named[], landing: Landing): Promise<Fate[]> {
  const { request, edges, glances } = landing;
  const news = offers.filter((offer) => glances.at(offer) === 'new');
  const { packs, single } = edges.putTogether
    ? packsOf(news, request.source, request.pack)
    : { packs: [], single: news };
  const fates = seenBefore(offers, glances, request);
  for (const pack of packs) fates.push(...(await landPack(pack, landing)));
  for (let first = 0; first < single.length; first += NOTED_AT_ONCE)
    fates.push(...(await landEach(single.slice(first, first + NOTED_AT_ONCE), landing)));
  const changed = offers.filter((offer) => glances.at(offer) === 'changed');
  for (const offer of changed) fates.push(await landChanged(offer, landing));
  return fates;
}

async function landEach(offers: readonly Named[], landing: Landing): Promise<Fate[]> {
  const fates = await withReaders(offers, landing, async (ahead) => {
    const each: Fate[] = [];
    for (const [index, offer] of offers.entries()) {
      each.push(await landOne(offer, landing, () => ahead.read(index)));
    }
    return each;
  });
  await landing.glances.pass(offers.filter((_, index) => fates[index]?.outcome === 'passed over'));
  return fates;
}

/** Files from which on a second warehouse is worth its opening. */
const MANY_FILES = 4;

/** Reads the files ahead; where there are many, two are checked at a time. */
async function withReaders<Outcome>(
  offers: readonly Named[],
  { known, request, edges }: Landing,
  work: (ahead: ReadAhead) => Promise<Outcome>,
): Promise<Outcome> {
  const second = offers.length >= MANY_FILES ? await edges.openWarehouse?.() : undefined;
  const warehouses = second ? [edges.warehouse, second] : [edges.warehouse];
  const ahead = new ReadAhead(offers, {
    fetch: (offer) => edges.origin.fetch(offer),
    isKnown: ({ sha256 }) => known.some((receipt) => receipt.sha256 === sha256),
    checks: warehouses.map((warehouse) => (fetched, offer) => check(fetched, request, warehouse, offer)),
  });
  try {
    return await work(ahead);
  } finally {
    await ahead.end();
    await second?.close();
  }
}

/** What needs no fetching: landed already, or known to hold nothing of the month. */
function seenBefore(offers: readonly Offer[], glances: Glances, { sourceId }: CollectRequest): Fate[] {
  const count = (wanted: Glance) => offers.filter((offer) => glances.at(offer) === wanted).length;
  const landed = Array.from({ length: count('landed') }, (): Fate => ({ outcome: 'present' }));
  const elsewhere = count('elsewhere');
  if (elsewhere === 0) return landed;
  return [
    ...landed,
    { outcome: 'passed over', remarks: [`${sourceId}: ${filesText(elsewhere)} of other months not fetched again`] },
  ];
}

/**
 * A name that was promised to keep its bytes and did not. The new bytes count, as those of any file do, and someone should know;
 * what was put together with others stays as it is, and the new bytes are refused.
 */
async function landChanged(offer: Named, landing: Landing): Promise<Fate> {
  const { glances } = landing;
  const landed = glances.landedBytes(offer);
  if (glances.isPacked(offer)) {
    const expected = `the ${landed} bytes that landed under this name with others`;
    return quarantine(offer, new RejectedPayload({ found: `${offer.bytes} bytes`, expected }), landing);
  }
  const fate = await landOne(offer, landing);
  const remark = `${offer.origin}: ${offer.bytes} bytes, expected the ${landed} bytes that landed under this name: fetched again`;
  return { ...fate, remarks: [remark, ...(fate.remarks ?? [])] };
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
