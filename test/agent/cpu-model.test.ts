import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { DeviceReading } from '../../agent/look.ts';
import { coefficientsOf } from '../../agent/readers/cpu-coefficients.ts';
import { type CpuModel, withCpuModel } from '../../agent/readers/cpu-model.ts';
import { readCpuTime } from '../../agent/readers/cpu-time.ts';
import { raplSensor } from '../../agent/readers/rapl.ts';
import { modelSettings } from '../../agent/sensor-settings.ts';
import { baselineOf, spendingSince } from '../../agent/spending.ts';
import { type HostFiles, hostTree, zone } from '../support/host-tree.ts';
import { lookAfter } from '../support/made-up-looks.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { describeShared } from '../support/shared.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const HUNDREDTHS = 100;

/** A machine with so many virtual processors, busy for so many seconds since it booted, all of them together. */
function machine(vcpus: number, busySeconds: number, memoryGib = 8): HostFiles {
  const each = Array.from({ length: vcpus }, (_, index) => `cpu${index} 1 0 0 9 0 0 0 0 0 0`);
  return {
    'proc/stat': [`cpu  ${busySeconds * HUNDREDTHS} 0 0 5000 0 0 0 0 0 0`, ...each, 'intr 1'].join('\n'),
    'proc/meminfo': `MemTotal:       ${memoryGib * 1024 ** 2} kB\nMemFree: 1 kB`,
  };
}

async function devicesAt(seconds: number, files: HostFiles, model: Partial<CpuModel> = {}): Promise<DeviceReading[]> {
  const sensor = withCpuModel(raplSensor(hostTree(root, files), PATIENT_MS), { root, ...model });
  const devices = await sensor.read({ ...lookAfter(seconds), runningMs: seconds * 1000 });
  sensor.close();
  return [...devices];
}

/** Joules of each device over a minute of a machine that has run for an hour, each look by an agent of its own. */
async function joulesOfAMinute(files: (busySeconds: number) => HostFiles, busy: number, model?: Partial<CpuModel>) {
  const before = { ...lookAfter(3600), devices: await devicesAt(3600, files(1000), model) };
  const after = { ...lookAfter(3660), devices: await devicesAt(3660, files(1000 + busy), model) };
  const { spendings } = spendingSince(baselineOf(before), after);
  return spendings.map(({ device, spent, quality }) => ({
    domain: device.domain,
    basis: device.basis,
    joules: 'gap' in spent ? spent.gap : Number(spent.energyMicrojoules) / 1e6,
    quality,
  }));
}

