import fc from 'fast-check';

import { type Account, EMPTY_ACCOUNT, recordsOf, withTick } from '../../agent/account.ts';
import { type DeviceReading, type Look, NO_OWNERS } from '../../agent/look.ts';
import { type Baseline, baselineOf, spendingSince } from '../../agent/spending.ts';
import { microjoulesOf, parseRecord } from '../../lib/landing/record.ts';
import { deviceOf, LLM, lookAfter } from '../support/made-up-looks.ts';

const HOST = { hostId: 'h-1', resourceId: 'i-1' };
const NOON = Date.parse('2026-06-01T12:00:00Z');

function recordsOver(looks: readonly Look[]) {
  const [first, ...rest] = looks;
  if (!first) return [];
  let baseline: Baseline = baselineOf(first);
  let account: Account = EMPTY_ACCOUNT;
  for (const look of rest) {
    const { spendings, after } = spendingSince(baseline, look);
    account = withTick(account, spendings);
    baseline = after;
  }
  return recordsOf(account, { host: HOST, bootId: 'b', firstSeq: 7 }).map(parseRecord);
}

describe('what a host spent', () => {
  test('is the same in one step and in many, and its parts add up', () => {
    const watts = fc.bigInt({ min: 0n, max: 900_000n });
    fc.assert(
      fc.property(fc.array(fc.record({ watts, busy: fc.nat(1000) }), { minLength: 1, maxLength: 20 }), (seconds) => {
        let energy = 0n;
        let [busy, idle] = [0n, 0n];
        const looks = [
          lookAfter(0, {
            devices: [deviceOf('package-0', 0n)],
            cpuTime: { busyMicroseconds: 0n, idleMicroseconds: 0n },
          }),
        ];
        seconds.forEach((second, index) => {
          energy += second.watts * 1000n + 1n;
          busy += BigInt(second.busy) * 1000n;
          idle += BigInt(1000 - second.busy) * 1000n;
          looks.push(
            lookAfter(index + 1, {
              devices: [deviceOf('package-0', energy)],
              cpuTime: { busyMicroseconds: busy, idleMicroseconds: idle },
              workloadTimes: [{ workload: LLM, microseconds: busy / 2n }],
            }),
          );
        });
        const [record] = recordsOver(looks);
        expect(microjoulesOf(record?.energy_joules ?? '0')).toBe(energy);
      }),
    );
  });

  test('is dealt out tick by tick, to whoever used that second', () => {
    const time = (busy: bigint, idle: bigint) => ({ busyMicroseconds: busy, idleMicroseconds: idle });
    const [record] = recordsOver([
      lookAfter(0, { devices: [deviceOf('package-0', 0n)], cpuTime: time(0n, 0n) }),
      lookAfter(1, {
        devices: [deviceOf('package-0', 200_000_000n)],
        cpuTime: time(100n, 0n),
        workloadTimes: [{ workload: LLM, microseconds: 100n }],
      }),
      lookAfter(2, {
        devices: [deviceOf('package-0', 210_000_000n)],
        cpuTime: time(100n, 100n),
        workloadTimes: [{ workload: LLM, microseconds: 100n }],
      }),
    ]);
    expect(record).toMatchObject({ energy_joules: '210', idle_joules: '10', unattributed_joules: '0', seq: 7 });
    expect(record?.shares).toMatchObject([{ labels: { unit: 'llm.service' }, energy_joules: '200' }]);
  });

  test('is a gap while a device does not answer, and whole again when it does', () => {
    const silent = deviceOf('package-0', undefined, { gap: 'driver-not-answering' });
    const records = recordsOver([lookAfter(0), lookAfter(10), lookAfter(20, { devices: [silent] }), lookAfter(30)]);
    expect(
      records
        .filter(({ component }) => component === 'cpu')
        .map(({ period_start, period_end, energy_joules, gap_reason }) => [
          period_start.slice(17, 19),
          period_end.slice(17, 19),
          energy_joules,
          gap_reason,
        ]),
    ).toEqual([
      ['00', '10', '500', null],
      ['10', '20', null, 'driver-not-answering'],
      ['10', '30', '1000', null],
    ]);
  });

  test('is a gap for a device that fell off the bus', () => {
    const gpu = deviceOf('GPU-1', 5n, { component: 'gpu' });
    const records = recordsOver([lookAfter(0, { devices: [gpu] }), lookAfter(10, { devices: [] })]);
    expect(records).toContainEqual(
      expect.objectContaining({ domain: 'GPU-1', energy_joules: null, gap_reason: 'device-vanished' }),
    );
  });

  test('is unknown across a boot, across sleep and after more than an hour', () => {
    const reasonOf = (after: Look) =>
      recordsOver([lookAfter(0), after]).find(({ component }) => component === 'cpu')?.gap_reason;
    expect(reasonOf(lookAfter(10, { bootId: 'c' }))).toBe('counter-reset');
    expect(reasonOf(lookAfter(10, { sinceBootMs: 3_600_900 }))).toBe('host-slept');
  });

  test('is a gap from the last look to the first of another boot, whatever its clocks that run say', () => {
    const days = 5 * 86_400;
    for (const booted of [{ runningMs: 20_000, sinceBootMs: 20_000 }, { runningMs: 10_000 + days * 1000 }])
      expect(recordsOver([lookAfter(days), lookAfter(days + 90, { ...booted, bootId: 'c' })])).toContainEqual(
        expect.objectContaining({
          domain: 'package-0',
          period_start: '2026-06-06T12:00:00.000Z',
          period_end: '2026-06-06T12:01:30.000Z',
          gap_reason: 'counter-reset',
          quality: [],
        }),
      );
    const back = lookAfter(10, { runningMs: 20_000, sinceBootMs: 20_000, bootId: 'c' });
    expect(recordsOver([lookAfter(days), back])[0]).toMatchObject({
      period_start: '2026-06-01T11:59:50.000Z',
      period_end: '2026-06-01T12:00:10.000Z',
    });
  });

  test('is told of the last hour where it is unknown for longer: no record spans more', () => {
    const [away] = recordsOver([lookAfter(0), lookAfter(10_000)]);
    expect(away).toMatchObject({
      gap_reason: 'agent-away',
      period_start: '2026-06-01T13:46:40.000Z',
      period_end: '2026-06-01T14:46:40.000Z',
    });
  });

  test('does not count what a whole module has counted already', () => {
    const at = (energy: bigint) => [
      deviceOf('package-0', energy),
      deviceOf('GPU-1', 2n * energy, { component: 'gpu', covers: ['cpu', 'memory'], use: [] }),
    ];
    const records = recordsOver([lookAfter(0, { devices: at(0n) }), lookAfter(1, { devices: at(100_000_000n) })]);
    expect(records.map(({ domain, energy_joules, idle_joules }) => [domain, energy_joules, idle_joules])).toEqual([
      ['GPU-1', '200', '200'],
    ]);
  });

  test('has a length also where the wall clock was set back by less than a step, or stands in the same millisecond', () => {
    for (const backMs of [4, 700]) {
      const at = (ms: number, wallMs: number) =>
        lookAfter(0, {
          readAt: new Date(NOON + wallMs),
          runningMs: 500 + ms,
          sinceBootMs: 900 + ms,
          devices: [deviceOf('package-0', BigInt(ms) * 50_000n)],
        });
      const [record] = recordsOver([at(0, 0), at(2, 2), at(4, 4 - backMs)]);
      expect(record).toMatchObject({ energy_joules: '0.2' });
      expect(Date.parse(record?.period_end ?? '') - Date.parse(record?.period_start ?? '')).toBe(4);
    }
  });

  test('lies in an interval of the running clock where the wall clock was set', () => {
    const after = lookAfter(10, { readAt: new Date(NOON + 3_600_000) });
    expect(recordsOver([lookAfter(0), after])[0]).toMatchObject({
      period_start: '2026-06-01T12:59:50.000Z',
      period_end: '2026-06-01T13:00:00.000Z',
      energy_joules: '500',
      quality: ['clock-stepped'],
    });
  });
});

