import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { KeptFiles } from '../../agent/readers/kept-files.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { tempFolder } from '../support/temp-folder.ts';

const home = tempFolder();

describe.each(['driver', 'kernel'] as const)('files of a %s', (answerer) => {
  test('say each time what stands in them, though they stay open', async () => {
    const path = join(home, `${answerer}-counter`);
    const files = new KeptFiles(PATIENT_MS, answerer);
    for (const text of ['1', '22', '3']) {
      writeFileSync(path, `${text}\n`);
      expect((await files.read([path])).get(path)).toEqual({ text });
    }
    files.close();
  });

  test('are absent where there are none, and are there when they come', async () => {
    const path = join(home, `${answerer}-late`);
    const files = new KeptFiles(PATIENT_MS, answerer);
    expect((await files.read([path])).get(path)).toEqual({ fault: 'absent' });
    writeFileSync(path, 'here\n');
    expect((await files.read([path])).get(path)).toEqual({ text: 'here' });
    files.close();
  });

  test('that never answer hold up nobody', async () => {
    const [pipe, path] = [join(home, `${answerer}-pipe`), join(home, `${answerer}-file`)];
    execFileSync('mkfifo', [pipe]);
    writeFileSync(path, 'here\n');
    const files = new KeptFiles(500, answerer);
    for (let look = 0; look < 3; look += 1) {
      const answers = await files.read([pipe, path]);
      expect(answers.get(pipe)).toEqual({ fault: 'slow' });
      expect(answers.get(path)).toEqual({ text: 'here' });
    }
    // A writer lets the reader go.
    closeSync(openSync(pipe, 'r+'));
    files.close();
  });
});

test('a thousand files of the kernel say the same again, whoever reads them: more than are read at once in a look', async () => {
  const paths = Array.from({ length: 1000 }, (_, each) => join(home, `many-${each}`));
  for (const path of paths) writeFileSync(path, path);
  const files = new KeptFiles(PATIENT_MS, 'kernel');
  const first = await files.read(paths);
  const again = await files.read(paths);
  expect(paths.filter((path) => JSON.stringify(again.get(path)) !== JSON.stringify(first.get(path)))).toEqual([]);
  files.close();
});
