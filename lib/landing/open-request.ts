import type { Source } from '../sources/source.ts';
import type { Period } from '../units/period.ts';
import type { Cell } from './warehouse.ts';

/** Options of one source in the settings that its SQL may ask for with getvariable('name'): zone, currency, … */
export type SourceOptions = Readonly<Record<string, Cell>>;

/** A file to be opened, and what its source is told of it. */
export interface OpenRequest {
  readonly source: Source;
  readonly path: string;
  readonly period: Period;
  readonly options: SourceOptions;
  /** Header names of the file by contract column, from the settings: `{ carbon_intensity: avg_CI }`. */
  readonly columnMapping?: Readonly<Record<string, string>>;
  /** Take this shape instead of the first that fits: what the receipt says. */
  readonly shape?: string;
}
