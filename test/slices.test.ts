import { instantOf, mayReachInto, slicesOf } from '../lib/ledger/slices.ts';
import { parsePeriod } from '../lib/units/period.ts';

const period = parsePeriod('2026-06');
const slices = slicesOf(period, 10_000_000);

test('slices follow one another from the first day of the month to its end, however many rows there are', () => {
  for (const rows of [0, 249_999, 250_000, 3_000_000, 10_000_000, 31_000_000, 10 ** 8, 10 ** 10]) {
    const cut = slicesOf(period, rows);
    expect(instantOf(cut[0]?.from ?? '')).toBe(period.from);
    expect(cut.slice(1).map(({ from }) => from)).toEqual(cut.slice(0, -1).map(({ to }) => to));
    expect(cut.at(-1)?.to).toBe('2026-07-01');
  }
});

test('a small month is one slice, and one that is worth sharing has work for several', () => {
  expect(slicesOf(period, 249_999)).toHaveLength(1);
  expect(slicesOf(period, 250_000).length).toBeGreaterThanOrEqual(4);
  expect(slicesOf(period, 10_000_000)).toHaveLength(10);
});

test('a day of too many rows is cut into hours, and no slice lies in two days', () => {
  expect(slicesOf(period, 30_000_000)).toHaveLength(30);
  expect(slicesOf(period, 31_000_000).slice(0, 3)).toEqual([
    { from: '2026-06-01T00', to: '2026-06-01T12' },
    { from: '2026-06-01T12', to: '2026-06-02T00' },
    { from: '2026-06-02T00', to: '2026-06-02T12' },
  ]);
  expect(slicesOf(period, 10 ** 8)).toHaveLength(30 * 4);
  expect(slicesOf(period, 10 ** 10)).toHaveLength(30 * 24);
  expect(slicesOf(period, 10 ** 8)[1]).toEqual({ from: '2026-06-01T06', to: '2026-06-01T12' });
});

test('a slice begins at the instant that its name says', () => {
  expect(instantOf('2026-06-01')).toBe('2026-06-01T00:00:00Z');
  expect(instantOf('2026-06-01T06')).toBe('2026-06-01T06:00:00Z');
});

const read = (first_event: string | null, last_event: string | null, last_end?: string | null) =>
  slices
    .filter((slice) => mayReachInto({ first_event, last_event, ...(last_end !== undefined && { last_end }) }, [slice]))
    .map(({ from }) => from);

test('a bill is opened for the days in which its charges begin', () => {
  expect(read('2026-06-05T00:00:00Z', '2026-06-08T22:00:00Z', '2026-06-08T23:00:00Z')).toEqual([
    '2026-06-04',
    '2026-06-07',
  ]);
});

test('… and for those into which they reach', () => {
  expect(read('2026-06-02T00:00:00Z', '2026-06-03T23:30:00Z', '2026-06-03T23:30:00Z')).toEqual([
    '2026-06-01',
    '2026-06-04',
  ]);
  expect(read('2026-06-01T00:00:00Z', '2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z')).toHaveLength(slices.length);
  expect(read('2026-05-31T23:00:00Z', '2026-05-31T23:00:00Z', null)).toEqual(['2026-06-01']);
});

test('a bill that does not say when its rows end is opened for all', () => {
  expect(read('2026-06-05T00:00:00Z', '2026-06-05T00:00:00Z')).toHaveLength(slices.length);
  expect(read(null, null, null)).toHaveLength(slices.length);
});
