import type { Period } from '../units/period.ts';

/** The providers publish a month's carbon by the 21st of the next month (docs/sources.md): before that nothing is closed. */
const CLOSING_DAY = 22;

/** The day, in UTC, from which on a month may be closed: `2026-07-22` for June 2026. */
export function closingDayOf({ to }: Period): string {
  return `${to.slice(0, 8)}${CLOSING_DAY}`;
}
