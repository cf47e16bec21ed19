import { daysOf, type Period } from '../units/period.ts';

/** Days in a row that are settled together and lie in one file of the ledger. */
export interface Slice {
  /** First day, `2026-06-01`: the slice's name. */
  readonly from: string;
  /** The day after the last. */
  readonly to: string;
}

/** Rows that one slice may have: enough to make its fixed costs small, few enough for a gigabyte. */
const ROWS_PER_SLICE = 1_000_000;
/** A month of so many rows is cut for several workers even where it would fit one slice. */
const WORTH_SHARING = { rows: 250_000, slices: 4 } as const;

/**
 * Cuts a month into slices by how many rows landed for it: a small month is one slice, ten million rows are ten. The
 * cut depends on the receipts alone, never on the machine or the number of workers, so the files are the same everywhere.
 */
export function slicesOf(period: Period, rows: number): Slice[] {
  const days = daysOf(period);
  const slices = Math.max(Math.ceil(rows / ROWS_PER_SLICE), rows < WORTH_SHARING.rows ? 1 : WORTH_SHARING.slices);
  const daysPerSlice = Math.max(1, Math.floor(days.length / slices));
  const starts = days.filter((_, index) => index % daysPerSlice === 0);
  return starts.map((from, index) => ({ from, to: starts[index + 1] ?? period.to.slice(0, 10) }));
}

/** The time that the rows of a landed file speak of, as its receipt has it: ISO 8601 UTC, to the second. */
interface Span {
  readonly first_event: string | null;
  readonly last_event: string | null;
  readonly last_end?: string | null;
}

const HOUR_MS = 3_600_000;

/**
 * Whether a bill may hold charges of these slices: begun in one of them, or before and reaching in. One that does not say when
 * its rows end may; a row without an end of its own lasts an hour.
 */
export function mayReachInto({ first_event, last_event, last_end }: Span, slices: readonly Slice[]): boolean {
  if (first_event === null || last_event === null || last_end === undefined) return true;
  const end = Math.max(Date.parse(last_event) + HOUR_MS, last_end === null ? 0 : Date.parse(last_end));
  return slices.some(({ from, to }) => Date.parse(first_event) < Date.parse(to) && !(end < Date.parse(from)));
}
