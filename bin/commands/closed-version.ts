import { CODE_VERSION } from '../../lib/adapters/workplace.ts';
import type { Annex } from '../../lib/disclosure/annex.ts';
import type { Book } from '../../lib/landing/book.ts';
import { readManifest } from '../../lib/pipeline/kept-manifest.ts';
import type { Manifest } from '../../lib/pipeline/manifest.ts';
import { settingsOf } from '../../lib/pipeline/recompute.ts';
import type { Workplace } from '../../lib/pipeline/stage.ts';
import { annexOf, disclosureFolder } from '../../lib/pipeline/write-disclosure.ts';
import { CannotAnswer, type Terminal } from './command.ts';
import { deskEdges } from './desk.ts';

/** One version of a month's disclosure. */
export interface VersionAt {
  readonly book: Book;
  readonly month: string;
  readonly version: number;
}

/** A version's annex and manifest. Throws `CannotAnswer` where one cannot be read. `aim`: what is then not done, such as `trace 2026-06`. */
export async function publishedAt(
  { book, month, version }: VersionAt,
  aim: string,
): Promise<{ readonly annex: Annex; readonly manifest: Manifest }> {
  const annex = await annexOf(month, version, book).catch(() => undefined);
  const kept = await readManifest(book, month, version);
  if (annex && 'manifest' in kept) return { annex, manifest: kept.manifest };
  throw new CannotAnswer(
    `Cannot ${aim}: expected a disclosure at ${book.location}/${disclosureFolder(month, version)}, got none that can be read`,
  );
}

/** A workplace over the book with the settings that a version was closed with. */
export async function workplaceOf(manifest: Manifest, book: Book, terminal: Terminal): Promise<Workplace> {
  return deskEdges(book, terminal).openWorkplace(await settingsOf(manifest, book), book, manifest.code_version);
}

/** What the engine says of a file that is not as it was written, or not as this version writes it. `verb`: what cannot be done. */
export function explained(
  error: unknown,
  verb: string,
  { month, version, code_version: madeBy }: Manifest,
  book: Book,
): unknown {
  // By its shape: the engine's errors may come from another realm than this module's `Error`.
  const { message } = error as { readonly message?: unknown };
  if (typeof message !== 'string' || error instanceof CannotAnswer || message.startsWith('Cannot ')) return error;
  const [first] = message.split('\n');
  if (madeBy !== CODE_VERSION) {
    return new CannotAnswer(
      `Cannot ${verb} ${month}: expected a book of ${CODE_VERSION}, got one of ${madeBy} (${first}). ${capital(verb)} it with that version, or close the month again`,
    );
  }
  const verifiable = `${book.location}/${disclosureFolder(month, version)}`;
  return new CannotAnswer(
    `Cannot ${verb} ${month}: expected the book as it was closed, got ${first}. To see what changed: joulebook verify ${verifiable}`,
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
