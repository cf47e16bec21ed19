import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../../lib/landing/message.ts';

/** Layout of the file; an unknown one is set aside like a broken one. */
const LAYOUT = 1;
/** The log goes back to this size once it is written into the file; meanwhile its room serves when the disk is full. */
const LOG_BYTES = 4 * 1024 ** 2;
/** Of pages in memory: SQLite takes four times as much unless it is told. Lines are written once and read once. */
const CACHE_KIB = 512;

/**
 * Full forces every commit to the disk (https://www.sqlite.org/pragma.html#pragma_synchronous). The exclusive lock is the
 * kernel's own: it is there as long as the process is, and no longer. It comes before all else, so that the index of the log lies in
 * memory and needs no room of the disk.
 */
const LOCK = 'PRAGMA locking_mode = EXCLUSIVE';
const PRAGMAS = `
  PRAGMA cache_size = -${CACHE_KIB};
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = ${LOG_BYTES};
`;

const BEFORE_TABLES = 'PRAGMA auto_vacuum = INCREMENTAL';
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS agent (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tally (key TEXT PRIMARY KEY, amount INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS boot (boot_id TEXT PRIMARY KEY, next_seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS line (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, boot_id TEXT NOT NULL, seq INTEGER NOT NULL,
    kept_at_ms INTEGER NOT NULL, text TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL, records INTEGER NOT NULL, kept_at_ms INTEGER NOT NULL, sealed_at_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS settled (
    batch_id INTEGER NOT NULL, sink TEXT NOT NULL, PRIMARY KEY (batch_id, sink)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL,
    refused_at_ms INTEGER NOT NULL, records INTEGER NOT NULL, lines TEXT, bytes BLOB NOT NULL
  ) STRICT;
`;

/** Another agent of this host holds the spool: the one that came second goes. */
class SpoolTaken extends Error {
  override readonly name = 'SpoolTaken';
}

/**
 * Opens the database at `path`, or a new one where there is none, or where the one that is there is broken: that one is
 * renamed to `<name>.corrupt-<time>` and told. Throws `SpoolTaken` where another process holds it.
 */
export function openDatabase(path: string, { now, tell }: { now: () => Date; tell(line: string): void }): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    return opened(path);
  } catch (error) {
    if (isTaken(error))
      throw new SpoolTaken(`Cannot open the spool ${path}: expected no other agent on it, got one that holds it`);
    if (!isCorrupt(error)) throw new Error(`Cannot open the spool ${path}: ${messageOf(error)}`, { cause: error });
    tell(`the spool ${path} is broken (${messageOf(error)}) and set aside as ${setAside(path, now())}`);
    return opened(path);
  }
}

/** Renames a broken database and what belongs to it; gives its new name. */
export function setAside(path: string, at: Date): string {
  const stamp = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const aside = `${path}.corrupt-${stamp}`;
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
  return aside;
}

/** Whether SQLite says that the disk has no room, or cannot be written for another reason that may pass. */
export function isUnwritable(error: unknown): boolean {
  return UNWRITABLE.has(primaryCode(error));
}

/** Whether SQLite says that the file is no database or a broken one. */
export function isCorrupt(error: unknown): boolean {
  return CORRUPT.has(primaryCode(error));
}

/** Result codes of SQLite (https://www.sqlite.org/rescode.html); an extended code has the primary one in its last byte. */
const TAKEN = new Set([5, 6]);
const UNWRITABLE = new Set([8, 10, 13, 14]);
const CORRUPT = new Set([11, 26]);

function isTaken(error: unknown): boolean {
  return TAKEN.has(primaryCode(error));
}

function primaryCode(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return 0;
  return Number(error.errcode) & 0xff;
}

function opened(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec(LOCK);
    if (layoutOf(database) === 0) database.exec(BEFORE_TABLES);
    database.exec(PRAGMAS);
    // The lock is taken by the first transaction that writes.
    database.exec('BEGIN EXCLUSIVE');
    checkLayout(database);
    // A disk without room takes nothing, and a spool that is there must open all the same.
    if (layoutOf(database) === 0) database.exec(`${SCHEMA}; PRAGMA user_version = ${LAYOUT}`);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Reads the whole file once: a page that is broken is found now and not in the middle of a delivery. */
function checkLayout(database: DatabaseSync): void {
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw new BrokenSpool(`quick_check says ${found}`);
  const layout = layoutOf(database);
  if (layout !== 0 && layout !== LAYOUT) throw new BrokenSpool(`layout ${layout}, expected ${LAYOUT}`);
}

function layoutOf(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA user_version').get()?.['user_version'];
}

class BrokenSpool extends Error {
  override readonly name = 'BrokenSpool';
  /** SQLITE_CORRUPT: handled as what SQLite finds itself. */
  readonly errcode = 11;
}
