import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { SealedBatch } from '../spool/batch.ts';
import type { FileSetting } from './settings.ts';
import type { Delivery, Sink } from './sink.ts';
import { codeOf, messageOf } from './words.ts';

/** Batches as files of a folder. */
export function fileSink({ path }: FileSetting, id: string): Sink {
  return {
    id,
    deliver: (batch) => place(path, batch).catch((error: unknown) => ({ retry: messageOf(error) })),
    close: () => undefined,
  };
}

/**
 * Writes beside the place, forces it to the disk and gives it its name in one step that refuses a name that is taken: nobody
 * reads half a file, and a file that stands is not replaced.
 */
async function place(root: string, { name, bytes }: SealedBatch): Promise<Delivery> {
  const path = join(root, name);
  const unfinished = join(dirname(path), `.${name.slice(name.lastIndexOf('/') + 1)}.unfinished`);
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(unfinished, bytes);
  try {
    await link(unfinished, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (!(await readFile(path)).equals(bytes)) return { refused: `other bytes stand at ${path}` };
  } finally {
    await rm(unfinished, { force: true });
  }
  await forceFolder(dirname(path), root);
  return 'delivered';
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name is safe when its folder is forced to the disk, and the folders above that may be new. */
async function forceFolder(folder: string, root: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (folder !== root && folder !== dirname(folder) && folder.length > root.length)
    await forceFolder(dirname(folder), root);
}
