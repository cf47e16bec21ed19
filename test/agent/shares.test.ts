import fc from 'fast-check';

import { cpuUseBetween, sharesOf, workloadsSince } from '../../agent/attribution/shares.ts';
import { splitExactly } from '../../agent/attribution/split.ts';
import { UNNAMED } from '../../agent/attribution/workload.ts';
import { maybeWorkloadLabels } from '../../agent/attribution/workload-labels.ts';

const sumOf = (parts: readonly bigint[]) => parts.reduce((sum, part) => sum + part, 0n);
const amount = fc.bigInt({ min: 0n, max: 10n ** 15n });
const weight = fc.oneof(fc.bigInt({ min: 0n, max: 9n }), fc.bigInt({ min: 0n, max: 10n ** 18n }));

describe('an exact split', () => {
  test('adds up, and no part is off by a whole unit', () => {
    fc.assert(
      fc.property(amount, fc.array(weight, { minLength: 1, maxLength: 40 }), (whole, weights) => {
        fc.pre(sumOf(weights) > 0n);
        const parts = splitExactly(whole, weights);
        expect(sumOf(parts)).toBe(whole);
        const sum = sumOf(weights);
        parts.forEach((part, index) => {
          const off = part * sum - whole * (weights[index] ?? 0n);
          expect(off > -sum && off < sum).toBe(true);
        });
      }),
    );
  });

  test('gives what is left to those who lost most, the earlier first, also where numbers outgrow 64 bits', () => {
    const large = fc.oneof(weight, fc.bigInt({ min: 0n, max: 2n ** 70n }));
    fc.assert(
      fc.property(amount, fc.array(large, { minLength: 1, maxLength: 20 }), (whole, weights) => {
        const sum = sumOf(weights);
        fc.pre(sum > 0n);
        const down = weights.map((each) => (whole * each) / sum);
        const lost = weights.map((each, index) => ({ index, loss: (whole * each) % sum }));
        lost.sort((a, b) => (a.loss === b.loss ? a.index - b.index : Number(b.loss > a.loss) * 2 - 1));
        for (const { index } of lost.slice(0, Number(whole - sumOf(down)))) down[index] = (down[index] ?? 0n) + 1n;
        expect(splitExactly(whole, weights)).toEqual(down);
      }),
    );
  });

  test('gives nothing to a weight of nothing', () => {
    expect(splitExactly(10n, [0n, 3n, 0n, 3n, 3n])).toEqual([0n, 4n, 0n, 3n, 3n]);
  });

  test.each([[[]], [[0n]], [[2n, -1n]]])('refuses the weights %p', (weights) => {
    expect(() => splitExactly(1n, weights)).toThrow(/^Cannot split 1: expected weights/);
  });
});

const workload = (key: string) => ({ key, labels: { unit: key }, names: UNNAMED });

describe('shares of a device', () => {
  const user = fc.record({ workload: fc.constantFrom(workload('a'), workload('b')), weight });
  const use = fc.record({ active: weight, idle: weight, unnamed: weight, users: fc.array(user, { maxLength: 12 }) });

  test('add up to its energy to the microjoule, whatever was used', () => {
    fc.assert(
      fc.property(amount, fc.option(use, { nil: undefined }), (energy, of) => {
        fc.pre(of === undefined || of.active + of.idle > 0n);
        const { users, energies, idle, unattributed } = sharesOf(energy, of);
        const parts = [...energies, idle, unattributed];
        expect(energies).toHaveLength(users.length);
        expect(sumOf(parts)).toBe(energy);
        expect(parts.every((part) => part >= 0n)).toBe(true);
      }),
    );
  });

  test('workloads that claim more than the node was busy share what it was', () => {
    const use = cpuUseBetween(
      { busyMicroseconds: 0n, idleMicroseconds: 0n },
      { busyMicroseconds: 200n, idleMicroseconds: 200n },
      [
        { workload: workload('a'), weight: 300n },
        { workload: workload('b'), weight: 100n },
      ],
    );
    expect(sharesOf(1000n, use)).toEqual({
      users: [workload('a'), workload('b')],
      energies: [375n, 125n],
      idle: 500n,
      unattributed: 0n,
    });
  });

  test("are the workloads' also where the wait for disks fell while all were busy", () => {
    const before = { busyMicroseconds: 0n, idleMicroseconds: 900n };
    const after = { busyMicroseconds: 400n, idleMicroseconds: 890n };
    const use = cpuUseBetween(before, after, [{ workload: workload('a'), weight: 400n }]);
    expect(sharesOf(7n, use)).toMatchObject({ energies: [7n], idle: 0n, unattributed: 0n });
  });

  test('are all unattributed where the CPU time is unknown', () => {
    expect(sharesOf(7n, undefined)).toEqual({ users: [], energies: [], idle: 0n, unattributed: 7n });
    const time = { busyMicroseconds: 5n, idleMicroseconds: 5n };
    expect(cpuUseBetween(time, { ...time, idleMicroseconds: 4n }, [])).toBeUndefined();
    expect(cpuUseBetween(time, time, [])).toBeUndefined();
    expect(cpuUseBetween(undefined, time, [])).toBeUndefined();
  });

  test('count a service that was started anew from its beginning', () => {
    const before = [
      { workload: workload('gone'), microseconds: 5n },
      { workload: workload('a'), microseconds: 900n },
    ];
    const after = [
      { workload: workload('a'), microseconds: 40n },
      { workload: workload('new'), microseconds: 7n },
    ];
    expect(workloadsSince(before, after).map((use) => [use.workload.key, use.weight])).toEqual([
      ['a', 40n],
      ['new', 7n],
    ]);
  });
});

const POD = '0d2f1c3e-5b7a-4c1d-9e8f-a1b2c3d4e5f6';
const CONTAINER = 'b29faf21b7eff959f64b4192c34d5d67a707fe8561e9eaa608cb27693fba4242';
test.each<[string, Record<string, string> | undefined]>([
  ['/system.slice/vllm-code.service', { unit: 'vllm-code.service' }],
  [
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${POD.replaceAll('-', '_')}.slice`,
    { pod_uid: POD },
  ],
  [`/kubepods/burstable/pod${POD}`, { pod_uid: POD }],
  ['/kubepods/pod0123456789abcdef0123456789abcdef', { pod_uid: '0123456789abcdef0123456789abcdef' }],
  [`/system.slice/docker-${CONTAINER}.scope`, { container_id: CONTAINER }],
  [`/docker/${CONTAINER}`, { container_id: CONTAINER }],
  [`/machine.slice/libpod-${CONTAINER}.scope`, { container_id: CONTAINER }],
  ['/system.slice/slurmstepd.scope/job_117', { job: '117' }],
  ['/system.slice', undefined],
  ['/user.slice/user-1000.slice/session-2.scope', undefined],
  ['', undefined],
])('the control group %s is %j', (cgroup, labels) => {
  expect(maybeWorkloadLabels(cgroup)).toEqual(labels);
});
