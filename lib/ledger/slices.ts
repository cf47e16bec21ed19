import { daysOf, HOUR_MS, type Period } from '../units/period.ts';

/** Days or hours in a row that are settled together and lie in one file of the ledger. */
export interface Slice {
  /** First day, `2026-06-01`, or first hour, `2026-06-01T06`: the slice's name. */
  readonly from: string;
  /** The day or hour after the last. */
  readonly to: string;
}

/** Rows that one slice may have: enough to make its fixed costs small, few enough for a gigabyte. */
const ROWS_PER_SLICE = 1_000_000;
/** A month of so many rows is cut for several workers even where it would fit one slice. */
const WORTH_SHARING = { rows: 250_000, slices: 4 } as const;
const HOURS_PER_DAY = 24;
/** Hours of a slice where a day has too many rows: no slice lies in two days. */
const HOURS = [12, 8, 6, 4, 3, 2, 1] as const;

/**
 * Cuts a month into slices by how many rows landed for it: a small month is one slice, ten million rows are ten, and from some thirty
 * million on a day is cut into hours, down to one. The cut depends on the receipts alone, never on the machine or the number of workers, so
 * the files are the same everywhere.
 */
export function slicesOf(period: Period, rows: number): Slice[] {
  const days = daysOf(period);
  const slices = Math.max(Math.ceil(rows / ROWS_PER_SLICE), rows < WORTH_SHARING.rows ? 1 : WORTH_SHARING.slices);
  const daysPerSlice = Math.floor(days.length / slices);
  const starts =
    daysPerSlice >= 1
      ? days.filter((_, index) => index % daysPerSlice === 0)
      : hoursOf(days, (days.length * HOURS_PER_DAY) / slices);
  return starts.map((from, index) => ({ from, to: starts[index + 1] ?? period.to.slice(0, 10) }));
}

/** First hours of slices of at most so many hours, `2026-06-01T06`. */
function hoursOf(days: readonly string[], most: number): string[] {
  const step = HOURS.find((hours) => hours <= most) ?? 1;
  const firsts = Array.from({ length: HOURS_PER_DAY / step }, (_, index) => String(index * step).padStart(2, '0'));
  return days.flatMap((day) => firsts.map((hour) => `${day}T${hour}`));
}

/** `2026-06-01` or `2026-06-01T06` as an instant, ISO 8601 UTC. */
export function instantOf(name: string): string {
  const [day = '', hour = '00'] = name.split('T');
  return `${day}T${hour}:00:00Z`;
}

/** The time that the rows of a landed file speak of, as its receipt has it: ISO 8601 UTC, to the second. */
interface Span {
  readonly first_event: string | null;
  readonly last_event: string | null;
  readonly last_end?: string | null;
}

/**
 * Whether a bill may hold charges of these slices: begun in one of them, or before and reaching in. One that does not say when
 * its rows end may; a row without an end of its own lasts an hour.
 */
export function mayReachInto({ first_event, last_event, last_end }: Span, slices: readonly Slice[]): boolean {
  if (first_event === null || last_event === null || last_end === undefined) return true;
  const end = Math.max(Date.parse(last_event) + HOUR_MS, last_end === null ? 0 : Date.parse(last_end));
  return slices.some(
    ({ from, to }) => Date.parse(first_event) < Date.parse(instantOf(to)) && !(end < Date.parse(instantOf(from))),
  );
}
