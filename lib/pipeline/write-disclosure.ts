import type { Annex } from '../disclosure/annex.ts';
import { buildAnnex, type MonthTables } from '../disclosure/build-annex.ts';
import { renderDisclosure } from '../disclosure/render.ts';
import { FACT_TABLES } from '../facts/columns.ts';
import { kpiKey } from '../kpis/compute-kpis.ts';
import { type Book, jsonBytes, readText } from '../landing/book.ts';
import type { MissingPart } from '../landing/origin.ts';
import type { Receipt } from '../landing/receipt.ts';
import { readQuarantine, stillOut } from '../landing/receipts.ts';
import { readShortfalls, type ShortfallPaper, UNREAD } from '../landing/shortfall.ts';
import { type Period, parsePeriod } from '../units/period.ts';
import { assumptionWords } from './assumption-words.ts';
import { closingDayOf } from './closing-day.ts';
import { instrumentWords } from './instruments.ts';
import { checkIsLatest } from './latest-run.ts';
import { bookEntries, type Manifest, type ManifestEntry, manifestOf } from './manifest.ts';
import { copies, copyReceipts, evidenceReceipts, factKeysOf, factReceipts } from './month-receipts.ts';
import { saysNothingNew } from './nothing-new.ts';
import type { DisclosureReport, MonthRun, Workplace } from './stage.ts';

/** `disclosures/2026-06/v1/` */
export function disclosureFolder(month: string, version: number): string {
  return `disclosures/${month}/v${version}/`;
}

/**
 * Writes the month's disclosure as a new version, or finds that the latest version already says the same: to the byte, or but for a
 * later moment at which nothing is new.
 * The manifest is written last: a version without one was never finished and is written anew.
 */
export async function writeDisclosure(request: MonthRun, workplace: Workplace): Promise<DisclosureReport> {
  await checkIsLatest(request, workplace);
  const latest = await latestVersion(request.month, workplace.book);
  if (latest) {
    const earlier = await earlierOf(request.month, latest, workplace.book);
    const moment = await sameMoment(request, latest, earlier, workplace);
    const again = await renderVersion({ ...request, as_of: moment }, latest, earlier, workplace);
    if (await isWritten(again.files, request.month, latest, workplace.book)) return report(again.annex, request, false);
  }
  const version = (latest ?? 0) + 1;
  const earlier = await earlierOf(request.month, version, workplace.book);
  const { files, annex } = await renderVersion(request, version, earlier, workplace);
  const folder = disclosureFolder(request.month, annex.meta.version);
  const { 'manifest.json': manifest, ...pages } = files;
  await checkIsLatest(request, workplace);
  for (const [name, bytes] of Object.entries(pages)) await workplace.book.put(folder + name, bytes);
  await checkIsLatest(request, workplace);
  if (manifest) await workplace.book.put(`${folder}manifest.json`, manifest);
  return report(annex, request, true);
}

/** What was said of the month before a version. */
export interface Earlier {
  /** The version that this one replaces. */
  readonly replaced: Annex | undefined;
  /** What readers hold, and changes are told from: the last closed version; before any was closed, the one replaced. */
  readonly base: Annex | undefined;
}

async function earlierOf(month: string, version: number, book: Book): Promise<Earlier> {
  const replaced = await annexOf(month, version - 1, book);
  const closed = lastClosedOf(replaced);
  return { replaced, base: closed === null || closed === version - 1 ? replaced : await annexOf(month, closed, book) };
}

/** The moment that the latest version stands for, where nothing is new since; else that of the run. */
async function sameMoment(request: MonthRun, latest: number, earlier: Earlier, workplace: Workplace): Promise<string> {
  const kept = await annexOf(request.month, latest, workplace.book);
  if (!kept || kept.meta.as_of === request.as_of) return request.as_of;
  const { annex } = await annexAt(request, latest, earlier, workplace);
  return saysNothingNew(kept, annex) ? kept.meta.as_of : request.as_of;
}

function report(annex: Annex, { month, as_of }: MonthRun, isNew: boolean): DisclosureReport {
  const { version, status, as_of: since } = annex.meta;
  return { month, as_of, version, status, folder: disclosureFolder(month, version), is_new: isNew, since };
}

