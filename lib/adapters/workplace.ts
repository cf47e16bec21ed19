import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import type { Book } from '../landing/book.ts';
import type { Origin } from '../landing/origin.ts';
import { codeVersion } from '../pipeline/code-version.ts';
import { filledInFor } from '../pipeline/coverage.ts';
import type { MonthRun, Renderers, Workplace } from '../pipeline/stage.ts';
import type { Settings, SourceSetting } from '../settings/settings.ts';
import { DuckDbWarehouse } from './duckdb-warehouse.ts';
import type { CallerEdges } from './live/caller-edges.ts';
import { type LivePlace, openLiveOrigin } from './live/open-live-origin.ts';
import { whyNotAsked } from './live/why-not-asked.ts';
import { NamedOrigin } from './named-origin.ts';
import { openOrigin } from './open-origin.ts';
import { putTogether } from './put-together.ts';
import { isS3Address } from './s3-address.ts';
import { SIZE_LIMITS, type SizeLimits } from './size-limits.ts';

const BYTES_PER_GIB = 1024 ** 3;

/** What a workplace is made of. */
export interface WorkplaceOptions {
  readonly settings: Settings;
  readonly book: Book;
  /** The folder that relative source paths start from: where the settings file lies. */
  readonly base: string;
  readonly renderers: Renderers;
  readonly codeVersion: string;
  /** DuckDB's memory limit of one warehouse, for instance `500MB`. */
  readonly memoryLimit?: string;
  /** What tests put in place of the outside that live sources speak to. */
  readonly outside?: Partial<CallerEdges>;
}

/** The edges of one process: the book, the sources' files, a warehouse for each call. */
export function openWorkplace({
  settings,
  book,
  base,
  renderers,
  codeVersion: madeBy,
  memoryLimit,
  outside = {},
}: WorkplaceOptions): Workplace {
  const place = { book, base, outside };
  return {
    settings,
    book,
    renderers,
    codeVersion: madeBy,
    openWarehouse: () => DuckDbWarehouse.open(memoryLimit),
    openOrigin: (sourceId, run) => openSource(settingOf(sourceId, settings), run, { ...place, settings }),
    whyNotAsked: (sourceId) => whyNotAsked(settingOf(sourceId, settings), place),
    putTogether,
    fingerprint,
  };
}

/** What a disclosure of this program says it was made by. */
export const CODE_VERSION = codeVersion(fingerprint);

/** SHA-256 of bytes, in hexadecimal. */
export function fingerprint(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface Place extends LivePlace {
  readonly settings: Settings;
}

function openSource(setting: SourceSetting, run: MonthRun, { settings, ...place }: Place): Origin {
  const { id, path, live } = setting;
  const limits = { ...SIZE_LIMITS, maxBytes: settings.limits.max_file_gib * BYTES_PER_GIB };
  if (live) return openLiveOrigin(id, live, run, { ...place, limits, fillsInFor: filledInFor(setting, settings) });
  if (path === undefined) throw new RangeError(`Cannot open the source ${id}: expected a path, got none`);
  return openFiles(id, path, { base: place.base, limits });
}

function openFiles(id: string, address: string, { base, limits }: { base: string; limits: SizeLimits }): Origin {
  if (isS3Address(address)) {
    const root = address.endsWith('/') ? address : `${address}/`;
    return new NamedOrigin(openOrigin(address, { base, limits }), id, root);
  }
  const path = resolve(base, address);
  const folder = existsSync(path) && statSync(path).isFile() ? dirname(path) : path;
  return new NamedOrigin(openOrigin(path, { base: folder, limits }), id, '');
}

function settingOf(sourceId: string, settings: Settings): SourceSetting {
  const setting = settings.sources.find(({ id }) => id === sourceId);
  if (setting) return setting;
  throw new RangeError(`Cannot open the source ${sourceId}: expected one of the settings' sources`);
}
