import fc from 'fast-check';

import { type CounterStep, energyBetween, type Spent } from '../../agent/counter.ts';

const RANGE = 262_143_328_850n;
const SECOND: Omit<CounterStep, 'before' | 'after'> = { elapsedMs: 1000, isSameBoot: true, powerLimitWatts: 1000 };
const at = (energyMicrojoules: bigint, rangeMicrojoules = RANGE) => ({ energyMicrojoules, rangeMicrojoules });
const energyOf = (spent: Spent) => ('gap' in spent ? undefined : spent.energyMicrojoules);

const position = fc.bigInt({ min: 0n, max: RANGE - 1n });
/** Microjoules of a second at 1000 W at most. */
const climb = fc.bigInt({ min: 0n, max: 1_000_000_000n });

test('energy adds up: two steps equal one, over the end of the counter too', () => {
  fc.assert(
    fc.property(position, climb, climb, (start, one, two) => {
      const [middle, end] = [(start + one) % RANGE, (start + one + two) % RANGE];
      const first = energyOf(energyBetween({ ...SECOND, before: at(start), after: at(middle) }));
      const second = energyOf(energyBetween({ ...SECOND, before: at(middle), after: at(end) }));
      const whole = energyOf(energyBetween({ ...SECOND, elapsedMs: 2000, before: at(start), after: at(end) }));
      expect([first, second, whole]).toEqual([one, two, one + two]);
    }),
  );
});

test('energy is never negative, and never more than the device can draw', () => {
  fc.assert(
    fc.property(position, position, fc.integer({ min: 1, max: 600_000 }), (before, after, elapsedMs) => {
      const energy = energyOf(energyBetween({ ...SECOND, elapsedMs, before: at(before), after: at(after) }));
      if (energy === undefined) return;
      expect(energy >= 0n && energy <= BigInt(elapsedMs + 250) * 1_000_000n).toBe(true);
    }),
  );
});

describe('energy between two looks', () => {
  const between = (before: bigint, after: bigint, more: Partial<CounterStep> = {}) =>
    energyBetween({ ...SECOND, before: at(before), after: at(after), ...more });

  test('is the climb of the counter', () => {
    expect(between(2_000_000_000n, 2_090_000_000n)).toEqual({ energyMicrojoules: 90_000_000n, hasWrapped: false });
  });

  test('carries over one wrap, and says so', () => {
    expect(between(RANGE - 10n, 80_000_000n)).toEqual({ energyMicrojoules: 80_000_010n, hasWrapped: true });
  });

  test('is zero where the counter stands still: that is known', () => {
    expect(between(5n, 5n)).toEqual({ energyMicrojoules: 0n, hasWrapped: false });
  });

  test('is exact beyond the whole numbers that a double holds', () => {
    const before = at(2n ** 62n, 2n ** 63n);
    expect(energyBetween({ ...SECOND, before, after: at(2n ** 62n + 1n, 2n ** 63n) })).toMatchObject({
      energyMicrojoules: 1n,
    });
  });

  test.each<[string, Spent, Partial<CounterStep>]>([
    ['after a boot', { gap: 'counter-reset' }, { isSameBoot: false }],
    ['when the counter fell and knows no range', { gap: 'counter-reset' }, { before: at(9n, 0n), after: at(3n, 0n) }],
    ['when the counter stood beyond its range', { gap: 'counter-reset' }, { before: at(RANGE * 2n), after: at(3n) }],
    [
      'when it would take more power than there is',
      { gap: 'implausible-power' },
      { before: at(0n), after: at(1_250_000_001n) },
    ],
    ['when a fall can be no wrap', { gap: 'implausible-power' }, { before: at(200_000_000_000n), after: at(0n) }],
    ['when two wraps would fit', { gap: 'wrap-possibly-missed' }, { elapsedMs: 262_000 }],
  ])('is unknown %s', (_, expected, step) => {
    expect(between(0n, 10n, step)).toEqual(expected);
  });

  test('is not lost where a counter that is renewed ten times a second is read twice within five milliseconds', () => {
    // A GPU at its full 700 W, whose reader believes 1400 W: 70 J come at once.
    expect(between(0n, 70_000_000n, { elapsedMs: 5, powerLimitWatts: 1400 })).toMatchObject({
      energyMicrojoules: 70_000_000n,
    });
  });

  test('needs time', () => {
    expect(() => between(0n, 1n, { elapsedMs: 0 })).toThrow(
      'Cannot tell an energy: expected time between two looks, got 0 ms',
    );
  });
});
