import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Look } from '../../agent/look.ts';
import { amdGpuSensor } from '../../agent/readers/amd-gpu.ts';
import { baselineOf, spendingSince } from '../../agent/spending.ts';
import { card, monitorOf } from '../support/gpu-card.ts';
import { type HostFiles, hostTree } from '../support/host-tree.ts';
import { lookAfter } from '../support/made-up-looks.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { describeShared } from '../support/shared.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const ADDRESS = '0000:03:00.0';
const amd = (monitor: HostFiles, device: HostFiles = {}, address = ADDRESS, index = 0) =>
  card({ index, address, driver: 'amdgpu', monitor: { name: 'amdgpu', ...monitor }, device });

async function read(files: HostFiles) {
  const sensor = amdGpuSensor(hostTree(root, files), PATIENT_MS);
  const devices = await sensor.read(lookAfter(0));
  sensor.close();
  return devices;
}

describe('a card of AMD', () => {
  test('with a counter is read by it', async () => {
    expect(await read(amd({ energy1_input: '5000', power1_average: '7', power1_cap: '300000000' }))).toMatchObject([
      {
        component: 'gpu',
        domain: 'amdgpu-0000:03:00.0',
        method: 'amdgpu-energy',
        counter: { energyMicrojoules: 5000n, rangeMicrojoules: 0n },
        powerLimitWatts: 600,
        use: 'unknown',
      },
    ]);
  });

  test('bears the number of its chip, unless two bear the same or it has none', async () => {
    const named = async (...ids: string[]) => {
      const cards = ids.map((id, index) => amd({ power1_input: '1' }, { unique_id: id }, `0000:0${index}:00.0`, index));
      return (await read(Object.assign({}, ...cards))).map(({ domain }) => domain);
    };
    expect(await named('8f2c61d5a2b3c4d5', 'ffff61d5a2b3c4d5')).toEqual([
      'amdgpu-8f2c61d5a2b3c4d5',
      'amdgpu-ffff61d5a2b3c4d5',
    ]);
    expect(await named('8f2c61d5a2b3c4d5', '8f2c61d5a2b3c4d5', '0000000000000000', '')).toEqual([
      'amdgpu-0000:00:00.0',
      'amdgpu-0000:01:00.0',
      'amdgpu-0000:02:00.0',
      'amdgpu-0000:03:00.0',
    ]);
  });

  test('without counter and power is a gap', async () => {
    const bare = card({ index: 1, address: ADDRESS, driver: 'amdgpu', monitor: {}, device: {} });
    expect(await read(bare)).toMatchObject([{ counter: undefined, gap: 'no-energy-counter' }]);
  });

  test('that sits in a processor is left to the counter of the package', async () => {
    expect(await read(amd({ power1_input: '15000000', in1_label: 'vddnb' }))).toEqual([]);
  });

  test('of another maker is none', async () => {
    expect(await read(card({ index: 0, address: ADDRESS, driver: 'nouveau', monitor: {}, device: {} }))).toEqual([]);
  });

  test('tells what it draws while nobody uses it, the least of what was seen', async () => {
    const sensor = amdGpuSensor(
      hostTree(root, amd({ power1_average: '90000000' }, { gpu_busy_percent: '80' })),
      PATIENT_MS,
    );
    const set = (power: number, busy: number) => {
      writeFileSync(join(root, monitorOf(0), 'power1_average'), `${power * 1e6}\n`);
      writeFileSync(join(root, 'sys/class/drm/card0/device/gpu_busy_percent'), `${busy}\n`);
    };
    const idleAfter = async (seconds: number) => (await sensor.read(lookAfter(seconds)))[0]?.idlePowerWatts;
    expect(await idleAfter(0)).toBeUndefined();
    set(41, 0);
    expect(await idleAfter(1)).toBe(41);
    set(38, 5);
    expect(await idleAfter(2)).toBe(41);
    set(39, 0);
    expect(await idleAfter(3)).toBe(39);
    sensor.close();
  });

  test('that says nothing for a moment is a gap then, and the next sample bridges it', async () => {
    const file = join(hostTree(root, amd({ power1_average: '100000000' })), monitorOf(0), 'power1_average');
    const sensor = amdGpuSensor(root, PATIENT_MS);
    const at = async (seconds: number) => (await sensor.read(lookAfter(seconds)))[0];
    const first = await at(0);
    writeFileSync(file, '\n');
    expect(await at(1)).toMatchObject({ counter: undefined, gap: 'counter-not-readable' });
    writeFileSync(file, '300000000\n');
    const third = await at(2);
    expect((third?.counter?.energyMicrojoules ?? 0n) - (first?.counter?.energyMicrojoules ?? 0n)).toBe(400_000_000n);
    sensor.close();
    rmSync(file);
  });
});

