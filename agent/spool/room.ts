import type { Dropped } from '../watch.ts';
import { isUnwritable } from './database.ts';
import type { Store } from './store.ts';

/** Lines that go at once where no batch is left to go. */
const DROPPED_LINES = 100;
/** Freed pages that go back to the disk after a delivery: few, so that no tick waits for them. */
const FREED_PAGES = 64;

/** What the spool counts for as long as it lives. */
export type Tally = 'dropped_records' | 'dropped_bytes' | 'quarantined_records';

/** How much was counted so far. */
export function tallyOf(store: Store, key: Tally): number {
  return Number(store.get('SELECT amount FROM tally WHERE key = ?', key)?.['amount'] ?? 0);
}

/** Adds to what was counted. */
export function count(store: Store, key: Tally, amount: number): void {
  store.run(
    'INSERT INTO tally (key, amount) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET amount = amount + excluded.amount',
    key,
    amount,
  );
}

/** Bytes of the database that hold something; pages that were freed are used again. */
export function bytesInUse(store: Store): number {
  return (pragma(store, 'page_count') - pragma(store, 'freelist_count')) * pragma(store, 'page_size');
}

/**
 * Gives freed pages back to the disk where they are most of the file, as after an outage. Each is moved by way of the log, whose room
 * is all that records have while the disk is full: then none is.
 */
export function giveBack(store: Store): void {
  if (2 * pragma(store, 'freelist_count') <= pragma(store, 'page_count')) return;
  try {
    // Each step of the statement frees one page: `get` would take but one.
    store.all(`PRAGMA incremental_vacuum(${FREED_PAGES})`);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
}

function pragma(store: Store, name: 'page_count' | 'freelist_count' | 'page_size'): number {
  return Number(store.get(`PRAGMA ${name}`)?.[name] ?? 0);
}

/**
 * Drops the oldest until the spool is within its bound, and counts what no sink will get: first what was refused, then batches,
 * then lines.
 */
export function dropOldest(store: Store, maxBytes: number): void {
  while (bytesInUse(store) > maxBytes) {
    if (!dropRefused(store) && !dropBatch(store) && !dropLines(store)) return;
  }
}

/** What a sink refused was counted when it was. */
function dropRefused(store: Store): boolean {
  return store.run('DELETE FROM quarantine WHERE id = (SELECT min(id) FROM quarantine)') > 0;
}

function dropBatch(store: Store): boolean {
  const batch = store.get('SELECT id, records, length(bytes) AS bytes FROM batch ORDER BY id LIMIT 1');
  if (!batch) return false;
  store.run('DELETE FROM batch WHERE id = ?', Number(batch['id']));
  store.run('DELETE FROM settled WHERE batch_id = ?', Number(batch['id']));
  countDropped(store, { records: Number(batch['records']), bytes: Number(batch['bytes']) });
  return true;
}

function dropLines(store: Store): boolean {
  const oldest = `SELECT id FROM line ORDER BY id LIMIT ${DROPPED_LINES}`;
  const sum = store.get(
    `SELECT count(*) AS records, sum(octet_length(text)) AS bytes FROM line WHERE id IN (${oldest})`,
  );
  const records = Number(sum?.['records'] ?? 0);
  if (records === 0) return false;
  store.run(`DELETE FROM line WHERE id IN (${oldest})`);
  countDropped(store, { records, bytes: Number(sum?.['bytes'] ?? 0) });
  return true;
}

/** What no sink will get. */
export function countDropped(store: Store, { records, bytes }: Dropped): void {
  count(store, 'dropped_records', records);
  count(store, 'dropped_bytes', bytes);
}
