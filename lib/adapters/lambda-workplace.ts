import { readdir, rm } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';

import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { parse } from 'yaml';

import { readText } from '../landing/book.ts';
import type { Outlets } from '../pipeline/outlets.ts';
import type { MonthRun, Renderers, Workplace } from '../pipeline/stage.ts';
import { readSettings } from '../settings/settings.ts';
import { openBook } from './open-book.ts';
import { processPath } from './process-folder.ts';
import { isS3Address } from './s3-address.ts';
import { CODE_VERSION, openWorkplace } from './workplace.ts';

/** The environment variables that every function needs: BOOK is the book's address, `s3://bucket`. */
export type Setting = 'BOOK';

/** Where the settings stand in the book. A relative path in them starts there, as it does on a laptop. */
export const SETTINGS_KEY = 'settings/joulebook.yaml';

const NO_RENDERERS: Renderers = {
  pdf: () => Promise.reject(new Error('Cannot print: this function carries no renderers')),
  chart: () => Promise.reject(new Error('Cannot draw: this function carries no renderers')),
};

/** A stage as a Lambda handler: the settings are read anew for each call, and the disk is emptied before it. */
export function inLambda<Input extends MonthRun, Answer>(
  stage: (input: Input, workplace: Workplace) => Promise<Answer>,
  renderers: Renderers = NO_RENDERERS,
  outlets: Outlets = {},
): (input: Input, context: Context) => Promise<Answer> {
  const logger = new Logger();
  return async (input, context) => {
    logger.addContext(context);
    logger.info('Begins', { input });
    await emptyDisk();
    const workplace = await openLambdaWorkplace(bookAddress(), renderers);
    const answer = await stage(input, { ...workplace, outlets });
    logger.info('Done', { answer });
    return answer;
  };
}

/** Reads the settings in the book and opens what they name. Throws `InvalidSettings`, or names the key where they should be. */
export async function openLambdaWorkplace(address: string, renderers = NO_RENDERERS): Promise<Workplace> {
  const book = openBook(address);
  const text = await readText(book, SETTINGS_KEY);
  if (text === undefined) throw new Error(`Cannot read the settings: expected ${address}/${SETTINGS_KEY}, got nothing`);
  const written = readSettings(parse(text), `${address}/${SETTINGS_KEY}`);
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

function bookAddress(): string {
  // biome-ignore lint/style/noProcessEnv: a Lambda is told by its environment where it works
  const address = process.env['BOOK'];
  if (!address) throw new Error('Cannot start: expected the environment variable BOOK, got nothing');
  return address;
}

/** A function that is called again finds the files of its last call; the disk is small, so they go. */
async function emptyDisk(): Promise<void> {
  const folder = dirname(processPath('any'));
  const names = await readdir(folder);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