describe('the use of an accelerator', () => {
  const other = { ...LLM, key: '/other.service' };
  const owners = { ...NO_OWNERS, ofProcess: (pid: number) => (pid === 7 ? LLM : pid === 8 ? other : undefined) };
  const gpuAt = (energy: bigint, more: Partial<DeviceReading>) =>
    deviceOf('GPU-1', energy, { component: 'gpu', idlePowerWatts: 60, ...more });
  const spentBy = (more: Partial<DeviceReading>, of = owners) =>
    recordsOver([
      lookAfter(0, { devices: [gpuAt(0n, more)] }),
      lookAfter(1, { devices: [gpuAt(360_000_000n, more)], owners: of }),
    ]).find(({ component }) => component === 'gpu');

  test('goes to its processes by what each used; those whom nobody knows are unattributed', () => {
    const record = spentBy({
      use: [
        { pid: 7, weight: 2n },
        { pid: 8, weight: 1n },
        { pid: 9, weight: 1n },
      ],
    });
    expect(record).toMatchObject({ idle_joules: '60', unattributed_joules: '75' });
    expect(record?.shares.map(({ energy_joules }) => energy_joules)).toEqual(['150', '75']);
  });

  test('goes alike to those it was assigned to where it names nobody', () => {
    const record = spentBy({ use: 'unknown' }, { ...owners, ofDevice: () => [LLM, other] });
    expect(record).toMatchObject({
      idle_joules: '60',
      unattributed_joules: '0',
      shares: [{ energy_joules: '150' }, { energy_joules: '150' }],
    });
  });

  test('is idle where nobody used it, and unattributed where nothing says', () => {
    expect(spentBy({ use: [] })).toMatchObject({ idle_joules: '360', unattributed_joules: '0', quality: [] });
    expect(spentBy({ use: 'unknown' })).toMatchObject({
      idle_joules: '0',
      unattributed_joules: '360',
      quality: ['use-unknown'],
    });
  });
});
