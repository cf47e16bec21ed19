import type { Source } from '../sources/source.ts';
import type { Period } from '../units/period.ts';
import type { Book } from './book.ts';
import type { SourceOptions } from './open-request.ts';
import type { Offer, Origin } from './origin.ts';
import type { PackLimits, PutTogether } from './pack.ts';
import type { Receipt } from './receipt.ts';
import type { Warehouse } from './warehouse.ts';

/** One source of the settings for one month. */
export interface CollectRequest {
  readonly sourceId: string;
  readonly source: Source;
  readonly period: Period;
  readonly asOf: string;
  readonly options: SourceOptions;
  readonly columnMapping?: Readonly<Record<string, string>>;
  /** How files are put together; as usual where nothing is said. */
  readonly pack?: PackLimits;
}

/** What landing acts on. */
export interface Edges {
  readonly book: Book;
  readonly origin: Origin;
  readonly warehouse: Warehouse;
  /** Opens another one, so that two files are checked at a time; without it, one. */
  readonly openWarehouse?: () => Promise<Warehouse>;
  /** Puts files together before they land; without it, each lands by itself. */
  readonly putTogether?: PutTogether;
}

/** A file whose bytes landed under another name. */
export interface Copy {
  readonly origin: string;
  readonly of: Receipt;
}

/** What became of one file. */
export type Fate = {
  readonly outcome: 'landed' | 'present' | 'rejected' | 'passed over' | 'noted';
  readonly remarks?: readonly string[];
  /** The bytes stand in the book under another name. */
  readonly copy?: Copy;
  /** What a file of other months holds, in a sentence. */
  readonly elsewhere?: string;
};

/** An offer, and whether a manifest names it: then it counts under this name and no other, and where that is the manifest of a month, in no other. */
export type Named = Offer & { readonly isNamed?: boolean; readonly isOfMonth?: boolean };
