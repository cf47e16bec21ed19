import type { Book } from '../landing/book.ts';
import type { Origin } from '../landing/origin.ts';
import type { PutTogether } from '../landing/pack.ts';
import type { Warehouse } from '../landing/warehouse.ts';
import type { Settings } from '../settings/settings.ts';
import type { Outlets } from './outlets.ts';

/** What every stage is handed: the edges that it may act on. Made by `lib/adapters/workplace.ts`, in a Lambda as on a laptop. */
export interface Workplace {
  readonly settings: Settings;
  readonly book: Book;
  /** A warehouse of its own for each call: one thread, bounded memory, so that bytes do not depend on the machine. */
  openWarehouse(): Promise<Warehouse>;
  /** Where a source's files come from; a live source is asked for the run's month, as far as its moment. */
  openOrigin(sourceId: string, run: MonthRun): Origin;
  /** Why a live source cannot be asked: no secret, no way to its hosts. Undefined where it can. Makes no call that has a price. */
  whyNotAsked(sourceId: string): Promise<string | undefined>;
  /** Puts fetched files together into one, byte after byte. */
  readonly putTogether: PutTogether;
  /** SHA-256 of bytes, in hexadecimal. */
  fingerprint(bytes: Uint8Array): string;
  readonly renderers: Renderers;
  readonly codeVersion: string;
  /** Absent on a laptop: there a run writes into the book and tells nobody. */
  readonly outlets?: Outlets;
}

/** The renderers that need packages; the core composes what they are given. */
export interface Renderers {
  /** Compiles a Typst document with the given files beside it into a PDF; the same input gives the same bytes. */
  pdf(main: string, files: Readonly<Record<string, Uint8Array>>, publishedAt: string): Promise<Uint8Array>;
  /** Renders a Vega-Lite specification as SVG text; the same input gives the same text. */
  chart(specification: unknown): Promise<string>;
}

/** The month and the moment that a run stands for: every stage's input has them. */
export interface MonthRun {
  /** `2026-06` */
  readonly month: string;
  /** ISO 8601 UTC: receipts fetched later are left out; new ones carry this time. */
  readonly as_of: string;
}

/** One worker's part, listed by `plan`; `shard` names a plan file in the book or a day. */
export interface Shard extends MonthRun {
  readonly shard: string;
}

/** A source to be collected. */
export interface Collection extends MonthRun {
  readonly source_id: string;
}

/** Small enough for a state machine: counts and keys, never rows. */
export interface CollectReport {
  readonly source_id: string;
  readonly landed: number;
  readonly present: number;
  readonly rejected: number;
  readonly remarks: readonly string[];
}

/** How many files of facts were made, and of how many rows. */
export interface FactsReport {
  readonly files: number;
  readonly rows: number;
}

/** How many lines the ledger got. */
export interface SettleReport {
  readonly rows: number;
}

/** How many figures were computed. */
export interface KpiReport {
  readonly figures: number;
}

/** Which version stands, and where. */
export interface DisclosureReport extends MonthRun {
  readonly version: number;
  readonly folder: string;
  readonly status: string;
  /** False where the latest version already says the same. */
  readonly is_new: boolean;
  /** The moment that the version stands for; earlier than `as_of` where nothing was new since. */
  readonly since?: string;
}

/** How many alarms are raised, unknown and fine, and of how many people were told. */
export interface AlarmsReport {
  readonly raised: number;
  readonly unknown: number;
  readonly fine: number;
  readonly told: number;
}

/** Receivers by what became of their letter: sent now, sent before, perhaps sent by a run that was killed, refused. */
export interface DistributionReport {
  readonly sent: number;
  readonly before: number;
  readonly doubtful: number;
  readonly refused: number;
}
