import { type Offer, RejectedPayload } from './origin.ts';
import type { Delivery } from './receipt.ts';

/**
 * Where exports keep their manifests (AWS Data Exports user guide, "Understanding export delivery"; Cost and Usage Report
 * user guide, "Understanding your report versions"), and where Timestream writes that of an UNLOAD whose folder is named by
 * `lib/sources/timestream-telemetry/`. A manifest may lie in a folder of its own execution.
 */
const MANIFEST =
  /^(?<above>(?:.*\/)?)(?:metadata\/(?<partition>(?:[^/=]+=[^/]+\/)+)|(?<range>\d{8}-\d{8}\/))(?<execution>(?:[^/]+\/)?)[^/]*Manifest\.json$/;
const UNLOADED =
  /^(?<above>(?:.*\/)?)(?<range>(?:period=\d{4}-\d{2}|day=\d{4}-\d{2}-\d{2})\/)(?<execution>asked=\d{8}T\d{6}Z[^/]*\/)[^/]*_manifest\.json$/;
/**
 * Where Azure keeps that of each run of an export: beside its files, in a folder that is named by an id (Microsoft documentation, "How
 * are the exported files organized in the blob storage folders?").
 */
const AZURE_RUN = /^(?<above>(?:.*\/)?)(?<range>\d{8}-\d{8}\/)(?<execution>(?:[^/]+\/)+)manifest\.json$/;

/** A manifest that a source offers, and the folder whose files it names. */
export interface OfferedManifest {
  readonly offer: Offer;
  /** As origins are written: `bill/data/BILLING_PERIOD=2026-06/`. */
  readonly folder: string;
  /** The folder as the manifest's own addresses end: `data/BILLING_PERIOD=2026-06/`. */
  readonly tail: string;
  /** `2026-06`; undefined where the path does not say. */
  readonly month: string | undefined;
  /** Folder of one execution; empty for the manifest that each refresh writes anew. */
  readonly execution: string;
  /** The folder's name tells no order: when it was run stands in the manifest. */
  readonly isDatedInside: boolean;
}

/** Whether this is the path of an export's manifest. */
export function isManifest({ origin }: Offer): boolean {
  return [MANIFEST, UNLOADED, AZURE_RUN].some((path) => path.test(origin));
}

/**
 * The manifest that counts of each folder: the one that each refresh writes anew, else that of the last execution, whose
 * folder's name begins with its time. Of those that say themselves when they were run, all.
 */
export function newestManifests(offers: readonly Offer[]): OfferedManifest[] {
  const newest = new Map<string, OfferedManifest>();
  for (const manifest of offers.flatMap((offer) => readPath(offer) ?? [])) {
    const key = manifest.isDatedInside ? manifest.offer.origin : manifest.folder;
    const known = newest.get(key);
    if (!known || isNewer(manifest, known)) newest.set(key, manifest);
  }
  return [...newest.values()];
}

function readPath(offer: Offer): OfferedManifest | undefined {
  const run = AZURE_RUN.exec(offer.origin);
  const found = MANIFEST.exec(offer.origin) ?? UNLOADED.exec(offer.origin) ?? run;
  const { above = '', partition, range = '', execution = '' } = found?.groups ?? {};
  const tail = partition === undefined ? range : `data/${partition}`;
  if (tail === '') return undefined;
  return { offer, folder: above + tail, tail, month: monthIn(tail), execution, isDatedInside: run !== null };
}

/**
 * `BILLING_PERIOD=2026-06/`, `day=2026-06-01/`, `20260601-20260701/` (AWS) and `20260601-20260630/` (Azure) are all June; a range of
 * several months is none.
 */
function monthIn(tail: string): string | undefined {
  const [, year, month, until = ''] =
    /=(\d{4})-(\d{2})(?:-\d{2})?\//.exec(tail) ?? /^(\d{4})(\d{2})\d{2}-(\d{8})/.exec(tail) ?? [];
  if (!year || until > firstAfter(Number(year), Number(month))) return undefined;
  return `${year}-${month}`;
}

/** The first day after a month: `20260701`. */
function firstAfter(year: number, month: number): string {
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10).replaceAll('-', '');
}

function isNewer(one: OfferedManifest, other: OfferedManifest): boolean {
  if (one.execution === '' || other.execution === '') return one.execution === '';
  return one.execution > other.execution;
}

/**
 * The files that a manifest names, as origins, sorted; `accepts` leaves out what the source does not read, such as the statements
 * that make a table. Undefined for an UNLOAD without rows, which replaces nothing: its table keeps records for a time only. Throws `RejectedPayload` for text that is no manifest of its folder.
 */
export function readDelivery(text: string, { folder, tail }: OfferedManifest, accepts: RegExp): Delivery | undefined {
  const said = parse(text);
  if (wroteNothing(said)) return undefined;
  const named = textsIn(said).flatMap((address) => maybeBelow(address, tail) ?? []);
  const files = [...new Set(named)].filter((name) => accepts.test(name)).map((name) => folder + name);
  const dataset = textAt(said, 'exportConfig', 'type');
  if (files.length > 0) return { folder, files: files.sort(), ...(dataset && { dataset }) };
  throw new RejectedPayload({ found: 'a manifest without one', expected: `the address of a file in ${tail}` });
}

/** When Azure was asked for the run of this manifest; empty where it does not say. */
export function submittedAt(text: string): string {
  return textAt(parse(text), 'runInfo', 'submittedTime');
}

/** A text of an Azure manifest; empty where it does not stand there. */
function textAt(said: unknown, group: string, name: string): string {
  const texts = new Map(entriesOf(new Map(entriesOf(said)).get(group)));
  const text = texts.get(name);
  return typeof text === 'string' ? text : '';
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function wroteNothing(said: unknown): boolean {
  const files = typeof said === 'object' && said !== null && 'result_files' in said ? said.result_files : undefined;
  return Array.isArray(files) && files.length === 0;
}

/** The guide tells what a manifest holds but not under which keys: the addresses are known by their folder. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** `s3://bucket/exports/bill/data/BILLING_PERIOD=2026-06/x.parquet` is `x.parquet`; undefined for what lies elsewhere. */
function maybeBelow(address: string, tail: string): string | undefined {
  const at = `/${address}`.lastIndexOf(`/${tail}`);
  const name = at < 0 ? '' : address.slice(at + tail.length);
  return name === '' || name.split('/').includes('..') ? undefined : name;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RejectedPayload({ found: text.slice(0, 80), expected: 'a manifest in JSON' });
  }
}
