import type { CostADay } from './waste.ts';

/** `unknown` is neither: too little is known to say. */
export type AlarmState = 'ok' | 'alarm' | 'unknown';

/** What was found of one alarm and one subject. JSON in the book: null is not zero. */
export interface Verdict {
  readonly alarm: string;
  readonly subject: string | null;
  readonly state: AlarmState;
  /** The newest known value, in the unit of the alarm. */
  readonly value: number | null;
  /** Of the judged points the one that keeps the rule best: it breaks the rule when all do. Null where too few are known. */
  readonly judged_value: number | null;
  readonly limit: number | null;
  /** Since when the rule has been broken without a pause, ISO 8601 UTC; null where it is not. */
  readonly since: string | null;
  readonly cost_a_day: CostADay;
  readonly text: string;
}
