import fc from 'fast-check';

import { dueRun } from '../lib/pipeline/begin.ts';

const at = (time: string) => new Date(time).toISOString();
const instants = fc.date({ min: new Date('2026-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

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

  test('a close is of the month before, a landing of the month that is open', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const closing = dueRun({ work: 'closing', at: instant.toISOString() }, 'Etc/UTC');
        const landing = dueRun({ work: 'bills', at: instant.toISOString() }, 'Etc/UTC');
        expect(landing?.input.month).toBe(instant.toISOString().slice(0, 7));
        const next = new Date(`${closing?.input.month}-01T00:00:00Z`);
        next.setUTCMonth(next.getUTCMonth() + 1);
        expect(next.toISOString().slice(0, 7)).toBe(landing?.input.month);
      }),
    );
  });

  test('the calendar is that of the time zone', () => {
    const midnight = at('2026-06-30T23:30:00Z');
    expect(dueRun({ work: 'bills', at: midnight }, 'Europe/Berlin')?.input.month).toBe('2026-07');
    expect(dueRun({ work: 'bills', at: midnight }, 'America/New_York')?.input.month).toBe('2026-06');
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
