import { readdir, rm } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';

import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { parse } from 'yaml';

import { readText } from '../landing/book.ts';
import type { Outlets } from '../pipeline/outlets.ts';
import type { MonthRun, Renderers, Workplace } from '../pipeline/stage.ts';
import { readSettings } from '../settings/settings.ts';
import { publishInLog } from './embedded-metrics-out.ts';
import { functionPoint } from './function-metrics.ts';
import { parseRetention, type Retention } from './object-retention.ts';
import { openBook } from './open-book.ts';
import { processPath } from './process-folder.ts';
import { isS3Address } from './s3-address.ts';
import { CODE_VERSION, openWorkplace } from './workplace.ts';

/**
 * The environment variables that every function needs: BOOK is the book's address, `s3://bucket`; RETENTION is how long
 * what it lands and discloses is locked, `governance/10`, or `none`.
 */
export type Setting = 'BOOK' | 'RETENTION';

/** Where the settings stand in the book. A relative path in them starts there, as it does on a laptop. */
export const SETTINGS_KEY = 'settings/joulebook.yaml';

const NO_RENDERERS: Renderers = {
  pdf: () => Promise.reject(new Error('Cannot print: this function carries no renderers')),
  chart: () => Promise.reject(new Error('Cannot draw: this function carries no renderers')),
};

/**
 * A stage as a Lambda handler: the settings are read anew for each call, and the disk is emptied before it. It logs what it
 * is asked and what it answers, and tells both as metrics; Lambda and the machine trace it.
 */
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
    const retention = parseRetention(setting('RETENTION'));
    const workplace = await openLambdaWorkplace(setting('BOOK'), renderers, retention);
    const answer = await stage(input, { ...workplace, outlets });
    logger.info('Done', { answer });
    await publishInLog([functionPoint(answer, context.functionName)]);
    return answer;
  };
}

/** Reads the settings in the book and opens what they name. Throws `InvalidSettings`, or names the key where they should be. */
export async function openLambdaWorkplace(
  address: string,
  renderers = NO_RENDERERS,
  retention?: Retention,
): Promise<Workplace> {
  const book = openBook(address, retention);
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

function setting(name: Setting): string {
  // biome-ignore lint/style/noProcessEnv: a Lambda is told by its environment where it works
  const value = process.env[name];
  if (!value) throw new Error(`Cannot start: expected the environment variable ${name}, got nothing`);
  return value;
}

/** A function that is called again finds the files of its last call; the disk is small, so they go. */
async function emptyDisk(): Promise<void> {
  const folder = dirname(processPath('any'));
  const names = await readdir(folder);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
