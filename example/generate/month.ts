/** The one month of the example, counted in whole hours and quarter hours from 2026-06-01T00:00:00Z, a Monday. */
export const MONTH = '2026-06';
export const DAYS = 30;
export const HOURS = DAYS * 24;
export const QUARTERS = HOURS * 4;
export const QUARTER_SECONDS = 900;

const START = Date.UTC(2026, 5, 1);
const HOUR_MS = 3_600_000;

/** `2026-06-01T00:00:00Z` for hour 0; fractions of an hour are allowed. */
export function hourIso(hour: number): string {
  return `${new Date(START + hour * HOUR_MS).toISOString().slice(0, 19)}Z`;
}

/** `2026-06-01T00:15:00Z` for quarter 1. */
export function quarterIso(quarter: number): string {
  return hourIso(quarter / 4);
}

/** `2026-06-01 00:00:00`, as SQL and the reports of AWS write it. */
export function hourSql(hour: number): string {
  return hourIso(hour).replace('T', ' ').replace('Z', '');
}

/** The hour at which something happens: day of the month from 1, hour of the day, both UTC. */
export function hourAt(day: number, hourOfDay: number): number {
  return (day - 1) * 24 + hourOfDay;
}

export function dayOfHour(hour: number): number {
  return Math.floor(hour / 24) + 1;
}

export function isWeekend(hour: number): boolean {
  return Math.floor(hour / 24) % 7 >= 5;
}

/** All hours, or all quarters, of the month. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
