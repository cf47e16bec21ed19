import { type Book, jsonBytes, readText } from '../landing/book.ts';
import { landedKey, type Receipt, receiptKey } from '../landing/receipt.ts';
import { readSettingsAsKept, type Settings } from '../settings/settings.ts';
import type { Period } from '../units/period.ts';
import type { Workplace } from './stage.ts';

/** Source id under which the settings themselves land: they are an input like any other. */
export const SETTINGS_SOURCE = 'settings';

/** Lands the settings that a month is closed with, so that `verify` can recompute it from the book alone. */
export async function keepSettings(
  period: Period,
  asOf: string,
  { settings, book, fingerprint }: Workplace,
): Promise<void> {
  const bytes = settingsBytes(settings);
  const receipt: Receipt = {
    source_id: SETTINGS_SOURCE,
    kind: SETTINGS_SOURCE,
    period: period.month,
    origin: SETTINGS_SOURCE,
    fetched_at: asOf,
    bytes: bytes.length,
    sha256: fingerprint(bytes),
    extension: 'json',
    provider_version: null,
    contract: { shape: SETTINGS_SOURCE, rows: 1, rows_rejected: 0, first_event: null, last_event: null },
  };
  await book.putIfAbsent(landedKey(receipt), bytes);
  await book.putIfAbsent(receiptKey(receipt), jsonBytes(receipt));
}

/** Where the book and the files lie shapes no figure: the kept settings are the same on a laptop and in the cloud. */
function settingsBytes({ book: _book, sources, ...all }: Settings): Uint8Array {
  // Nor does who hears of it: a new reader restates no month, and addresses of people are no evidence.
  const { alarms: _alarms, distribute: _distribute, ...settings } = all;
  const kept = sources.map(({ live: _live, ...source }) => ({ ...source, path: source.id }));
  return jsonBytes({ ...settings, book: '.', sources: kept });
}

/** The settings with the given hash. Throws where the book does not hold them. */
export async function readKeptSettings(book: Book, month: string, sha256: string): Promise<Settings> {
  const key = landedKey({ source_id: SETTINGS_SOURCE, period: month, sha256, extension: 'json' });
  const text = await readText(book, key);
  if (!text) throw new Error(`Cannot recompute ${month}: expected the settings ${key} in the book, found none`);
  return readSettingsAsKept(JSON.parse(text), key);
}

/** The hash under which these settings land. */
export function settingsFingerprint({ settings, fingerprint }: Workplace): string {
  return fingerprint(settingsBytes(settings));
}
