import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

import { messageOf } from '../../lib/landing/message.ts';
import { isCorrupt, isUnwritable, openDatabase, setAside } from './database.ts';

export type Row = Readonly<Record<string, SQLOutputValue>>;

export interface StoreEdges {
  readonly now: () => Date;
  tell(line: string): void;
}

/** One database with whole-or-nothing writes: a disk that is full is told once and not thrown, a file that breaks is begun anew. */
export class Store {
  readonly #path: string;
  readonly #edges: StoreEdges;
  #database: DatabaseSync;
  #failure: string | undefined;
  #changes = 0;
  readonly #statements = new Map<string, StatementSync>();

  /** Throws `SpoolTaken` where another process holds the file. */
  constructor(path: string, edges: StoreEdges) {
    this.#path = path;
    this.#edges = edges;
    this.#database = openDatabase(path, edges);
  }

  /** Why the last write did not happen; `undefined` where it did. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Counts what may have changed something: what was asked before is still true while it stands. */
  get changes(): number {
    return this.#changes;
  }

  get(sql: string, ...bound: SQLInputValue[]): Row | undefined {
    return this.#mended(() => this.#prepared(sql).get(...bound));
  }

  all(sql: string, ...bound: SQLInputValue[]): Row[] {
    return this.#mended(() => this.#prepared(sql).all(...bound));
  }

  /** Runs one statement; gives how many rows it changed. */
  run(sql: string, ...bound: SQLInputValue[]): number {
    this.#changes += 1;
    return Number(this.#prepared(sql).run(...bound).changes);
  }

  /** Runs one statement for each row of values. */
  runEach(sql: string, rows: readonly (readonly SQLInputValue[])[]): void {
    this.#changes += 1;
    const statement = this.#prepared(sql);
    for (const row of rows) statement.run(...row);
  }

  /**
   * Everything that `act` writes, or nothing of it: `false` where the disk did not take it, or where `act` says `false` itself.
   * Where the file turns out to be broken, `act` runs once more in a new one.
   */
  whole(act: () => unknown): boolean {
    try {
      const isDone = this.#mended(() => this.#transaction(act));
      this.#saysFailure(undefined);
      return isDone;
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      this.#saysFailure(messageOf(error));
      return false;
    }
  }

  close(): void {
    this.#database.close();
  }

  /** Each statement is prepared once: its memory is SQLite's own, and the collector would not hurry to give it back. */
  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #transaction(act: () => unknown): boolean {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const isWanted = act() !== false;
      this.#database.exec(isWanted ? 'COMMIT' : 'ROLLBACK');
      return isWanted;
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #mended<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      this.#beginAnew(messageOf(error));
      return act();
    }
  }

  #beginAnew(reason: string): void {
    this.#changes += 1;
    this.#statements.clear();
    this.#database.close();
    const aside = setAside(this.#path, this.#edges.now());
    this.#edges.tell(`the spool ${this.#path} is broken (${reason}) and set aside as ${aside}`);
    this.#database = openDatabase(this.#path, this.#edges);
  }

  #saysFailure(failure: string | undefined): void {
    if (failure !== undefined && this.#failure === undefined)
      this.#edges.tell(`the spool ${this.#path} cannot be written (${failure}): records wait in memory`);
    if (failure === undefined && this.#failure !== undefined)
      this.#edges.tell(`the spool ${this.#path} can be written again`);
    this.#failure = failure;
  }
}
