import { posix } from 'node:path';

import { readText } from '../landing/book.ts';
import type { Renderers, Workplace } from '../pipeline/stage.ts';
import { readSettings } from '../settings/settings.ts';
import type { Retention } from './object-retention.ts';
import { openBook } from './open-book.ts';
import { isS3Address } from './s3-address.ts';
import { CODE_VERSION, openWorkplace } from './workplace.ts';
import { valueIn } from './yaml-text.ts';

/** Where the settings stand in the book. A relative path in them starts there, as it does on a laptop. */
export const SETTINGS_KEY = 'settings/joulebook.yaml';

const NO_RENDERERS: Renderers = {
  pdf: () => Promise.reject(new Error('Cannot print: this function carries no renderers')),
  chart: () => Promise.reject(new Error('Cannot draw: this function carries no renderers')),
};

/** Reads the settings in the book and opens what they name. Throws `InvalidSettings`, or names the key where they should be. */
export async function openDeployedWorkplace(
  address: string,
  renderers = NO_RENDERERS,
  retention?: Retention,
): Promise<Workplace> {
  const book = openBook(address, retention);
  const text = await readText(book, SETTINGS_KEY);
  if (text === undefined) throw new Error(`Cannot read the settings: expected ${address}/${SETTINGS_KEY}, got nothing`);
  const written = readSettings(valueIn(text), `${address}/${SETTINGS_KEY}`);
  const sources = written.sources.map((source) => ({
    ...source,
    ...(source.path !== undefined && { path: placeOf(source.path, address) }),
  }));
  const settings = { ...written, sources };
  return openWorkplace({ settings, book, base: '/', renderers, codeVersion: CODE_VERSION });
}

function placeOf(path: string, address: string): string {
  return isS3Address(path) ? path : `${address}/${posix.join(posix.dirname(SETTINGS_KEY), path)}`;
}
