import type { Annex } from '../disclosure/annex.ts';
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
import { renderVersion } from './write-disclosure.ts';

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

export type Recomputed = Awaited<ReturnType<typeof renderVersion>>;

/**
 * Makes a version again from what its manifest lists as landed: facts, ledger, figures, annex and pages, by the same
 * stages. Throws where the evidence does not suffice or cannot be read.
 */
export async function recompute(
  manifest: Manifest,
  previous: Annex | undefined,
  book: Book,
  edges: RecomputeEdges,
): Promise<Recomputed> {
  const { month, as_of, version, code_version } = manifest;
  const run = { month, as_of };
  const evidence = new EvidenceBook(book, edges.scratch, manifest.book.filter(isEvidence));
  const settings = await readKeptSettings(evidence, month, settingsHash(manifest));
  const workplace = edges.openWorkplace(settings, evidence, code_version);
  const handlers = handlersAt(workplace, STAGES);
  await runLocally(
    run,
    { ...handlers, plan: async (input) => (input.stage === 'collection' ? { collections: [] } : handlers.plan(input)) },
    edges.onProgress,
    { limit: edges.limit, retryIntervalSeconds: 0, until: 'ComputeKpis' },
  );
  return renderVersion(run, version, previous, workplace);
}

function settingsHash({ book, month }: Manifest): string {
  const folder = `landing/source=${SETTINGS_SOURCE}/period=${month}/`;
  const hash = book.map(({ path }) => path.startsWith(folder) && /([0-9a-f]{64})\.json$/.exec(path)?.[1]).find(Boolean);
  if (!hash) throw new Error(`Cannot recompute ${month}: expected the settings below ${folder} in the manifest, found none`);
  return hash;
}
