import { type Book, jsonBytes, readText } from './book.ts';
import { type Checked, checkRows } from './check-rows.ts';
import type { CollectRequest, Edges, Fate, Named } from './collection.ts';
import { openLanded } from './contract.ts';
import type { Glances } from './glance.ts';
import { type Fetched, type Offer, RejectedPayload } from './origin.ts';
import { extensionOf, keepRejections, quarantine } from './quarantine.ts';
import { unreadable } from './raw-file.ts';
import type { Reading } from './read-ahead.ts';
import { landedKey, type Receipt, receiptKey, rejectionText } from './receipt.ts';
import { latestReceipt } from './receipts.ts';
import type { Twins } from './twins.ts';
import type { Warehouse } from './warehouse.ts';

/** What files land into, and what is known of it. */
export interface Landing {
  readonly known: readonly Receipt[];
  readonly request: CollectRequest;
  readonly edges: Edges;
  readonly glances: Glances;
  readonly twins: Twins;
  /** When a file was last refused, by its name. */
  readonly refused: ReadonlyMap<string, string>;
}

/** Fetches one file and lands it, or puts it into quarantine with the reason. `read` gives what was read ahead. */
export async function landOne(
  offer: Named,
  landing: Landing,
  read: () => Promise<Reading> | undefined = () => undefined,
): Promise<Fate> {
  return orQuarantine(offer, landing, async () => {
    const reading = (await read()) ?? { fetched: await landing.edges.origin.fetch(offer) };
    return landFetched({ offer, ...reading }, landing);
  });
}

/** Runs the landing of one file; a file that is refused on the way goes to quarantine. */
export async function orQuarantine<Outcome>(
  offer: Offer,
  landing: Landing,
  work: () => Promise<Outcome>,
): Promise<Outcome | Fate> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RejectedPayload)) throw error;
    return quarantine(offer, error, landing);
  }
}

/** A file of a source that lies on the local disk. */
export interface Member {
  readonly offer: Named;
  readonly fetched: Fetched;
  /** What the contract finds in it, where that was begun already. */
  readonly checked?: Promise<Checked>;
}

/** Lands one file that lies on the local disk. Throws `RejectedPayload` for one that breaks the contract. */
export async function landFetched(member: Member, landing: Landing): Promise<Fate> {
  const { offer, fetched, checked: begun } = member;
  const { known, request, edges, twins } = landing;
  const settled = await fateOfKnown(member, landing);
  if (settled) return settled;
  const checked = await (begun ?? check(fetched, request, edges.warehouse, offer));
  if (checked.contract.rows === 0) return landEmpty({ offer, fetched, checked }, known, request, edges);
  if (checked.rows_in_month === 0) return elsewhere(offer, checked, request);
  const twin = await twins.twinOf({ offer, fetched, checked }, request, edges);
  const fate = await land(offer, fetched, checked, request, edges, twin ? { same_rows_as: twin.rows } : {});
  twins.add({
    ...fetched,
    origin: offer.origin,
    extension: extensionOf(offer.origin),
    contract: checked.contract,
    rows: twin?.rows ?? fetched.sha256,
  });
  return twin
    ? { ...fate, remarks: [`${offer.origin}: the same rows as ${twin.origin}, counted once`, ...(fate.remarks ?? [])] }
    : fate;
}

/** What becomes of bytes that are in the book already; undefined where they are not, or where they are an empty page there and no page here. */
async function fateOfKnown({ offer, fetched }: Member, landing: Landing): Promise<Fate | undefined> {
  const { known, request, edges, glances } = landing;
  const same = known.filter(({ sha256 }) => sha256 === fetched.sha256);
  const identity = { source_id: request.sourceId, period: request.period.month, sha256: fetched.sha256 };
  const earlier =
    same.find(({ origin }) => origin === offer.origin) ??
    same[0] ??
    (await maybeAlike(offer, identity, request, edges.book));
  if (earlier?.contract.rows === 0 && !mayBeEmpty(offer)) return undefined;
  if (earlier) return recognise(offer, earlier, landing);
  const isKnown = glances.hasLanded(fetched.sha256) || (await edges.book.read(receiptKey(identity)));
  return isKnown ? { outcome: 'present' } : undefined;
}

/** What has no row is whole all the same: the manifest of its export names it, or other pages hold the rest of its answer. */
function mayBeEmpty({ isNamed, isPage }: Named): boolean {
  return isNamed === true || isPage === true;
}

/**
 * A file or an answer without a row. A page of several holds its place in the list, and what a manifest names is as the provider says: the
 * rows that landed under this name count no longer. Elsewhere it may as well be an outage, a partition that expired or an export that is
 * being written: refused, and the rows that landed count on.
 */
async function landEmpty(
  { offer, fetched, checked }: Required<Pick<Member, 'offer' | 'fetched'>> & { readonly checked: Checked },
  known: readonly Receipt[],
  request: CollectRequest,
  edges: Edges,
): Promise<Fate> {
  const before = latestReceipt(known.filter(({ origin }) => origin === offer.origin));
  const since = before && before.contract.rows > 0 ? before.fetched_at : undefined;
  if (offer.isPage || (offer.isNamed && since)) {
    const fate = await land(offer, fetched, checked, request, edges);
    if (!since) return fate;
    return { ...fate, remarks: [`${offer.origin}: holds no rows any more; those of ${since} count no longer`] };
  }
  if (!since) return { outcome: 'passed over', elsewhere: `${offer.origin}: holds no rows` };
  throw new RejectedPayload({ found: 'no rows any more', expected: `those of ${since}, which count on`, fetched });
}

