import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Context } from 'aws-lambda';

import type { Outlets } from '../pipeline/outlets.ts';
import type { MonthRun, Renderers, Workplace } from '../pipeline/stage.ts';
import { openDeployedWorkplace } from './deployed-workplace.ts';
import { parseRetention } from './object-retention.ts';
import { observed } from './observed.ts';
import { processPath } from './process-folder.ts';

/**
 * The environment variables that every function needs: BOOK is the book's address, `s3://bucket`; RETENTION is how long
 * what it lands and discloses is locked, `governance/10`, or `none`.
 */
export type Setting = 'BOOK' | 'RETENTION';

/** A stage as a Lambda handler: the settings are read anew for each call, and the disk is emptied before it. */
export function inLambda<Input extends MonthRun, Answer>(
  stage: (input: Input, workplace: Workplace) => Promise<Answer>,
  renderers?: Renderers,
  outlets: Outlets = {},
): (input: Input, context: Context) => Promise<Answer> {
  return observed(async (input) => {
    await emptyDisk();
    const retention = parseRetention(setting('RETENTION'));
    const workplace = await openDeployedWorkplace(setting('BOOK'), renderers, retention);
    return stage(input, { ...workplace, outlets });
  });
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
