import { jsonBytes } from '../landing/book.ts';
import { checkFiles, type FileDifference } from './check-files.ts';
import type { FigureDifference } from './figure-differences.ts';
import { isEvidence, readManifest } from './kept-manifest.ts';
import { makeAgain } from './make-again.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import type { DisclosureAt, VerifyEdges } from './verify-edges.ts';
import { disclosureFolder, latestVersion } from './write-disclosure.ts';

/** What a verification found. It holds where there is no difference of any kind. */
export interface Verification {
  readonly month: string;
  readonly version: number;
  /** What made the disclosure; null where the manifest does not say any more. */
  readonly made_by: string | null;
  readonly as_of: string | null;
  /** Landed files, without their receipts, that the figures were recomputed from. */
  readonly landed_files: number;
  readonly files_checked: number;
  /** Null where they could not be recomputed. */
  readonly figures_recomputed: number | null;
  /** A later version whose facts, ledger and figures now stand in the book in place of these; null for the latest. */
  readonly superseded_by: number | null;
  readonly files: readonly FileDifference[];
  readonly figures: readonly FigureDifference[];
}

/**
 * Checks a disclosure against its book: every file by size and SHA-256, then every figure and page by making it again
 * from the landed bytes. All differences are gathered, none is thrown; only a book that cannot be reached is.
 */
export async function verify(disclosure: DisclosureAt, edges: VerifyEdges): Promise<Verification> {
  const { book, month, version } = disclosure;
  const kept = await readManifest(book, month, version);
  if ('fault' in kept) return unreadable(disclosure, kept.fault);
  const { manifest } = kept;
  const supersededBy = await laterVersion(disclosure);
  const total = manifest.book.length + manifest.outputs.length + 1;
  edges.onProgress({ stage: 'CheckFiles', state: 'started', done: 0, total });
  const files = await checkFiles(manifest, book, edges.fingerprintKey);
  edges.onProgress({ stage: 'CheckFiles', state: 'succeeded', done: total, total });
  const standing =
    supersededBy === null ? files : await withoutSuperseded(files, { book, month, version: supersededBy }, edges);
  const again = await makeAgain(disclosure, manifest, edges);
  return {
    month,
    version,
    made_by: manifest.code_version,
    as_of: manifest.as_of,
    landed_files: manifest.book.filter(isLandedFile).length,
    files_checked: total,
    figures_recomputed: again.made?.annex.figures.length ?? null,
    superseded_by: supersededBy,
    files: mergedByPath([...standing, ...misnamed(disclosure, manifest, edges), ...again.files]),
    figures: again.figures,
  };
}

function isLandedFile({ path }: ManifestEntry): boolean {
  return path.startsWith('landing/') && !/\.(receipt|batches|shortfall)\.json$/.test(path);
}

function unreadable(
  { month, version }: DisclosureAt,
  fault: { readonly expected: string; readonly found: string },
): Verification {
  return {
    month,
    version,
    made_by: null,
    as_of: null,
    landed_files: 0,
    files_checked: 1,
    figures_recomputed: null,
    superseded_by: null,
    files: [{ path: `${disclosureFolder(month, version)}manifest.json`, ...fault }],
    figures: [],
  };
}

async function laterVersion({ book, month, version }: DisclosureAt): Promise<number | null> {
  const latest = (await latestVersion(month, book)) ?? version;
  return latest > version ? latest : null;
}

/** What is derived belongs to the latest version: an earlier one is proved by recomputing it, not by what stands there now. */
async function withoutSuperseded(
  files: readonly FileDifference[],
  { book, month, version }: DisclosureAt,
  { fingerprintKey }: VerifyEdges,
): Promise<FileDifference[]> {
  const latest = await readManifest(book, month, version);
  if ('fault' in latest) return [...files];
  const current = new Map(latest.manifest.book.map(({ path, sha256 }) => [path, sha256]));
  const standing: FileDifference[] = [];
  for (const difference of files) {
    const isDerived = !isEvidence(difference) && !difference.path.startsWith('disclosures/');
    const found = isDerived && difference.found !== 'nothing' ? await fingerprintKey(book, difference.path) : undefined;
    if (!isDerived || found !== current.get(difference.path)) standing.push(difference);
  }
  return standing;
}

/** The manifest says for itself what it is: another month or version, or a list that is not the one that was hashed, is told. */
function misnamed(
  { month, version }: DisclosureAt,
  manifest: Manifest,
  { fingerprint }: VerifyEdges,
): FileDifference[] {
  const path = `${disclosureFolder(month, version)}manifest.json`;
  const said = [
    { expected: `month ${month}`, found: `month ${manifest.month}` },
    { expected: `version ${version}`, found: `version ${manifest.version}` },
    {
      expected: `book_manifest_sha256 ${manifest.book_manifest_sha256}`,
      found: `book_manifest_sha256 ${fingerprint(jsonBytes(manifest.book))}`,
    },
  ];
  return said.filter(({ expected, found }) => expected !== found).map((difference) => ({ path, ...difference }));
}

/** One line a file: what was expected and found first. */
function mergedByPath(files: readonly FileDifference[]): FileDifference[] {
  const merged = new Map<string, FileDifference>();
  for (const difference of files) {
    const known = merged.get(difference.path);
    merged.set(difference.path, known ? { ...known, found: `${known.found}; ${difference.found}` } : difference);
  }
  return [...merged.values()];
}
