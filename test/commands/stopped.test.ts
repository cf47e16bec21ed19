import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { tempFolder } from '../support/temp-folder.ts';
import { AS_OF, oneHour, writeCompany } from '../support/tiny-company.ts';

const MONTH = '2026-06';
const FLAGS = ['--experimental-import-text', '--no-warnings', resolve('bin/joulebook.ts')];
const root = tempFolder();

beforeAll(() => writeCompany(oneHour(MONTH), root));

test.each(['SIGINT', 'SIGTERM'] as const)(
  'a close that %s ends in the midst of its work leaves nothing outside the book',
  async (signal) => {
    const scratch = join(root, signal);
    mkdirSync(scratch);
    const typed = ['close', '--month', MONTH, '--as-of', AS_OF, '--settings', join(root, 'joulebook.yaml')];
    const child = spawn(process.execPath, [...FLAGS, ...typed, '--book', join(root, `book-${signal}`)], {
      stdio: 'ignore',
      env: { TMPDIR: scratch },
    });
    const ended = once(child, 'exit');
    while (readdirSync(scratch).length === 0 && child.exitCode === null) await setTimeout(5);
    child.kill(signal);
    expect(await ended).toEqual([null, signal]);
    expect(readdirSync(scratch)).toEqual([]);
  },
  120_000,
);
