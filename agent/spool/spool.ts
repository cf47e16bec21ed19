import { join } from 'node:path';

import type { BookLine, Books, Dropped } from '../watch.ts';
import type { Kind, SealedBatch } from './batch.ts';
import { bytesInUse, count, countDropped, dropOldest, giveBack, tallyOf } from './room.ts';
import { sealAll } from './seal.ts';
import { type SpoolSettings, spoolFolder } from './settings.ts';
import { type Row, Store, type StoreEdges } from './store.ts';

const FILE = 'spool.db';
const MICROSECONDS_PER_MS = 1000;

export interface SpoolEdges extends StoreEdges {
  readonly hostId: string;
  /** systemd's STATE_DIRECTORY, where there is one. */
  readonly stateDirectory?: string | undefined;
  /** Ids of the sinks that must settle a batch before it goes; with none of them all stay, up to the bound. */
  readonly sinks: readonly string[];
}

/** What lies in the spool, and what no longer does. */
export interface SpoolStats {
  readonly records: number;
  /** Bytes of the disk in use. */
  readonly bytes: number;
  /** When the oldest record was kept that some sink has not got. */
  readonly oldestUnsentAt: Date | undefined;
  readonly dropped: number;
  readonly droppedBytes: number;
  readonly quarantined: number;
  /** Why nothing can be written at the moment. */
  readonly failure: string | undefined;
}

/** What a sink said of a batch for good; `indexes` are the lines that it refused, all where there is no list. */
export type Settlement = 'delivered' | { readonly refused: string; readonly indexes?: readonly number[] | undefined };

/** Records on their way to the sinks, kept on the disk: an append that said `true` outlives the process and a power cut. */
export class Spool implements Books {
  readonly #store: Store;
  readonly #edges: SpoolEdges;
  readonly #maxBytes: number;
  #bootId: string | undefined;
  #sealing: Promise<number> | undefined;
  #counted: { readonly at: number; readonly stats: Omit<SpoolStats, 'failure'> } | undefined;

  /** Opens the spool in its folder. Throws `SpoolTaken` where another agent holds it. */
  constructor(settings: SpoolSettings, edges: SpoolEdges) {
    this.#edges = edges;
    this.#maxBytes = settings.max_bytes;
    this.#store = new Store(join(spoolFolder(settings, edges.stateDirectory), FILE), edges);
    this.#store.whole(() => this.#forgetSettled());
  }

  state(): string | undefined {
    const value = this.#store.get("SELECT value FROM agent WHERE key = 'state'")?.['value'];
    return typeof value === 'string' ? value : undefined;
  }

  /**
   * The number of the next line of this boot, which is the boot of the lines appended from now on. Of a boot that the spool does
   * not know it is the wall clock's microseconds: a spool that was lost gave smaller ones, so no number is given twice.
   */
  nextSeq(bootId: string): number {
    this.#bootId = bootId;
    const known = this.#store.get('SELECT next_seq FROM boot WHERE boot_id = ?', bootId)?.['next_seq'];
    return known === undefined ? this.#edges.now().getTime() * MICROSECONDS_PER_MS : Number(known);
  }

  append(entry: {
    readonly lines: readonly BookLine[];
    readonly state: string;
    readonly dropped?: Dropped | undefined;
  }): boolean {
    const bootId = this.#bootId;
    if (bootId === undefined) throw new Error('Cannot keep records: expected the boot of the host, got none');
    return this.#store.whole(() => {
      this.#keepLines(entry.lines, bootId);
      this.#store.run("INSERT OR REPLACE INTO agent (key, value) VALUES ('state', ?)", entry.state);
      if (entry.dropped && entry.dropped.records > 0) countDropped(this.#store, entry.dropped);
      dropOldest(this.#store, this.#maxBytes);
    });
  }

