import fc from 'fast-check';

import { dueRun } from '../lib/pipeline/begin.ts';

const at = (time: string) => new Date(time).toISOString();
const instants = fc.date({ min: new Date('2026-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

/** The instant at which the clocks of a zone show six in the morning of a day. */
function sixIn(zone: string, day: number): string {
  const hours = Array.from({ length: 80 }, (_, hour) => new Date(day + (hour - 16) * 1_800_000));
  const wanted = `${new Date(day).toISOString().slice(0, 10)}, 06:00`;
  const shown = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (hours.find((hour) => shown.format(hour) === wanted) ?? new Date(Number.NaN)).toISOString();
}

describe('what is due by the clock', () => {
  test('one preliminary close a month, on the fifth working day', () => {
    const month = (year: number, of: number) =>
      Array.from({ length: 28 }, (_, day) => new Date(Date.UTC(year, of, day + 1, 6)).toISOString());
    fc.assert(
      fc.property(fc.integer({ min: 2026, max: 2060 }), fc.nat(11), (year, of) => {
        const due = month(year, of).filter((day) => dueRun({ work: 'preliminary', at: day }, 'Etc/UTC'));
        expect(due).toHaveLength(1);
        expect(Number(due[0]?.slice(8, 10))).toBeGreaterThanOrEqual(5);
        expect(Number(due[0]?.slice(8, 10))).toBeLessThanOrEqual(9);
      }),
    );
  });

  test('one closing run a month in every time zone, at a moment from which on the month may be closed', () => {
    const zones = ['Pacific/Auckland', 'Asia/Tokyo', 'Asia/Kolkata', 'Europe/Berlin', 'America/New_York', 'Etc/GMT+12'];
    for (const zone of [...zones, 'Pacific/Kiritimati', 'Etc/UTC'])
      fc.assert(
        fc.property(fc.integer({ min: 2026, max: 2060 }), fc.nat(11), (year, of) => {
          // The schedule stands for 06:00 of the zone's 22nd and 23rd.
          const mornings = [22, 23].map((day) => sixIn(zone, Date.UTC(year, of, day)));
          const due = mornings.flatMap((morning) => dueRun({ work: 'closing', at: morning }, zone) ?? []);
          expect(due.map(({ input }) => input.as_of.slice(0, 10))).toEqual([
            new Date(Date.UTC(year, of, 22)).toISOString().slice(0, 10),
          ]);
        }),
        { numRuns: 20 },
      );
  });

  test('a close is of the month before, a landing of the month that is open', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const at = new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth(), 22, 6)).toISOString();
        const closing = dueRun({ work: 'closing', at }, 'Etc/UTC');
        const landing = dueRun({ work: 'bills', at: instant.toISOString() }, 'Etc/UTC');
        expect(landing?.input.month).toBe(instant.toISOString().slice(0, 7));
        const next = new Date(`${closing?.input.month}-01T00:00:00Z`);
        next.setUTCMonth(next.getUTCMonth() + 1);
        expect(next.toISOString().slice(0, 7)).toBe(landing?.input.month);
      }),
    );
  });

  test('months are those of UTC, whatever the calendar of the time zone says', () => {
    const midnight = at('2026-06-30T23:30:00Z');
    for (const zone of ['Europe/Berlin', 'Asia/Kolkata', 'America/New_York'])
      for (const work of ['bills', 'telemetry', 'watch'] as const)
        expect(dueRun({ work, at: midnight }, zone)?.input.month).toBe('2026-06');
    expect(dueRun({ work: 'closing', at: at('2027-01-22T06:00:00Z') }, 'Etc/UTC')?.input.month).toBe('2026-12');
  });

  test('the same work at the same time has the same name, which Step Functions allows', () => {
    const request = { work: 'telemetry', at: '2026-06-12T10:10:00Z' } as const;
    const due = dueRun(request, 'Etc/UTC');
    expect(due).toEqual(dueRun(request, 'Etc/UTC'));
    expect(due).toMatchObject({ machine: 'landing', name: 'telemetry_2026-06_20260612T101000Z' });
    expect(due?.input).toEqual({
      month: '2026-06',
      as_of: '2026-06-12T10:10:00Z',
      kinds: ['agent', 'activity', 'runs'],
    });
    expect(due?.name).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
  });

  test('a watch is of the open month: telemetry alone, nothing disclosed, and only while nobody else works', () => {
    const due = dueRun({ work: 'watch', at: '2026-06-12T10:40:00Z' }, 'Etc/UTC');
    expect(due).toEqual({
      machine: 'close',
      name: 'watch_2026-06_20260612T104000Z',
      input: { month: '2026-06', as_of: '2026-06-12T10:40:00Z', kinds: ['agent', 'activity', 'runs'], watch: true },
      isOnlyAlone: true,
    });
    expect(dueRun({ work: 'closing', at: '2026-07-22T06:00:00Z' }, 'Etc/UTC')).not.toHaveProperty('isOnlyAlone');
  });

  test('a time that is none is refused', () => {
    expect(() => dueRun({ work: 'closing', at: '<aws.scheduler.scheduled-time>' }, 'Etc/UTC')).toThrow(
      'Cannot begin: expected a time',
    );
  });
});