/** A version's files by name, manifest.json among them: a pure function of the book, the settings and `as_of`. */
export async function renderVersion(
  request: MonthRun,
  version: number,
  earlier: Earlier,
  workplace: Workplace,
): Promise<{ readonly annex: Annex; readonly files: Record<string, Uint8Array> }> {
  const { annex, entries } = await annexAt(request, version, earlier, workplace);
  const files = await renderDisclosure(annex, workplace.renderers);
  const manifest: Manifest = manifestOf({ annex, entries, files, fingerprint: workplace.fingerprint });
  return { annex, files: { ...files, 'manifest.json': jsonBytes(manifest) } };
}

/** A version's annex, and the files of the book that it rests on. */
async function annexAt(
  request: MonthRun,
  version: number,
  earlier: Earlier,
  workplace: Workplace,
): Promise<{ readonly annex: Annex; readonly entries: readonly ManifestEntry[] }> {
  const period = parsePeriod(request.month);
  const receipts = await evidenceReceipts(period, request.as_of, workplace);
  const quarantined = stillOut(await readQuarantine(workplace.book, period, request.as_of), receipts);
  const shortfalls = await readShortfalls(workplace.book, period, request.as_of);
  const missingSources = missingOf(receipts, shortfalls, workplace);
  const papers = { copyReceipts: await copyReceipts(period, request.as_of, workplace), quarantined, shortfalls };
  const entries = await bookEntries(period, { receipts, ...papers }, workplace);
  const annex = buildAnnex({
    period,
    meta: await metaOf(
      request,
      { version, replaced: earlier.replaced, receipts, missingSources },
      workplace.fingerprint(jsonBytes(entries)),
      workplace,
    ),
    tables: await readTables(period, workplace),
    receipts,
    quarantined: quarantined.map(({ reason }) => reason),
    copies: await copies(period, request.as_of, workplace),
    missingSources,
    instruments: instrumentWords(workplace.settings, { period, asOf: request.as_of }),
    inputsByTable: await inputsByTable(period, request.as_of, workplace),
    fingerprint: workplace.fingerprint,
    frameworks: workplace.settings.disclosure.frameworks,
    base: earlier.base,
  });
  return { annex, entries };
}

/** A version, the one that it replaces, what it rests on, and what is missing from it. */
interface Versioned {
  readonly version: number;
  readonly replaced: Annex | undefined;
  readonly receipts: readonly Receipt[];
  readonly missingSources: readonly MissingSource[];
}

interface MissingSource {
  readonly id: string;
  readonly reason: string;
}

async function metaOf(
  request: MonthRun,
  { version, replaced, receipts, missingSources }: Versioned,
  bookSha256: string,
  workplace: Workplace,
): Promise<Omit<Annex['meta'], 'schema_version' | 'period'>> {
  const { settings, codeVersion } = workplace;
  const reasons = openReasons(request, missingSources);
  const lastClosed = lastClosedOf(replaced);
  return {
    organisation: settings.organisation.name,
    consolidation: settings.organisation.consolidation,
    as_of: request.as_of,
    published_at: request.as_of,
    status: statusOf(reasons, lastClosed),
    status_reasons: reasons,
    version,
    supersedes: replaced?.meta.version ?? null,
    last_closed: lastClosed,
    code_version: codeVersion,
    book_manifest_sha256: bookSha256,
    currency: settings.currency,
    assumptions: assumptionWords(settings, receipts),
    responsible: settings.organisation.responsible ?? null,
    synthetic: settings.organisation.synthetic,
  };
}

/** What was closed once is closed no second time: a preliminary version between makes the next one no first. */
function statusOf(reasons: readonly string[], lastClosed: number | null): Annex['meta']['status'] {
  if (reasons.length > 0) return 'preliminary';
  return lastClosed === null ? 'closed' : 'restated';
}

/** The latest closed version before the one that replaces this annex; null where none was. Annexes of before 2026-11-29 do not say it. */
export function lastClosedOf(replaced: Annex | undefined): number | null {
  if (!replaced) return null;
  return replaced.meta.status === 'preliminary' ? (replaced.meta.last_closed ?? null) : replaced.meta.version;
}