  /** Cuts all open lines into batches; gives how many. Where the disk has no room the lines stay open. */
  seal(): Promise<number> {
    const { hostId, now } = this.#edges;
    this.#sealing ??= sealAll({ store: this.#store, hostId, now }).finally(() => {
      this.#sealing = undefined;
    });
    return this.#sealing;
  }

  /** When the oldest line was kept that is in no batch yet. */
  oldestOpenAt(): Date | undefined {
    return maybeDate(this.#store.get('SELECT min(kept_at_ms) AS at FROM line'));
  }

  /** The first batch, by age, that this sink has not settled and that is not among `passedOver`. */
  due(sink: string, order: 'oldest' | 'newest', passedOver: Iterable<number> = []): SealedBatch | undefined {
    const row = this.#store.get(
      `SELECT * FROM batch
       WHERE id NOT IN (SELECT batch_id FROM settled WHERE sink = ?) AND id NOT IN (SELECT value FROM json_each(?))
       ORDER BY id ${order === 'oldest' ? 'ASC' : 'DESC'} LIMIT 1`,
      sink,
      JSON.stringify([...passedOver]),
    );
    return row && batchOf(row);
  }

  /** Remembers what a sink said; a batch that every sink has settled goes. `false` where the disk did not take it. */
  settle(batch: SealedBatch, sink: string, settlement: Settlement): boolean {
    const isKept = this.#store.whole(() => {
      const isThere = this.#store.get('SELECT id FROM batch WHERE id = ? AND name = ?', batch.id, batch.name);
      if (!isThere) return;
      const isNew = this.#store.run('INSERT OR IGNORE INTO settled VALUES (?, ?)', batch.id, sink) > 0;
      if (isNew && settlement !== 'delivered') this.#quarantine(batch, sink, settlement);
      this.#forgetSettled();
    });
    if (isKept) giveBack(this.#store);
    return isKept;
  }

  /** Counted where something was written since it was last asked: the page asks each second, and little is written. */
  stats(): SpoolStats {
    const at = this.#store.changes;
    if (this.#counted?.at !== at) this.#counted = { at, stats: this.#count() };
    return { ...this.#counted.stats, failure: this.#store.failure };
  }

  close(): void {
    this.#store.close();
  }

  #count(): Omit<SpoolStats, 'failure'> {
    const lines = this.#store.get('SELECT count(*) AS records, min(kept_at_ms) AS at FROM line');
    const batches = this.#store.get('SELECT sum(records) AS records, min(kept_at_ms) AS at FROM batch');
    const [oldest] = [maybeDate(lines), maybeDate(batches)]
      .filter((at) => at !== undefined)
      .sort((a, b) => a.getTime() - b.getTime());
    return {
      records: Number(lines?.['records'] ?? 0) + Number(batches?.['records'] ?? 0),
      bytes: bytesInUse(this.#store),
      oldestUnsentAt: oldest,
      dropped: tallyOf(this.#store, 'dropped_records'),
      droppedBytes: tallyOf(this.#store, 'dropped_bytes'),
      quarantined: tallyOf(this.#store, 'quarantined_records'),
    };
  }

  #keepLines(lines: readonly BookLine[], bootId: string): void {
    const keptAtMs = this.#edges.now().getTime();
    this.#store.runEach(
      'INSERT INTO line (kind, boot_id, seq, kept_at_ms, text) VALUES (?, ?, ?, ?, ?)',
      lines.map(({ kind, seq, text }) => [kind, bootId, seq, keptAtMs, text]),
    );
    this.#store.runEach(
      `INSERT INTO boot (boot_id, next_seq) VALUES (?, ?)
       ON CONFLICT (boot_id) DO UPDATE SET next_seq = max(next_seq, excluded.next_seq)`,
      lines.slice(-1).map(({ seq }) => [bootId, seq + 1]),
    );
  }

  #quarantine(batch: SealedBatch, sink: string, { refused, indexes }: Exclude<Settlement, 'delivered'>): void {
    const records = indexes?.length ?? batch.records;
    this.#store.run(
      `INSERT INTO quarantine (sink, name, reason, refused_at_ms, records, lines, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      sink,
      batch.name,
      refused,
      this.#edges.now().getTime(),
      records,
      indexes ? JSON.stringify(indexes) : null,
      batch.bytes,
    );
    count(this.#store, 'quarantined_records', records);
  }

  /** Batches that every sink of today has settled, and what was remembered of batches that are gone. */
  #forgetSettled(): void {
    const { sinks } = this.#edges;
    if (sinks.length === 0) return;
    this.#store.run(
      `DELETE FROM batch WHERE id IN (
         SELECT batch_id FROM settled WHERE sink IN (SELECT value FROM json_each(?)) GROUP BY batch_id HAVING count(*) = ?
       )`,
      JSON.stringify(sinks),
      sinks.length,
    );
    this.#store.run('DELETE FROM settled WHERE batch_id NOT IN (SELECT id FROM batch)');
  }
}

function batchOf(row: Row): SealedBatch {
  return {
    id: Number(row['id']),
    kind: row['kind'] as Kind,
    name: String(row['name']),
    firstSeq: Number(row['first_seq']),
    lastSeq: Number(row['last_seq']),
    records: Number(row['records']),
    sealedAt: new Date(Number(row['sealed_at_ms'])),
    bytes: row['bytes'] as Uint8Array,
  };
}

function maybeDate(row: Row | undefined): Date | undefined {
  const at = row?.['at'];
  return typeof at === 'number' ? new Date(at) : undefined;
}
