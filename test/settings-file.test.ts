import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { openSettings } from '../lib/adapters/settings-file.ts';
import { tempFolder } from './support/temp-folder.ts';

const EXAMPLE = join(__dirname, '../example/joulebook.yaml');

const folder = tempFolder();

test('settings from a pipe come with their bytes: whoever needs them again has them', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  spawn('cp', [EXAMPLE, pipe]);
  const { settings, bytes } = await openSettings(pipe);
  expect(settings).toEqual((await openSettings(EXAMPLE)).settings);
  expect(Buffer.from(bytes).equals(readFileSync(EXAMPLE))).toBe(true);
});
