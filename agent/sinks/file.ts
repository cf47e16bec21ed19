import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import type { SealedBatch } from '../spool/batch.ts';
import type { FileSetting } from './settings.ts';
import type { Delivery, Sink } from './sink.ts';
import { codeOf, messageOf } from './words.ts';

/** `node:fs/promises` with its file handles takes two megabytes of memory. */
const close = promisify(fs.close);
const fsync = promisify(fs.fsync);
const link = promisify(fs.link);
const mkdir = promisify(fs.mkdir);
const open = promisify(fs.open);
const readFile = promisify(fs.readFile);
const rm = promisify(fs.rm);
const writeFile = promisify(fs.writeFile);

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
    await writeFile(file, bytes);
    await fsync(file);
  } finally {
    await close(file);
  }
}

/** A name is safe when its folder is forced to the disk, and the folders above that may be new. */
async function forceFolder(folder: string, root: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await fsync(opened);
  } finally {
    await close(opened);
  }
  if (folder !== root && folder !== dirname(folder) && folder.length > root.length)
    await forceFolder(dirname(folder), root);
}