/** The receipt of another answer of this run with the same bytes: two questions may be answered alike. */
async function maybeAlike(
  { origin, request: asked }: Offer,
  identity: Pick<Receipt, 'source_id' | 'period' | 'sha256'>,
  { asOf }: CollectRequest,
  book: Book,
): Promise<Receipt | undefined> {
  const text = asked === undefined ? undefined : await readText(book, receiptKey(identity));
  const landed = text === undefined ? undefined : (JSON.parse(text) as Receipt);
  return landed?.fetched_at === asOf && landed.origin !== origin ? landed : undefined;
}

/**
 * The bytes are in the book already. Where the provider has gone back to them after another version, where they follow
 * another page, where something else under this name was refused since, where they answer another question, where a manifest now
 * names them elsewhere, or where they took the place of others under this name, a second receipt says so, and they are current.
 * Else a name that is new is that of a copy.
 */
async function recognise(offer: Named, earlier: Receipt, { known, refused, request, edges }: Landing): Promise<Fate> {
  const { origin, follows, isNamed } = offer;
  const latest = latestReceipt(known.filter((receipt) => receipt.origin === origin));
  const isSame = latest?.sha256 === earlier.sha256 && latest.follows?.sha256 === follows?.sha256;
  const isBackAsItWas = isSame && (refused.get(origin) ?? '') > latest.fetched_at;
  if (isSame && !isBackAsItWas) return { outcome: 'present' };
  const isMoved = earlier.origin !== origin;
  if (isMoved && !isNamed && !offer.request && !latest) return { outcome: 'present', copy: { origin, of: earlier } };
  const again = receiptAgain(offer, earlier, request);
  await edges.book.putIfAbsent(receiptKey(again), jsonBytes(again));
  const isBack = isBackAsItWas || (!isMoved && latest?.sha256 !== earlier.sha256);
  const remarks = isBack ? [`${origin}: back to the version of ${earlier.fetched_at}`] : [];
  return { outcome: 'landed', remarks };
}

/** A second receipt of bytes that landed before, for this moment and name. */
function receiptAgain({ origin, follows, request }: Named, earlier: Receipt, { asOf }: CollectRequest): Receipt {
  const { follows: _, copy_of: first, ...same } = earlier;
  const isMoved = earlier.origin !== origin;
  return {
    ...same,
    origin,
    ...(request && { request }),
    ...(follows && { follows }),
    ...(isMoved ? { copy_of: earlier.origin } : first !== undefined && { copy_of: first }),
    fetched_at: asOf,
    landed_again: true,
  };
}

/** What the contract finds in a fetched file; the view `raw` of the warehouse stays open. */
export async function check(
  fetched: Fetched,
  request: CollectRequest,
  warehouse: Warehouse,
  offer: Offer,
): Promise<Checked> {
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
  return { outcome: 'passed over', elsewhere: `${origin}: holds ${span}, left for its own month` };
}

/** Keeps a checked file and its receipt, the receipt last. `more` is what the receipt says beside. */
export async function land(
  offer: Named,
  fetched: Fetched,
  checked: Checked,
  request: CollectRequest,
  { book, origin }: Pick<Edges, 'book' | 'origin'>,
  more: Pick<Receipt, 'batches' | 'same_rows_as'> = {},
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
    ...more,
  };
  await importUnchanged(landedKey(receipt), fetched, { book, origin });
  if (checked.rejections.length > 0) await keepRejections(receipt, checked.rejections, book);
  await book.putIfAbsent(receiptKey(receipt), jsonBytes(receipt));
  return { outcome: 'landed', remarks: rowRemarks(offer, checked) };
}

/** Keeps the bytes that were checked. Throws `RejectedPayload` where the file became another one meanwhile, and keeps nothing of it. */
async function importUnchanged(
  key: string,
  fetched: Fetched,
  { book, origin }: Pick<Edges, 'book' | 'origin'>,
): Promise<void> {
  const stored = await book.importIfAbsent(key, fetched.path);
  try {
    await origin.checkUnchanged?.(fetched);
  } catch (error) {
    if (stored === 'stored') await book.remove(key);
    throw error;
  }
}

function rowRemarks({ origin, isOfMonth }: Named, { contract, rejections, rows_in_month }: Checked): string[] {
  const [first] = rejections;
  const elsewhere = contract.rows - contract.rows_rejected - rows_in_month;
  const { rows, rows_rejected, first_event, last_event } = contract;
  return [
    ...(first
      ? [`${origin}: ${rows_rejected} of ${rows} rows rejected, ${rejectionText({ ...first, file: 'the first' })}`]
      : []),
    // The manifest of the other month does not name the file.
    ...(isOfMonth && elsewhere > 0
      ? [
          `${origin}: ${elsewhere} of ${rows} rows are of other months (${first_event} to ${last_event}) and count in none`,
        ]
      : []),
  ];
}
