import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;

/** A fresh path, ending like `name`, in a folder that lives as long as the process. */
export function processPath(name: string): string {
  folder ??= makeFolder();
  return join(folder, `${randomUUID()}-${name.slice(-60).replaceAll('/', '-')}`);
}

function makeFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'joulebook-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}
