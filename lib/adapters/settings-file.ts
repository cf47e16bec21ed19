import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { parseDocument } from 'yaml';

import { InvalidSettings, readSettings, type Settings } from '../settings/settings.ts';

/** The settings and where they were read. */
export interface SettingsFile {
  readonly settings: Settings;
  /** The folder that relative paths in the settings start from. */
  readonly base: string;
}

/** Reads the settings file. Throws `InvalidSettings` in words for whoever wrote it: file, line or path, value, what is allowed. */
export async function openSettings(path: string): Promise<SettingsFile> {
  const bytes = await bytesOf(path);
  return { settings: readSettings(parsed(decoded(bytes, path), path), path), base: dirname(resolve(path)) };
}

/** A hundred thousand hosts fit twice. A device or a pipe may have no end, so it is read no further than this. */
const LARGEST_MIB = 8;

async function bytesOf(path: string): Promise<Uint8Array> {
  const bytes = await buffer(createReadStream(path, { end: LARGEST_MIB * 1024 ** 2 })).catch(
    (error: NodeJS.ErrnoException) => {
      const found = FOUND[error.code ?? ''] ?? error.code ?? error.message;
      throw new InvalidSettings(`Cannot read the settings ${path}: expected a readable YAML file, got ${found}`);
    },
  );
  if (bytes.length <= LARGEST_MIB * 1024 ** 2) return bytes;
  throw new InvalidSettings(
    `Cannot read the settings ${path}: expected a YAML file of at most ${LARGEST_MIB} MiB, got more`,
  );
}

const FOUND: Readonly<Record<string, string>> = { EISDIR: 'a folder', ENOENT: 'nothing there' };

/** A letter that is no UTF-8 would stand as another in every name: the organisation's on the cover, a project's in a rule. */
function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidSettings(`Cannot read the settings ${path}: expected text in UTF-8, got another encoding`);
  }
}

/** The document as plain values. Anchors are followed, but not without end: a small file must not become a large one. */
function parsed(text: string, path: string): unknown {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault) throw new InvalidSettings(`Cannot read the settings ${path}: ${inWords(fault)}`);
  try {
    const value: unknown = document.toJS();
    // Nobody can write down what holds itself, not even in the complaint.
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw new InvalidSettings(`Cannot read the settings ${path}: ${inWords(error)}`);
  }
}

/** What the parser says to programmers, to whoever wrote the file. */
const PARSER_WORDS: readonly { readonly said: RegExp; readonly words: string }[] = [
  {
    said: /Excessive alias count/,
    words: 'expected fewer aliases of anchors (*name), they repeat one another too often',
  },
  {
    said: /Converting circular structure.*/,
    words: 'expected no alias (*name) within what its anchor (&name) stands for',
  },
  { said: /Maximum call stack size exceeded/, words: 'expected lists and maps less deep in one another' },
  { said: /multiple documents; [^;]*parseAllDocuments\(\)/, words: 'multiple documents, expected one' },
];

function inWords(fault: unknown): string {
  const [first = ''] = (fault instanceof Error ? fault.message : String(fault)).split('\n');
  return PARSER_WORDS.reduce((text, { said, words }) => text.replace(said, words), first).replace(/:$/, '');
}
