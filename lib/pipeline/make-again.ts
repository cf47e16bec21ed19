import type { Annex } from '../disclosure/annex.ts';
import { messageOf } from '../landing/message.ts';
import type { FileDifference } from './check-files.ts';
import { type FigureDifference, figureDifferences, publishedFigures } from './figure-differences.ts';
import { isEvidence, maybeJson, readManifest } from './kept-manifest.ts';
import { derivedFolders, type Manifest } from './manifest.ts';
import { type Recomputed, recompute } from './recompute.ts';
import type { DisclosureAt, VerifyEdges } from './verify-edges.ts';
import { disclosureFolder, type Earlier, lastClosedOf } from './write-disclosure.ts';

/** A version made again, and where it differs from the published one; without `made` it could not be. */
export interface Again {
  readonly made?: Recomputed;
  readonly files: readonly FileDifference[];
  readonly figures: readonly FigureDifference[];
}

/** Recomputes a version and compares every derived file, page and figure. What stands in the way is a difference as well. */
export async function makeAgain(disclosure: DisclosureAt, manifest: Manifest, edges: VerifyEdges): Promise<Again> {
  const { book, month, version } = disclosure;
  const folder = disclosureFolder(month, version);
  try {
    const { earlier, files: changed } = await earlierOf(disclosure, edges);
    const made = await recompute(manifest, earlier, book, edges);
    const published = publishedFigures(await book.read(`${folder}annex.json`));
    const derived = await derivedDifferences(manifest, edges);
    const pages = await pageDifferences(made, disclosure);
    const figures = published ? figureDifferences(published, made.annex.figures) : [];
    return { made, files: [...changed, ...derived, ...pages], figures };
  } catch (error) {
    return {
      files: [{ path: folder, expected: 'figures that can be recomputed', found: messageOf(error) }],
      figures: [],
    };
  }
}

/** The annexes before this version, each checked against its own manifest: restatements are measured from them. */
async function earlierOf(
  disclosure: DisclosureAt,
  edges: VerifyEdges,
): Promise<{ earlier: Earlier; files: FileDifference[] }> {
  const last = disclosure.version - 1;
  const replaced = await annexOf({ ...disclosure, version: last }, edges);
  const closed = lastClosedOf(replaced.annex);
  if (closed === null || closed === last)
    return { earlier: { replaced: replaced.annex, base: replaced.annex }, files: replaced.files };
  const base = await annexOf({ ...disclosure, version: closed }, edges);
  return { earlier: { replaced: replaced.annex, base: base.annex }, files: [...replaced.files, ...base.files] };
}

async function annexOf(
  { book, month, version }: DisclosureAt,
  { fingerprint }: VerifyEdges,
): Promise<{ annex: Annex | undefined; files: FileDifference[] }> {
  if (version === 0) return { annex: undefined, files: [] };
  const key = `${disclosureFolder(month, version)}annex.json`;
  const bytes = await book.read(key);
  const kept = await readManifest(book, month, version);
  const expected =
    'manifest' in kept ? kept.manifest.outputs.find(({ path }) => path === 'annex.json')?.sha256 : undefined;
  const found = bytes && fingerprint(bytes);
  const wanted = `SHA-256 ${expected ?? 'in its manifest'}`;
  const files =
    expected === found ? [] : [{ path: key, expected: wanted, found: found ? `SHA-256 ${found}` : 'nothing' }];
  return { annex: bytes && (maybeJson(bytes) as Annex | undefined), files };
}

async function derivedDifferences(
  manifest: Manifest,
  { scratch, fingerprintKey }: VerifyEdges,
): Promise<FileDifference[]> {
  const published = new Map(
    manifest.book.filter((entry) => !isEvidence(entry)).map(({ path, sha256 }) => [path, sha256]),
  );
  const made = new Map<string, string>();
  for (const folder of derivedFolders({ month: manifest.month, from: '', to: '' })) {
    for (const { key } of await scratch.list(folder)) made.set(key, await fingerprintKey(scratch, key));
  }
  return [...new Set([...published.keys(), ...made.keys()])].flatMap((path) => {
    const [before, after] = [published.get(path), made.get(path)];
    if (before === after) return [];
    return [
      {
        path,
        expected: `SHA-256 ${after ?? 'of nothing'}, recomputed`,
        found: `SHA-256 ${before ?? 'of nothing'} in the manifest`,
      },
    ];
  });
}

async function pageDifferences(
  { files }: Recomputed,
  { book, month, version }: DisclosureAt,
): Promise<FileDifference[]> {
  const differences: FileDifference[] = [];
  for (const [name, bytes] of Object.entries(files)) {
    const path = disclosureFolder(month, version) + name;
    const kept = await book.read(path);
    const found = kept ? whereItDiffers(kept, bytes) : 'nothing';
    if (found) differences.push({ path, expected: `${bytes.length} bytes as recomputed`, found });
  }
  return differences;
}

function whereItDiffers(kept: Uint8Array, made: Uint8Array): string | undefined {
  const first = made.findIndex((byte, index) => byte !== kept[index]);
  if (first >= 0) return `${kept.length} bytes, different from byte ${first} on`;
  return kept.length === made.length ? undefined : `${kept.length} bytes`;
}
