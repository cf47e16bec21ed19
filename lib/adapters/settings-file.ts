import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { parseDocument } from 'yaml';

import { InvalidSettings, readSettings, type Settings } from '../settings/settings.ts';

export interface SettingsFile {
  readonly settings: Settings;
  /** The folder that relative paths in the settings start from. */
  readonly base: string;
}

/** Reads the settings file. Throws `InvalidSettings` in words for whoever wrote it: file, line or path, value, what is allowed. */
export async function openSettings(path: string): Promise<SettingsFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InvalidSettings(
      `Cannot read the settings ${path}: expected a readable YAML file, got ${error.code ?? error.message}`,
    );
  });
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault) throw new InvalidSettings(`Cannot read the settings ${path}: ${fault.message.split('\n')[0]}`);
  return { settings: readSettings(document.toJS(), path), base: dirname(resolve(path)) };
}
