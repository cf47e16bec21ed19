import type { Annex } from '../disclosure/annex.ts';
import { STORED_TABLES } from '../facts/columns.ts';
import { batchesKey, landedKey, type Receipt, receiptKey } from '../landing/receipt.ts';
import type { QuarantineReason } from '../landing/receipts.ts';
import type { ShortfallPaper } from '../landing/shortfall.ts';
import { SETTLED } from '../ledger/settle.ts';
import type { Period } from '../units/period.ts';
import type { Workplace } from './stage.ts';

/** One file that a disclosure rests on or consists of, with what its bytes are. */
export interface ManifestEntry {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The list an auditor starts from: every input, every derived file, every page, by hash. */
export interface Manifest {
  readonly schema_version: '1';
  readonly month: string;
  readonly version: number;
  readonly as_of: string;
  readonly code_version: string;
  /** SHA-256 of `book` as the annex prints it: over its JSON text, two spaces, one newline at the end. */
  readonly book_manifest_sha256: string;
  readonly book: readonly ManifestEntry[];
  readonly outputs: readonly ManifestEntry[];
}

/** Folders of the book that hold what is derived from the landed files of a month. */
export function derivedFolders({ month }: Period): string[] {
  return [
    ...STORED_TABLES.map((table) => `facts/${table}/month=${month}/`),
    ...SETTLED.map((folder) => `${folder}/month=${month}/`),
    `kpis/month=${month}/`,
    `kpis/beside/month=${month}/`,
  ];
}

/** One after the other, the files of a large month would take longer to come from S3 than a function may run; each is held whole. */
const READ_AT_ONCE = 16;

/** Landed bytes, their receipts, quarantine reasons and what is missing, and everything derived from them, sorted by path. */
export async function bookEntries(
  period: Period,
  {
    receipts,
    copyReceipts,
    quarantined,
    shortfalls,
  }: {
    readonly receipts: readonly Receipt[];
    /** Of copies only what was said of them counts, not their bytes. */
    readonly copyReceipts: readonly Receipt[];
    readonly quarantined: readonly QuarantineReason[];
    readonly shortfalls: readonly ShortfallPaper[];
  },
  workplace: Workplace,
): Promise<ManifestEntry[]> {
  const { book } = workplace;
  const derived = await Promise.all(derivedFolders(period).map((folder) => book.list(folder)));
  const keys = [
    ...receipts.flatMap((receipt) => [landedKey(receipt), receiptKey(receipt), ...listKeys(receipt)]),
    ...copyReceipts.map(receiptKey),
    ...quarantined.map(({ key }) => key),
    ...shortfalls.map(({ key }) => key),
    ...derived.flat().map(({ key }) => key),
  ];
  const landed = new Map(receipts.map((receipt) => [landedKey(receipt), receipt]));
  const sorted = [...new Set(keys)].sort();
  const entries: ManifestEntry[] = [];
  for (let first = 0; first < sorted.length; first += READ_AT_ONCE) {
    const some = sorted.slice(first, first + READ_AT_ONCE);
    entries.push(...(await Promise.all(some.map((key) => entryOf(key, landed.get(key), workplace)))));
  }
  return entries;
}

/** The list of the files that were put together, where a landed file is one. */
function listKeys(receipt: Receipt): string[] {
  return receipt.batches === undefined ? [] : [batchesKey(receipt)];
}

/** A landed file bears its hash in its name, and `verify` reads it again; everything else is read here. */
async function entryOf(
  key: string,
  receipt: Receipt | undefined,
  { book, fingerprint }: Workplace,
): Promise<ManifestEntry> {
  if (receipt) return { path: key, sha256: receipt.sha256, bytes: receipt.bytes };
  const bytes = await book.read(key);
  if (!bytes) throw new Error(`Cannot write the manifest: expected ${key} in the book, found nothing`);
  return { path: key, sha256: fingerprint(bytes), bytes: bytes.length };
}

/** The manifest of a rendered version; its outputs are all pages but itself. */
export function manifestOf({
  annex,
  entries,
  files,
  fingerprint,
}: {
  readonly annex: Annex;
  readonly entries: readonly ManifestEntry[];
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly fingerprint: (bytes: Uint8Array) => string;
}): Manifest {
  const { meta } = annex;
  return {
    schema_version: '1',
    month: meta.period.from.slice(0, 7),
    version: meta.version,
    as_of: meta.as_of,
    code_version: meta.code_version,
    book_manifest_sha256: meta.book_manifest_sha256,
    book: entries,
    outputs: Object.keys(files)
      .sort()
      .map((path) => ({ path, sha256: fingerprint(files[path] ?? new Uint8Array()), bytes: files[path]?.length ?? 0 })),
  };
}
