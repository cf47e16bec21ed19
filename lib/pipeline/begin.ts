import { periodBefore, periodOf, secondsIso } from '../units/period.ts';
import { closingDayOf } from './closing-day.ts';
import type { MonthRun } from './stage.ts';

/** What the clock asks for. */
export interface BeginRequest {
  readonly work: 'telemetry' | 'bills' | 'watch' | 'preliminary' | 'closing';
  /** The time for which the schedule stood, ISO 8601 UTC. */
  readonly at: string;
}

/** A machine to start, with its input. The name makes a second start of the same work the same run. */
export interface DueRun {
  readonly machine: 'landing' | 'close';
  readonly name: string;
  readonly input: MonthRun & { readonly kinds?: readonly string[]; readonly watch?: true };
  /** Not begun while another run of either machine is under way: it would work on the same files. */
  readonly isOnlyAlone?: true;
}

/** Kinds of sources that fill by the hour. */
const TELEMETRY = ['agent', 'activity', 'runs'];
const PRELIMINARY_WORKING_DAY = 5;

/**
 * What is due at a time: telemetry and bills of the month that is open, its alarms judged with nothing disclosed, or the month
 * before, closed. Months begin and end in UTC, as everything in the books does. Undefined where the day is wrong: a preliminary close
 * is due on the fifth working day of the time zone's calendar (Monday to Friday; public holidays are not known), the closing run on
 * the day from which on a month may be closed: east of UTC that is the morning after the zone's own 22nd.
 */
export function dueRun({ work, at }: BeginRequest, timeZone: string): DueRun | undefined {
  const as_of = secondsIso(instantOf(at));
  const open = periodOf(as_of);
  const name = (month: string) => `${work}_${month}_${as_of.replace(/[-:]/g, '')}`;
  if (work === 'telemetry' || work === 'bills') {
    const input = { month: open.month, as_of, kinds: work === 'telemetry' ? TELEMETRY : [] };
    return { machine: 'landing', name: name(open.month), input };
  }
  if (work === 'watch') {
    const input = { month: open.month, as_of, kinds: TELEMETRY, watch: true } as const;
    return { machine: 'close', name: name(open.month), input, isOnlyAlone: true };
  }
  const before = periodBefore(open);
  if (work === 'preliminary' && !isWorkingDay(PRELIMINARY_WORKING_DAY, dateIn(timeZone, as_of))) return undefined;
  if (work === 'closing' && as_of.slice(0, 10) !== closingDayOf(before)) return undefined;
  return { machine: 'close', name: name(before.month), input: { month: before.month, as_of } };
}

function instantOf(at: string): Date {
  const instant = new Date(at);
  if (!Number.isNaN(instant.getTime())) return instant;
  throw new RangeError(`Cannot begin: expected a time such as 2026-07-22T06:00:00Z, got ${at}`);
}

/** `2026-06-05` for an instant, as the wall calendar of the zone has it. */
function dateIn(timeZone: string, instant: string): string {
  const parts = { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-CA', parts).format(new Date(instant));
}

/** Whether a date is the nth of Mondays to Fridays in its month. */
function isWorkingDay(nth: number, date: string): boolean {
  const month = date.slice(0, 8);
  const days = Array.from(
    { length: Number(date.slice(8)) },
    (_, index) => `${month}${`${index + 1}`.padStart(2, '0')}`,
  );
  return isWeekday(date) && days.filter(isWeekday).length === nth;
}

function isWeekday(date: string): boolean {
  return ![0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());
}
