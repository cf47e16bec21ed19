import type { Source } from '../sources/source.ts';
import type { Period } from '../units/period.ts';
import type { Named } from './collection.ts';
import { isManifest, newestManifests, type OfferedManifest, readDelivery, submittedAt } from './deliveries.ts';
import { type Fetched, type Offer, type Origin, RejectedPayload } from './origin.ts';
import type { Delivery } from './receipt.ts';
import type { Warehouse } from './warehouse.ts';

/** A manifest of the month, fetched and read. */
export interface ReadManifest {
  readonly offer: Offer;
  readonly fetched: Fetched;
  readonly delivery: Delivery;
  /** When the run was asked for, where only the manifest says it. */
  readonly submitted: string;
  /** It stands in a folder of the month. */
  readonly isOfMonth: boolean;
}

/** What of a source's offers is read for a month. */
export interface Selection {
  /** Without a manifest, all of the source's files; with one, those that the manifest of the month names. */
  readonly files: readonly Named[];
  /** They land after their files, so that a run that is killed between the two leaves the delivery before. */
  readonly manifests: readonly ReadManifest[];
  /** Manifests that cannot be read: nothing of their folders is. */
  readonly refused: readonly { readonly offer: Offer; readonly error: RejectedPayload }[];
  /** Files whose names the source does not read. */
  readonly foreign: number;
  /** What exports of something else than the source reads, such as a price list, have delivered: none of it is read. */
  readonly apart: readonly Delivery[];
  /** Files that a manifest leaves out, or that belong to a manifest of another month. */
  readonly unnamed: number;
}

interface Edges {
  readonly origin: Origin;
  readonly warehouse: Warehouse;
}

/** Chooses what a month reads of the offers. Throws `SourceUnavailable` where a manifest cannot be fetched. */
export async function selectOffers(
  offers: readonly Offer[],
  { source, period }: { readonly source: Source; readonly period: Period },
  edges: Edges,
): Promise<Selection> {
  const found = newestManifests(offers);
  const outcomes = await readAll(
    found.filter(({ month }) => month === undefined || month === period.month),
    source,
    edges,
  );
  const runs = lastRuns(outcomes.flatMap((outcome) => ('delivery' in outcome ? [outcome] : [])));
  const manifests = runs.filter(({ delivery }) => isRead(delivery, source));
  const apart = runs.filter((manifest) => !manifests.includes(manifest));
  const readable = offers.filter((offer) => source.accepts.test(offer.origin) && !isManifest(offer));
  const isFree = ({ origin }: Offer) => !found.some(({ folder }) => origin.startsWith(folder));
  const free = source.named_by_manifest ? [] : readable.filter(isFree);
  const named = namedFiles(manifests, readable);
  const there = new Set(readable.map(({ origin }) => origin));
  const told = [...named, ...namedFiles(apart, readable)];
  return {
    files: [...free, ...named],
    manifests,
    refused: outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : [])),
    foreign: offers.filter((offer) => !isManifest(offer)).length - readable.length,
    apart: apart.map(({ delivery }) => delivery),
    unnamed: readable.length - free.length - told.filter(({ origin }) => there.has(origin)).length,
  };
}

/** Exports of other things may lie beside those of the source: their manifests say of what they are. */
function isRead({ dataset }: Delivery, { one_version: rule }: Source): boolean {
  return !rule || dataset === undefined || dataset in rule.of_dataset;
}

type Outcome = ReadManifest | Selection['refused'][number];

async function readAll(manifests: readonly OfferedManifest[], source: Source, edges: Edges): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const manifest of manifests) outcomes.push(...(await readOne(manifest, source, edges)));
  return outcomes;
}

/** One outcome, or none of a manifest that has nothing to say. */
async function readOne(
  manifest: OfferedManifest,
  { accepts }: Source,
  { origin, warehouse }: Edges,
): Promise<Outcome[]> {
  const { offer } = manifest;
  try {
    const fetched = await origin.fetch(offer);
    const text = await textOf(fetched, warehouse);
    const delivery = readDelivery(text, manifest, accepts);
    const submitted = manifest.isDatedInside ? submittedAt(text) : '';
    return delivery ? [{ offer, fetched, delivery, submitted, isOfMonth: manifest.month !== undefined }] : [];
  } catch (error) {
    if (!(error instanceof RejectedPayload)) throw error;
    return [{ offer, error }];
  }
}

/** Of several runs of a folder the last one: each names all files of the month anew. */
function lastRuns(manifests: readonly ReadManifest[]): ReadManifest[] {
  const last = new Map<string, ReadManifest>();
  for (const manifest of manifests) {
    const known = last.get(manifest.delivery.folder);
    if (!known || manifest.submitted > known.submitted) last.set(manifest.delivery.folder, manifest);
  }
  return [...last.values()];
}

async function textOf({ path }: Fetched, warehouse: Warehouse): Promise<string> {
  try {
    const [row] = await warehouse.query('SELECT content FROM read_text($path)', { path });
    return String(row?.['content']);
  } catch {
    throw new RejectedPayload({ found: 'bytes that are no text', expected: 'a manifest in JSON' });
  }
}

/** A file that a manifest names and that is not there is offered all the same: it is told when it is fetched. */
function namedFiles(manifests: readonly ReadManifest[], readable: readonly Offer[]): Named[] {
  const offered = new Map(readable.map((offer) => [offer.origin, offer]));
  return manifests.flatMap(({ delivery, isOfMonth }) =>
    delivery.files.map((origin) => ({ ...(offered.get(origin) ?? { origin, bytes: 0 }), isNamed: true, isOfMonth })),
  );
}
