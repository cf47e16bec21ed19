import type { Book } from '../landing/book.ts';
import type { Settings } from '../settings/settings.ts';
import { EvidenceBook } from './evidence-book.ts';
import { handlersAt } from './handlers.ts';
import { isEvidence } from './kept-manifest.ts';
import { readKeptSettings, SETTINGS_SOURCE } from './kept-settings.ts';
import type { Manifest } from './manifest.ts';
import type { Progress } from './progress.ts';
import { runLocally } from './run-locally.ts';
import type { Workplace } from './stage.ts';
import { STAGES } from './stages.ts';
import { type Earlier, renderVersion } from './write-disclosure.ts';

/** What a recomputation needs of the outside. */
export interface RecomputeEdges {
  /** An empty book for everything that is derived. */
  readonly scratch: Book;
  /** A workplace over the given book with the settings that the month was closed with. */
  openWorkplace(settings: Settings, book: Book, codeVersion: string): Workplace;
  /** Parts of a stage that are worked on at a time. */
  readonly limit: number;
  onProgress(progress: Progress): void;
}

/** A version that was made again: its annex and its files. */
export type Recomputed = Awaited<ReturnType<typeof renderVersion>>;

/**
 * Makes a version again from what its manifest lists as landed: facts, ledger, figures, annex and pages, by the same
 * stages. Throws where the evidence does not suffice or cannot be read.
 */
export async function recompute(
  manifest: Manifest,
  earlier: Earlier,
  book: Book,
  edges: RecomputeEdges,
): Promise<Recomputed> {
  const workplace = await remakeTables(manifest, book, edges);
  const { month, as_of, version } = manifest;
  edges.onProgress({ stage: 'RenderPages', state: 'started', done: 0, total: 1 });
  const made = await renderVersion({ month, as_of }, version, earlier, workplace);
  edges.onProgress({ stage: 'RenderPages', state: 'succeeded', done: 1, total: 1 });
  return made;
}

/** Facts, ledger and figures of a version made again, and the workplace where they lie. */
export async function remakeTables(manifest: Manifest, book: Book, edges: RecomputeEdges): Promise<Workplace> {
  const { month, as_of } = manifest;
  const evidence = new EvidenceBook(book, edges.scratch, manifest.book.filter(isEvidence));
  const workplace = edges.openWorkplace(await settingsOf(manifest, evidence), evidence, manifest.code_version);
  const handlers = handlersAt(workplace, STAGES);
  await runLocally(
    { month, as_of },
    { ...handlers, plan: async (input) => (input.stage === 'collection' ? { collections: [] } : handlers.plan(input)) },
    (progress) => (COLLECTING.has(progress.stage) ? undefined : edges.onProgress(progress)),
    { limit: edges.limit, retryIntervalSeconds: 0, until: 'ComputeKpis' },
  );
  return workplace;
}

/** States in which nothing happens here: what was collected lies in the book. */
const COLLECTING = new Set(['PlanCollection', 'Collect']);

/** The settings that a version was closed with, from the book that it lies in. Throws where they are not there. */
export function settingsOf({ book, month }: Manifest, kept: Book): Promise<Settings> {
  const folder = `landing/source=${SETTINGS_SOURCE}/period=${month}/`;
  const hashes = book.flatMap(({ path }) =>
    path.startsWith(folder) ? (/([0-9a-f]{64})\.json$/.exec(path)?.[1] ?? []) : [],
  );
  const [hash] = hashes;
  if (!hash)
    throw new Error(`Cannot recompute ${month}: expected the settings below ${folder} in the manifest, got none`);
  return readKeptSettings(kept, month, hash);
}
