import { openBook } from '../../lib/adapters/open-book.ts';
import { lazyRenderers } from '../../lib/adapters/renderers.ts';
import { openSettings } from '../../lib/adapters/settings-file.ts';
import { openWorkplace } from '../../lib/adapters/workplace.ts';
import { resolveFrom } from '../../lib/adapters/address.ts';
import type { Workplace } from '../../lib/pipeline/stage.ts';
import { CODE_VERSION } from '../../lib/pipeline/code-version.ts';
import { type Arguments, type Terminal, textOption } from './command.ts';

/** DuckDB's share of memory for each of the workers of one machine; what does not fit spills to disk. */
export const MEMORY_PER_WORKER = '500MB';

export interface Desk {
  readonly workplace: Workplace;
  readonly base: string;
}

/** Settings and book as typed, ready to work with. Throws `InvalidSettings`. */
export async function openDesk(typed: Arguments, _terminal: Terminal, memoryLimit: string): Promise<Desk> {
  const { settings, base } = await openSettings(textOption(typed, 'settings', 'joulebook.yaml'));
  const { book: typedBook } = typed.values;
  const address = typeof typedBook === 'string' ? typedBook : resolveFrom(base, settings.book);
  const renderers = lazyRenderers();
  return { base, workplace: openWorkplace({ settings, book: openBook(address), base, renderers, codeVersion: CODE_VERSION, memoryLimit }) };
}
