import { availableParallelism } from 'node:os';
import { resolveFrom } from '../../lib/adapters/address.ts';
import { fingerprintOfFile } from '../../lib/adapters/fingerprint.ts';
import { openBook } from '../../lib/adapters/open-book.ts';
import { lazyRenderers } from '../../lib/adapters/renderers.ts';
import { openSettings } from '../../lib/adapters/settings-file.ts';
import { CODE_VERSION, fingerprint, openWorkplace } from '../../lib/adapters/workplace.ts';
import type { Book } from '../../lib/landing/book.ts';
import type { Workplace } from '../../lib/pipeline/stage.ts';
import type { VerifyEdges } from '../../lib/pipeline/verify-edges.ts';
import { type Arguments, type Terminal, textOption } from './command.ts';
import { progressTeller } from './progress-teller.ts';

/** DuckDB's share of memory for each of the workers of one machine; what does not fit spills to disk. */
export const MEMORY_PER_WORKER = '500MB';

/** The book that was typed, or that of the settings. Throws `InvalidSettings` where it takes the settings to know it. */
export async function bookTyped(typed: Arguments): Promise<Book> {
  const { book } = typed.values;
  if (typeof book === 'string') return openBook(book);
  const { settings, base } = await openSettings(textOption(typed, 'settings', 'joulebook.yaml'));
  return openBook(resolveFrom(base, settings.book));
}

/** What a recomputation and a verification need, over an empty book for everything that is derived. */
export function deskEdges(scratch: Book, terminal: Terminal): VerifyEdges {
  const renderers = lazyRenderers();
  return {
    scratch,
    limit: availableParallelism(),
    onProgress: progressTeller(terminal),
    fingerprint,
    fingerprintKey: async (book, key) => fingerprintOfFile(await book.localPath(key)),
    openWorkplace: (settings, book, codeVersion) =>
      openWorkplace({ settings, book, base: '.', renderers, codeVersion, memoryLimit: MEMORY_PER_WORKER }),
  };
}

export interface Desk {
  readonly workplace: Workplace;
  readonly base: string;
  /** Where the book stands: a folder or an s3:// address. */
  readonly bookAddress: string;
}

/** Settings and book as typed, ready to work with. Throws `InvalidSettings`. */
export async function openDesk(typed: Arguments, memoryLimit: string): Promise<Desk> {
  const { settings, base } = await openSettings(textOption(typed, 'settings', 'joulebook.yaml'));
  const { book: typedBook } = typed.values;
  const address = typeof typedBook === 'string' ? typedBook : resolveFrom(base, settings.book);
  const renderers = lazyRenderers();
  return {
    base,
    bookAddress: address,
    workplace: openWorkplace({
      settings,
      book: openBook(address),
      base,
      renderers,
      codeVersion: CODE_VERSION,
      memoryLimit,
    }),
  };
}
