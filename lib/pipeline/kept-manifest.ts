import { z } from 'zod';

import type { Book } from '../landing/book.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { disclosureFolder } from './write-disclosure.ts';

const FOLDERS = ['landing', 'quarantine', 'facts', 'ledger', 'sums', 'kpis'];
const path = z.string().refine(isKey, 'expected names between /, without a step up');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal');
const count = z.number().int().min(0);
const output = z.strictObject({ path, sha256, bytes: count });
const bookEntry = output.refine((entry) => FOLDERS.includes(entry.path.split('/')[0] ?? ''), {
  path: ['path'],
  error: `expected a path below ${FOLDERS.join(', ')}`,
});

const manifestSchema = z.strictObject({
  schema_version: z.literal('1'),
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'expected a month such as 2026-06'),
  version: count.min(1),
  as_of: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'expected a time such as 2026-07-22T06:00:00Z'),
  code_version: z.string().min(1),
  book_manifest_sha256: sha256,
  book: z.array(bookEntry),
  outputs: z.array(output),
});

/** A manifest as it stands in a book, or what is wrong with it. */
export type KeptManifest =
  | { readonly manifest: Manifest; readonly bytes: Uint8Array }
  | { readonly fault: { readonly expected: string; readonly found: string } };

/** Reads the manifest of a version. Nothing is trusted: a changed byte may have left anything behind. */
export async function readManifest(book: Book, month: string, version: number): Promise<KeptManifest> {
  const bytes = await book.read(`${disclosureFolder(month, version)}manifest.json`);
  if (!bytes) return { fault: { expected: 'a manifest, which is written last', found: 'nothing' } };
  const parsed = manifestSchema.safeParse(maybeJson(bytes));
  if (parsed.success) return { manifest: parsed.data, bytes };
  const [issue] = parsed.error.issues;
  return {
    fault: { expected: 'a well-formed manifest', found: `${issue?.path.join('.') || 'the file'}: ${issue?.message}` },
  };
}

/** Landed bytes, receipts and quarantine reasons: what came from outside, from which everything else is made. */
export function isEvidence({ path: key }: Pick<ManifestEntry, 'path'>): boolean {
  return key.startsWith('landing/') || key.startsWith('quarantine/');
}

/** Bytes as JSON; undefined where they are none. */
export function maybeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isKey(text: string): boolean {
  return (
    !/[\\\p{Cc}]/u.test(text) && text.isWellFormed() && text.split('/').every((name) => !['', '.', '..'].includes(name))
  );
}
