import type { Book } from '../landing/book.ts';
import { LocalBook } from './local-book.ts';
import { makeFolder, removeFolder } from './process-folder.ts';

/** Hands `work` an empty book on the local disk and removes it afterwards, whatever came of the work. */
export async function withScratchBook<Answer>(work: (scratch: Book) => Promise<Answer>): Promise<Answer> {
  const folder = makeFolder('scratch-');
  try {
    return await work(new LocalBook(folder));
  } finally {
    await removeFolder(folder);
  }
}
