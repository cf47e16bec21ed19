import type { Annex } from '../annex.ts';

/** A way in which a report could mislead, and how to see it in the annex alone. */
export interface LintRule {
  /** As in the catalogue of misleading patterns: `L1`. */
  readonly id: string;
  /** The misleading pattern, in words. */
  readonly pattern: string;
  /** One sentence a case: what is wrong, with the figure's key, and what was expected. Empty where nothing is. */
  readonly check: (annex: Annex) => readonly string[];
}