function openReasons(request: MonthRun, missingSources: readonly MissingSource[]): string[] {
  const closing = closingDayOf(parsePeriod(request.month));
  const early = request.as_of.slice(0, 10) < closing ? [`as of ${request.as_of.slice(0, 10)}, before ${closing}`] : [];
  return [...early, ...missingSources.map(({ id, reason }) => `source ${id}: ${reason}`)];
}

/** What a run was told of why, it kept in the book: the disclosure says no more than the book can prove. */
function missingOf(
  receipts: readonly Receipt[],
  shortfalls: readonly ShortfallPaper[],
  { settings }: Workplace,
): MissingSource[] {
  const landed = new Set(receipts.filter(({ contract }) => contract.rows > 0).map(({ source_id }) => source_id));
  const short = new Map(shortfalls.map(({ shortfall }) => [shortfall.source_id, shortfall.missing]));
  return settings.sources.flatMap(({ id }) => [
    ...(landed.has(id) ? [] : [{ id, reason: 'gave nothing for the month' }]),
    ...reasonsOf((short.get(id) ?? []).filter(({ part }) => landed.has(id) || part !== UNREAD.part)).map((reason) => ({
      id,
      reason,
    })),
  ]);
}

/** Parts that one reason names; the paper in the book names all. */
const PARTS_NAMED = 5;

/** `lacks 2026-06-11 to 2026-06-20: Cannot ask …`, a sentence for each cause. */
function reasonsOf(missing: readonly MissingPart[]): string[] {
  return [...Map.groupBy(missing, ({ reason }) => reason)].map(([reason, parts]) => {
    const named = parts.slice(0, PARTS_NAMED).map(({ part }) => part);
    const rest = parts.length > PARTS_NAMED ? ` and ${parts.length - PARTS_NAMED} more` : '';
    return `lacks ${named.join(', ')}${rest}: ${reason}`;
  });
}

async function inputsByTable(period: Period, asOf: string, workplace: Workplace): Promise<Record<string, string[]>> {
  const receipts = await factReceipts(period, asOf, workplace);
  return Object.fromEntries(
    FACT_TABLES.map((table) => [
      table,
      receipts
        .filter((receipt) => factKeysOf(receipt).some((key) => key.startsWith(`facts/${table}/`)))
        .map(({ sha256 }) => sha256),
    ]),
  );
}

async function readTables(period: Period, { book, openWarehouse }: Workplace): Promise<MonthTables> {
  const warehouse = await openWarehouse();
  try {
    const read = async (table: Parameters<typeof kpiKey>[1]) =>
      warehouse.query('SELECT * FROM read_parquet($path)', { path: await book.localPath(kpiKey(period, table)) });
    return {
      kpis: await read('kpis'),
      factors: await read('factors'),
      gaps: await read('gaps'),
      repeats: await read('repeats'),
      reconciliation: await read('reconciliation'),
      instruments: await read('instruments'),
    };
  } finally {
    await warehouse.close();
  }
}

/** The highest version whose manifest was written. */
export async function latestVersion(month: string, book: Book): Promise<number | undefined> {
  const entries = await book.list(`disclosures/${month}/v`);
  const versions = entries.flatMap(({ key }) => /\/v(\d+)\/manifest\.json$/.exec(key)?.[1] ?? []).map(Number);
  return versions.length > 0 ? Math.max(...versions) : undefined;
}

/** The annex of a finished version; `undefined` for a version that is not there. */
export async function annexOf(month: string, version: number, book: Book): Promise<Annex | undefined> {
  const text = await readText(book, `${disclosureFolder(month, version)}annex.json`);
  return text === undefined ? undefined : (JSON.parse(text) as Annex);
}

async function isWritten(
  files: Readonly<Record<string, Uint8Array>>,
  month: string,
  version: number,
  book: Book,
): Promise<boolean> {
  for (const [name, bytes] of Object.entries(files)) {
    const kept = await book.read(disclosureFolder(month, version) + name);
    if (!kept || !sameBytes(kept, bytes)) return false;
  }
  return true;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
