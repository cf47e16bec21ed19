import { secondsIso } from '../units/period.ts';
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
  /** Not begun while another run of the machine is under way: it would work on the same files. */
  readonly isOnlyAlone?: true;
}

/** Kinds of sources that fill by the hour. */
const TELEMETRY = ['agent', 'activity', 'runs'];
const PRELIMINARY_WORKING_DAY = 5;

/**
 * What is due at a time, by the calendar of the time zone: telemetry and bills of the month that is open, its alarms
 * judged with nothing disclosed, or the month before, closed. Undefined where the day is wrong: a preliminary close is due
 * on the fifth working day (Monday to Friday; public holidays are not known).
 */
export function dueRun({ work, at }: BeginRequest, timeZone: string): DueRun | undefined {
  const today = dateIn(timeZone, at);
  const as_of = secondsIso(new Date(at));
  const name = (month: string) => `${work}_${month}_${as_of.replace(/[-:]/g, '')}`;
  if (work === 'telemetry' || work === 'bills') {
    const month = today.slice(0, 7);
    const input = { month, as_of, kinds: work === 'telemetry' ? TELEMETRY : [] };
    return { machine: 'landing', name: name(month), input };
  }
  if (work === 'watch') {
    const month = today.slice(0, 7);
    const input = { month, as_of, kinds: TELEMETRY, watch: true } as const;
    return { machine: 'close', name: name(month), input, isOnlyAlone: true };
  }
  if (work === 'preliminary' && !isWorkingDay(PRELIMINARY_WORKING_DAY, today)) return undefined;
  const month = monthBefore(today);
  return { machine: 'close', name: name(month), input: { month, as_of } };
}

/** `2026-06-05` for an instant, as the wall calendar of the zone has it. */
function dateIn(timeZone: string, at: string): string {
  const instant = new Date(at);
  if (Number.isNaN(instant.getTime()))
    throw new RangeError(`Cannot begin: expected a time such as 2026-07-22T06:00:00Z, got ${at}`);
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    instant,
  );
}

function monthBefore(date: string): string {
  const [year = 0, month = 0] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 7);
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
