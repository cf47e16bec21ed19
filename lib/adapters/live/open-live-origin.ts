import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import type { Book } from '../../landing/book.ts';
import { LiveOrigin } from '../../landing/live-origin.ts';
import type { Fetched, Origin } from '../../landing/origin.ts';
import { type WritingRequest, WrittenOrigin } from '../../landing/written-origin.ts';
import type { MonthRun } from '../../pipeline/stage.ts';
import type { LiveSetting } from '../../settings/live-setting.ts';
import type { LiveProvider } from '../../sources/live.ts';
import { PROVIDERS } from '../../sources/live-catalogue.ts';
import { parsePeriod } from '../../units/period.ts';
import { NamedOrigin } from '../named-origin.ts';
import { openOrigin } from '../open-origin.ts';
import { processPath } from '../process-folder.ts';
import type { SizeLimits } from '../size-limits.ts';
import { ProviderCaller } from './caller.ts';
import { type CallerEdges, PATIENCE } from './caller-edges.ts';
import { openSecret } from './secrets.ts';

/** Where a live source stands, and what tests put in place of the outside. */
export interface LivePlace {
  readonly book: Book;
  /** The folder that the file of a secret is looked for from. */
  readonly base: string;
  /** Ids of the sources whose missing days this one fills. */
  readonly fillsInFor?: readonly string[];
  readonly outside?: Partial<CallerEdges>;
  /** How much a provider may write into one file. */
  readonly limits?: SizeLimits;
}

/** Opens a provider as an origin for one month. Asks nothing yet; throws where the catalogue has no such provider. */
export function openLiveOrigin(sourceId: string, live: LiveSetting, run: MonthRun, place: LivePlace): Origin {
  const provider = providerOf(live.provider);
  const request = { sourceId, period: parsePeriod(run.month), asOf: run.as_of, options: live.options };
  const edges = { book: place.book, caller: new ProviderCaller(edgesOf(sourceId, live, place)) };
  const { writes } = provider;
  if (writes) {
    const writing = { ...request, provider: { ...provider, writes } };
    return new WrittenOrigin(writing, { ...edges, files: openWritten(writing, place) });
  }
  const { max_calls: maxCalls } = live;
  return new LiveOrigin({ ...request, provider, maxCalls, fillsInFor: place.fillsInFor ?? [] }, { ...edges, keep });
}

/** What a provider wrote for the month. */
function openWritten(request: WritingRequest, { base, limits }: LivePlace): Origin {
  const folder = request.provider.writes.folder(request);
  return new NamedOrigin(openOrigin(folder, { base, ...(limits && { limits }) }), request.sourceId, `${folder}/`);
}

/** The provider of the catalogue by its id in the settings. */
export function providerOf(id: string): LiveProvider {
  const provider = PROVIDERS.find((each) => each.id === id);
  if (provider) return provider;
  throw new RangeError(`Cannot ask ${id}: expected one of ${PROVIDERS.map((each) => each.id).join(', ')}`);
}

/** The edges of this process for one live source. */
export function edgesOf(sourceId: string, { secret, options }: LiveSetting, { base, outside }: LivePlace): CallerEdges {
  // biome-ignore lint/style/noProcessEnv: secrets may stand in the environment, under names that the settings give
  const environment = outside?.environment ?? process.env;
  const file = secret?.file === undefined ? undefined : resolve(base, secret.file);
  return {
    sourceId,
    options,
    environment,
    ...(secret && { secret: openSecret({ ...secret, file }, { environment }) }),
    patience: PATIENCE,
    rewrite: (url) => url,
    now: () => Date.now(),
    wait: (ms) => wait(ms),
    random: () => Math.random(),
    azureToken: async (scope, edges) => (await import('./azure-token.ts')).azureToken(scope, edges),
    ...outside,
  };
}

/** An answer on the local disk, byte for byte. */
async function keep(name: string, text: string): Promise<Fetched> {
  const bytes = Buffer.from(text);
  const path = processPath(name);
  try {
    await writeFile(path, bytes);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { path, bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}
