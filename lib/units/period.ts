/** A reporting month, half-open in UTC: `from` belongs to it, `to` does not. */
export interface Period {
  /** `2026-06` */
  readonly month: string;
  /** `2026-06-01T00:00:00Z` */
  readonly from: string;
  /** `2026-07-01T00:00:00Z` */
  readonly to: string;
}

/** Lengths of time in milliseconds: UTC as computers count it knows no leap second. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** No meter, bill or grid figure is older; the calendar of computers takes the years 0 to 99 for 1900 to 1999. */
const FIRST_MONTH = '1970-01';
/** What follows a month by up to a year is still written with four digits, as the calendar of DuckDB and of the book's keys is. */
const LAST_MONTH = '9998-12';

/** Reads `2026-06`; throws a RangeError for anything that is not a calendar month, and for one before 1970 or after 9998. */
export function parsePeriod(month: string): Period {
  if (!MONTH.test(month)) throw new RangeError(`Cannot read a month: expected YYYY-MM such as 2026-06, got "${month}"`);
  if (month < FIRST_MONTH || month > LAST_MONTH)
    throw new RangeError(`Cannot read a month: expected ${FIRST_MONTH} to ${LAST_MONTH}, got "${month}"`);
  return periodFrom(month);
}

function periodFrom(month: string): Period {
  const from = `${month}-01T00:00:00Z`;
  const next = new Date(from);
  next.setUTCMonth(next.getUTCMonth() + 1);
  return { month, from, to: secondsIso(next) };
}

/** The month that an instant in UTC belongs to. */
export function periodOf(instant: string): Period {
  return periodFrom(instant.slice(0, 7));
}

/** The month before. */
export function periodBefore({ from }: Period): Period {
  return periodFrom(secondsIso(new Date(Date.parse(from) - 1000)).slice(0, 7));
}

/** The month's days as `2026-06-01`, in order. */
export function daysOf(period: Period): string[] {
  const days: string[] = [];
  for (let day = new Date(period.from); day < new Date(period.to); day.setUTCDate(day.getUTCDate() + 1)) {
    days.push(day.toISOString().slice(0, 10));
  }
  return days;
}

/** An instant as `2026-06-01T00:00:00Z`: no milliseconds, always UTC. */
export function secondsIso(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`;
}
