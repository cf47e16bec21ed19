import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder for one test file, gone when its tests are done. Call it at the top of the file. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'joulebook-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