describeShared('a recorded card', 'recorded/sysfs/prometheus-procfs/tree/fixtures', (fixtures) => {
  test('without a hardware monitor is there, by the number of its chip, and says no energy', async () => {
    const sensor = amdGpuSensor(fixtures, PATIENT_MS);
    expect(await sensor.read(lookAfter(0))).toMatchObject([
      { domain: 'amdgpu-0123456789abcdef', gap: 'no-energy-counter' },
    ]);
    sensor.close();
  });
});

describeShared('power of MI300X under load, replayed', 'recorded/traces/mi300x-vllm', (folder) => {
  const files = globSync(join(folder, 'sample-results/monitoring/gpu_power_*.csv'));

  test.each(files.map((path) => [path.slice(-22), path]))(
    '%s: the books hold the integral of the power to the microjoule',
    async (_, path) => {
      const samples = samplesOf(path, 'card0');
      expect(samples.length).toBeGreaterThan(100);
      expect(await booked(samples)).toBe(trapezoids(samples));
    },
  );

  interface Sample {
    readonly second: number;
    readonly watts: number;
  }

  function samplesOf(path: string, card: string): Sample[] {
    const rows = readFileSync(path, 'utf8').trim().split('\n');
    const samples = rows.map((row) => row.split(',')).filter(([, name]) => name === card);
    const begin = Number(samples[0]?.[0]);
    return samples.map(([time, , watts]) => ({ second: Number(time) - begin, watts: Number(watts) }));
  }

  /** E = Σ (P₁ + P₂) / 2 · t, in microjoules. */
  function trapezoids(samples: readonly Sample[]): bigint {
    const joules = samples.slice(1).map(({ second, watts }, index) => {
      const before = samples[index] ?? { second: Number.NaN, watts: Number.NaN };
      return ((before.watts + watts) / 2) * (second - before.second);
    });
    return BigInt(joules.reduce((sum, each) => sum + each, 0) * 1e6);
  }

  /** What the books say of a card that shows these samples as they were taken, five or six seconds apart. */
  async function booked([first, ...rest]: readonly Sample[]): Promise<bigint> {
    const file = join(hostTree(root, amd({ power1_average: '0' })), monitorOf(0), 'power1_average');
    const sensor = amdGpuSensor(root, PATIENT_MS);
    const lookAt = async ({ second, watts }: Sample): Promise<Look> => {
      writeFileSync(file, `${watts * 1e6}\n`);
      return { ...lookAfter(second), devices: await sensor.read(lookAfter(second)) };
    };
    let baseline = baselineOf(await lookAt(first ?? { second: Number.NaN, watts: Number.NaN }));
    let sum = 0n;
    for (const sample of rest) {
      const { spendings, after } = spendingSince(baseline, await lookAt(sample));
      const [gpu] = spendings.filter(({ device }) => device.component === 'gpu');
      expect(gpu?.spent).toHaveProperty('energyMicrojoules');
      sum += gpu && 'energyMicrojoules' in gpu.spent ? gpu.spent.energyMicrojoules : 0n;
      baseline = after;
    }
    sensor.close();
    return sum;
  }
});
