import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;
/** Folders of this process that are still there; undefined until it has made one. */
let own: Set<string> | undefined;

/** A fresh path, ending like `name`, in a folder that lives as long as the process. */
export function processPath(name: string): string {
  folder ??= makeFolder();
  return join(folder, `${randomUUID()}-${name.slice(-60).replaceAll('/', '-')}`);
}

/** A fresh folder for whoever removes it by `removeFolder`; it does not outlive the process either. */
export function makeFolder(kind = ''): string {
  return kept(mkdtempSync(join(tmpdir(), `joulebook-${kind}`)));
}

/** A folder that `removeFolder` has removed, for whoever cannot name another one. Throws where somebody else has made one there. */
export function makeFolderAgain(path: string): void {
  mkdirSync(path, { mode: 0o700 });
  kept(path);
}

function kept(path: string): string {
  if (!own) process.once('exit', removeFolders);
  own ??= new Set();
  own.add(path);
  return path;
}

export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  own?.delete(path);
}

/** Removes all that this process keeps outside the book: at its end, or where a signal ends it. */
export function removeFolders(): void {
  for (const path of own ?? []) rmSync(path, { recursive: true, force: true });
}
