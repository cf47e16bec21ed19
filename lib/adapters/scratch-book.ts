import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Book } from '../landing/book.ts';
import { LocalBook } from './local-book.ts';

/** Hands `work` an empty book on the local disk and removes it afterwards, whatever came of the work. */
export async function withScratchBook<Answer>(work: (scratch: Book) => Promise<Answer>): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), 'joulebook-scratch-'));
  try {
    return await work(new LocalBook(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