describe('a machine without counters', () => {
  test('draws what its settings say, by the use that it had', async () => {
    const settings = modelSettings.parse({ idle_watts: 10, full_watts: 50 });
    const files = (busy: number) => machine(4, busy);
    // 60 s · 10 W + 120 s of 4 processors · 40 W / 4; memory: 8 GiB · 0.392 W · 60 s
    expect(await joulesOfAMinute(files, 120, { settings })).toEqual([
      {
        domain: 'cpu-model',
        basis: 'modelled',
        joules: 1800,
        quality: expect.arrayContaining(['modelled-by-settings']),
      },
      {
        domain: 'memory-model',
        basis: 'modelled',
        joules: 188.16,
        quality: expect.arrayContaining(['modelled-by-size']),
      },
    ]);
  });

  test('draws what the table says of its type, whose figures include some of the memory', async () => {
    // m6g: Graviton2, 0.4743 W idle, 1.693 W full, 1 GB per vCPU included (docs/methods/modelled-energy.md)
    const files = (busy: number) => machine(4, busy, 16);
    const [cpu, memory] = await joulesOfAMinute(files, 120, { instanceType: 'm6g.xlarge' });
    expect(cpu?.joules).toBeCloseTo(60 * 4 * 0.4743 + 120 * (1.693 - 0.4743), 3);
    expect(memory?.joules).toBeCloseTo(12 * 0.392 * 60, 3);
    expect(cpu?.quality).toContain('modelled-by-instance-type');
  });

  test('of an unknown type draws the mean, and is less sure', async () => {
    const files = (busy: number) => machine(2, busy, 2);
    for (const instanceType of [undefined, 'x99.large', 'mac2.metal']) {
      const [cpu, ...rest] = await joulesOfAMinute(files, 60, { instanceType });
      expect(cpu?.joules).toBeCloseTo(60 * 2 * 0.74 + 60 * (3.5 - 0.74), 3);
      expect(cpu?.quality).toContain('instance-type-unknown');
      // Its memory is in the figures of the processors: nothing is left over, and that is no gap.
      expect(rest).toEqual([]);
    }
    expect(coefficientsOf(undefined, undefined, 2).u95Ratio).toBeGreaterThan(0.9);
    expect(coefficientsOf('m6g.xlarge', undefined, 2).u95Ratio).toBeLessThan(0.6);
  });

  test.each([
    ['Standard_D2s_v5', 'modelled-by-instance-type'],
    ['n2-standard-4', 'modelled-by-instance-type'],
    ['p5.48xlarge', 'modelled-by-instance-type'],
    ['mac2.metal', 'instance-type-unknown'],
  ])('of type %s is told: %s', (instanceType, remark) => {
    expect(coefficientsOf(instanceType, undefined, 4).remark).toBe(remark);
  });

  test('whose use or size cannot be read is a gap, never zero', async () => {
    const model = withCpuModel(raplSensor(hostTree(root, machine(2, 5)), PATIENT_MS), { root });
    expect(await model.read(lookAfter(0))).toMatchObject([
      { counter: { rangeMicrojoules: 0n } },
      { component: 'memory' },
    ]);
    rmSync(join(root, 'proc/stat'));
    expect(await model.read(lookAfter(1))).toMatchObject([
      { domain: 'cpu-model', counter: undefined, gap: 'cpu-time-not-readable' },
      { domain: 'memory-model', counter: { rangeMicrojoules: 0n } },
    ]);
    model.close();
    expect(await devicesAt(10, { ...machine(2, 5), 'proc/meminfo': 'MemTotal: many kB' })).toMatchObject([
      { domain: 'cpu-model', counter: { rangeMicrojoules: 0n } },
      { domain: 'memory-model', gap: 'memory-size-not-readable' },
    ]);
  });

  test('of which nothing can be read is left to the books, which miss its counters', async () => {
    expect(await devicesAt(10, {})).toEqual([]);
  });

  test('is not modelled where a counter is there, even one that cannot be read', async () => {
    const files = { ...machine(2, 5), ...zone('intel-rapl:0', 'package-0', 'secret') };
    expect((await devicesAt(10, files)).map(({ domain }) => domain)).toEqual(['package-0']);
  });
});

describeShared('recorded load tests', 'recorded/traces/codecarbon-cpu-load-rapl', (folder) => {
  test.each(readdirSync(folder).filter((name) => name.endsWith('.csv')))(
    '%s: the model stays within its uncertainty over the whole test',
    (name) => {
      const [, ...lines] = readFileSync(join(folder, name), 'utf8').trim().split('\n');
      const steps = lines.map((line) => {
        const cells = line.split(',').map(Number);
        const [load = Number.NaN, kilowattHours = Number.NaN, seconds = Number.NaN] = [cells[5], cells[9], cells[15]];
        return { busy: (load / 100) * seconds, joules: kilowattHours * 3.6e6, seconds };
      });
      const [idle, full] = [steps[0], steps.at(-1)].map((step) => (step ? step.joules / step.seconds : Number.NaN));
      const settings = modelSettings.parse({ idle_watts: idle, full_watts: full });
      const { idleWattsPerVcpu, fullWattsPerVcpu, u95Ratio } = coefficientsOf(undefined, settings, 1);
      const modelled = steps.map(
        ({ busy, seconds }) => idleWattsPerVcpu * seconds + (fullWattsPerVcpu - idleWattsPerVcpu) * busy,
      );
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      const error = Math.abs(sum(modelled) / sum(steps.map(({ joules }) => joules)) - 1);
      expect(error).toBeLessThan(u95Ratio);
    },
  );
});

describe('the CPU time of a host', () => {
  test('waiting for a disk is idle, time of guests is not counted twice, stolen time is neither', async () => {
    hostTree(root, { 'proc/stat': 'cpu  100 20 30 400 50 6 7 1000 100 0\ncpu0 1 1 1 1' });
    expect(await readCpuTime(root)).toEqual({ busyMicroseconds: 1_630_000n, idleMicroseconds: 4_500_000n });
  });

  test.each(['', 'cpu', 'cpu  a b c d e f g', 'intr 1 2 3 4 5 6 7'])('"%s" tells none', async (stat) => {
    expect(await readCpuTime(hostTree(root, { 'proc/stat': stat }))).toBeUndefined();
  });
});
