import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import type { Book } from '../landing/book.ts';
import type { Origin } from '../landing/origin.ts';
import { codeVersion } from '../pipeline/code-version.ts';
import type { Renderers, Workplace } from '../pipeline/stage.ts';
import type { Settings } from '../settings/settings.ts';
import { DuckDbWarehouse } from './duckdb-warehouse.ts';
import { NamedOrigin } from './named-origin.ts';
import { openOrigin } from './open-origin.ts';
import { isS3Address } from './s3-address.ts';
import { SIZE_LIMITS } from './size-limits.ts';

const BYTES_PER_GIB = 1024 ** 3;

export interface WorkplaceOptions {
  readonly settings: Settings;
  readonly book: Book;
  /** The folder that relative source paths start from: where the settings file lies. */
  readonly base: string;
  readonly renderers: Renderers;
  readonly codeVersion: string;
  /** DuckDB's memory limit of one warehouse, for instance `500MB`. */
  readonly memoryLimit?: string;
}

/** The edges of one process: the book, the sources' files, a warehouse for each call. */
export function openWorkplace({
  settings,
  book,
  base,
  renderers,
  codeVersion: madeBy,
  memoryLimit,
}: WorkplaceOptions): Workplace {
  return {
    settings,
    book,
    renderers,
    codeVersion: madeBy,
    openWarehouse: () => DuckDbWarehouse.open(memoryLimit),
    openOrigin: (sourceId) => openSource(sourceId, settings, base),
    fingerprint,
  };
}

/** What a disclosure of this program says it was made by. */
export const CODE_VERSION = codeVersion(fingerprint);

/** SHA-256 of bytes, in hexadecimal. */
export function fingerprint(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function openSource(sourceId: string, settings: Settings, base: string): Origin {
  const setting = settings.sources.find(({ id }) => id === sourceId);
  if (!setting) throw new RangeError(`Cannot open the source ${sourceId}: expected one of the settings' sources`);
  const limits = { ...SIZE_LIMITS, maxBytes: settings.limits.max_file_gib * BYTES_PER_GIB };
  if (isS3Address(setting.path)) {
    const root = setting.path.endsWith('/') ? setting.path : `${setting.path}/`;
    return new NamedOrigin(openOrigin(setting.path, { base, limits }), sourceId, root);
  }
  const path = resolve(base, setting.path);
  const folder = existsSync(path) && statSync(path).isFile() ? dirname(path) : path;
  return new NamedOrigin(openOrigin(path, { base: folder, limits }), sourceId, '');
}
