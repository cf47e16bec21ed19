import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { messageOf } from '../landing/message.ts';
import { InvalidSettings, readSettings, type Settings } from '../settings/settings.ts';
import { foundOf } from './system-error.ts';
import { valueIn } from './yaml-text.ts';

/** The settings and where they were read. */
export interface SettingsFile {
  readonly settings: Settings;
  /** The folder that relative paths in the settings start from. */
  readonly base: string;
  /** The file as it was read: a pipe can be read once alone. */
  readonly bytes: Uint8Array;
}

/** Reads the settings file. Throws `InvalidSettings` in words for whoever wrote it: file, line or path, value, what is allowed. */
export async function openSettings(path: string): Promise<SettingsFile> {
  const bytes = await bytesOf(path);
  return { settings: readSettings(parsed(decoded(bytes, path), path), path), base: dirname(resolve(path)), bytes };
}

/** A hundred thousand hosts fit twice. A device or a pipe may have no end, so it is read no further than this. */
const LARGEST_MIB = 8;

async function bytesOf(path: string): Promise<Uint8Array> {
  const bytes = await buffer(createReadStream(path, { end: LARGEST_MIB * 1024 ** 2 })).catch((error: unknown) => {
    throw new InvalidSettings(`Cannot read the settings ${path}: expected a readable YAML file, got ${foundOf(error)}`);
  });
  if (bytes.length <= LARGEST_MIB * 1024 ** 2) return bytes;
  throw new InvalidSettings(
    `Cannot read the settings ${path}: expected a YAML file of at most ${LARGEST_MIB} MiB, got more`,
  );
}

/** A letter that is no UTF-8 would stand as another in every name: the organisation's on the cover, a project's in a rule. */
function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidSettings(`Cannot read the settings ${path}: expected text in UTF-8, got another encoding`);
  }
}

function parsed(text: string, path: string): unknown {
  try {
    return valueIn(text);
  } catch (error) {
    throw new InvalidSettings(`Cannot read the settings ${path}: ${messageOf(error)}`);
  }
}
