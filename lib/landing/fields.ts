import { RejectedPayload } from './origin.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

/** A JSON object on its way in: nothing is known of its values yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object that stands there. Each of these throws `RejectedPayload` with the place, what was found and what was expected. */
export function objectAt(value: unknown, at: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  return reject(at, value, 'an object');
}

/** The list of this name. */
export function listAt(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  return Array.isArray(value) ? value : reject(name, value, 'a list');
}

/** The text of this name, which is not empty; `at` is where the object itself stands. */
export function textAt(fields: Fields, name: string, at?: string): string {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : reject(path(name, at), value, 'a text');
}

/** The text of this name, or null where null stands. */
export function maybeTextAt(fields: Fields, name: string, at?: string): string | null {
  return fields[name] === null ? null : textAt(fields, name, at);
}

/** The instant of this name in ISO 8601, UTC, to the microsecond at most. */
export function instantAt(fields: Fields, name: string): string {
  const value = fields[name];
  const isInstant = typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
  return isInstant ? value : reject(name, value, 'an instant such as 2026-06-01T00:00:00Z');
}

/** The number of this name that is at least 0 and fits. */
export function numberAt(fields: Fields, name: string, fits: (value: number) => boolean, expected: string): number {
  const value = fields[name];
  return typeof value === 'number' && fits(value) && value >= 0 ? value : reject(name, value, expected);
}

/** The one of these words that this name has. */
export function wordAt<Word extends string>(fields: Fields, name: string, words: readonly Word[]): Word {
  const value = fields[name];
  return words.find((word) => word === value) ?? reject(name, value, words.join(', '));
}

/** A place by its name and by where its object stands: `shares[0].energy_joules`. */
export function path(name: string, at?: string): string {
  return at ? `${at}.${name}` : name;
}

/** The rejection of what was found in a place: eighty characters of it. */
export function rejection(column: string, found: unknown, expected: string): RejectedPayload {
  const text = typeof found === 'string' ? found : (JSON.stringify(found ?? undefined) ?? 'nothing');
  return new RejectedPayload({ column, found: text.slice(0, 80), expected });
}

/** Throws the rejection. */
export function reject(column: string, found: unknown, expected: string): never {
  throw rejection(column, found, expected);
}
