import fc from 'fast-check';

import { energyBetween } from '../../agent/counter.ts';
import { PowerIntegral } from '../../agent/readers/power-integral.ts';

const watts = (value: number) => BigInt(value) * 1_000_000n;

/** Energy by the integral between two of its states, as the books would have it. */
function between(integral: PowerIntegral, elapsedMs: number, step: () => void) {
  const before = integral.counter();
  step();
  const after = integral.counter();
  if (!before || !after) return undefined;
  return energyBetween({ before, after, elapsedMs, isSameBoot: true, powerLimitWatts: 10_000 });
}

test('constant power gives power times time, in one step and in many', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(steps, fc.bigInt({ min: 0n, max: 2_000_000_000n }), (lengths, microwatts) => {
      const integral = new PowerIntegral();
      integral.add(microwatts, 50);
      const begin = integral.counter()?.energyMicrojoules ?? -1n;
      let at = 50;
      for (const length of lengths) {
        at += length;
        integral.add(microwatts, at);
      }
      const spent = (integral.counter()?.energyMicrojoules ?? -1n) - begin;
      expect(spent).toBe((microwatts * BigInt(at - 50)) / 1000n);
    }),
  );
});

test('a ramp gives the mean of its ends', () => {
  const integral = new PowerIntegral();
  integral.add(watts(100), 1000);
  expect(between(integral, 1000, () => integral.add(watts(300), 2000))).toMatchObject({
    energyMicrojoules: 200_000_000n,
  });
});

test('a silence that is too long reads as a reset, whatever was counted before', () => {
  const silence = fc.integer({ min: 10_501, max: 10_000_000 });
  fc.assert(
    fc.property(silence, fc.array(fc.nat(5000), { maxLength: 5 }), (silentMs, powers) => {
      const integral = new PowerIntegral();
      let at = 0;
      integral.add(0n, at);
      for (const power of powers) {
        at += 1000;
        integral.add(watts(power), at);
      }
      const across = between(integral, silentMs, () => integral.add(watts(500), at + silentMs));
      expect(across).toEqual({ gap: 'counter-reset' });
    }),
  );
});

test('an agent that starts anew reads as a reset', () => {
  const earlier = new PowerIntegral();
  earlier.add(watts(5), 1000);
  const later = new PowerIntegral();
  later.add(watts(5), 3000);
  const [before, after] = [earlier.counter(), later.counter()];
  expect(after && before && after.energyMicrojoules < before.energyMicrojoules).toBe(true);
});

test('nothing is known before the first sample, and a second look at one moment adds nothing', () => {
  const integral = new PowerIntegral();
  expect(integral.counter()).toBeUndefined();
  integral.add(watts(5), 1000);
  const first = integral.counter();
  integral.add(watts(9), 1000);
  expect(integral.counter()).toEqual(first);
});
