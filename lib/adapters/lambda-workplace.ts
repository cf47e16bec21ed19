import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Context } from 'aws-lambda';

import type { Outlets } from '../pipeline/outlets.ts';
import type { MonthRun, Renderers, Workplace } from '../pipeline/stage.ts';
import { openDeployedWorkplace } from './deployed-workplace.ts';
import { functionSetting } from './function-setting.ts';
import { parseRetention } from './object-retention.ts';
import { observed } from './observed.ts';
import { processPath } from './process-folder.ts';

/**
 * The environment variables that every function needs: BOOK is the book's address, `s3://bucket`; RETENTION is how long
 * what it lands and discloses is locked, `governance/10`, or `none`.
 */
export type Setting = 'BOOK' | 'RETENTION';

/** What few stages need, so that the others do not carry it: the makers of pages, and ways to people. */
interface Extras {
  readonly renderers?: Renderers;
  readonly outlets?: Outlets;
}

/** A stage as a Lambda handler: the settings are read anew for each call, and the disk is emptied before it. */
export function inLambda<Input extends MonthRun, Answer>(
  stage: (input: Input, workplace: Workplace) => Promise<Answer>,
  { renderers, outlets = {} }: Extras = {},
): (input: Input, context: Context) => Promise<Answer> {
  return observed(async (input) => {
    await emptyDisk();
    const retention = parseRetention(functionSetting('RETENTION' satisfies Setting));
    const workplace = await openDeployedWorkplace(functionSetting('BOOK' satisfies Setting), renderers, retention);
    return stage(input, { ...workplace, outlets });
  });
}

/** A function that is called again finds the files of its last call; the disk is small, so they go. */
async function emptyDisk(): Promise<void> {
  const folder = dirname(processPath('any'));
  const names = await readdir(folder);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
