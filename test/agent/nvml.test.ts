import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { energyBetween } from '../../agent/counter.ts';
import type { DeviceReading, Moment } from '../../agent/look.ts';
import { type NvmlOptions, type NvmlSensor, nvmlSensor } from '../../agent/readers/nvml/sensor.ts';
import { hostTree } from '../support/host-tree.ts';
import { describeCompiled, gpuHost, oneGpu, type Script, UUID } from '../support/nvml-stand-in.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { tempFolder } from '../support/temp-folder.ts';

const home = tempFolder();
const OTHER = 'GPU-5f3c1a52-0000-4000-8000-000000000002';
const MOST_LOOKS = 2000;

function at(seconds: number): Moment {
  return { readAt: new Date(seconds * 1000), runningMs: seconds * 1000, sinceBootMs: seconds * 1000 };
}

let hosts = 0;
const sensors: NvmlSensor[] = [];
afterEach(() => {
  for (const sensor of sensors.splice(0)) sensor.close();
});

function hostWith(script: Script, ...flags: string[]) {
  hosts += 1;
  return gpuHost(join(home, `host-${hosts}`), script, ...flags);
}

function sensorOf(root: string, more: Partial<NvmlOptions> = {}): NvmlSensor {
  const sensor = nvmlSensor({ root, deadlineMs: PATIENT_MS, ...more });
  sensors.push(sensor);
  return sensor;
}

let seconds = 1000;
function nextSecond(): Moment {
  seconds += 1;
  return at(seconds);
}

/** Looks until a reading is as wanted: for what a thread of its own does, in its own time. */
async function readUntil(sensor: NvmlSensor, isWanted: (readings: readonly DeviceReading[]) => boolean) {
  for (let look = 1; look <= MOST_LOOKS; look += 1) {
    const readings = await sensor.read(nextSecond());
    if (isWanted(readings)) return readings;
    await setTimeout(5);
  }
  throw new Error(`Cannot see the reading that is wanted: expected it within ${MOST_LOOKS} looks, got none`);
}

async function readTimes(sensor: NvmlSensor, times: number): Promise<(string | undefined)[]> {
  const gaps: (string | undefined)[] = [];
  for (let look = 0; look < times; look += 1) gaps.push(...(await sensor.read(nextSecond())).map(({ gap }) => gap));
  return gaps;
}

function two(more: Script = {}): Script {
  const second = Object.entries(oneGpu()).map(([key, value]) => [key.replace('gpu0', 'gpu1'), value]);
  return { ...Object.fromEntries(second), ...oneGpu(), count: 2, 'gpu1.uuid': OTHER, ...more };
}

const kernelFile = (root: string) =>
  hostTree(root, {
    'proc/driver/nvidia/gpus/0000:17:00.0/information': `Model: \t\t NVIDIA L4\nIRQ:   \t\t 67\nGPU UUID: \t ${UUID}`,
  });

describeCompiled('the energy of a GPU', () => {
  test('is its counter, in microjoules, under its UUID', async () => {
    const { root } = hostWith(oneGpu());
    expect(await sensorOf(root).read(at(1))).toEqual([
      {
        component: 'gpu',
        domain: UUID,
        method: 'nvml-counter',
        basis: 'measured',
        u95Ratio: 0.08,
        counter: { energyMicrojoules: 1_000_000_000n, rangeMicrojoules: 0n },
        powerLimitWatts: 800,
        idlePowerWatts: 60,
        use: [],
        quality: [],
        vendor: 'NVIDIA',
        model: 'NVIDIA A100-SXM4-80GB',
      },
    ]);
  });

  test('is exact beyond 32 bits and beyond what a double holds', async () => {
    const { root } = hostWith(oneGpu({ 'gpu0.energy': 2n ** 53n + 1n }));
    const [reading] = await sensorOf(root).read(at(1));
    expect(reading?.counter?.energyMicrojoules).toBe((2n ** 53n + 1n) * 1000n);
  });

  test('after the driver was loaded anew is a reset, never a wrap', async () => {
    const host = hostWith(oneGpu());
    const sensor = sensorOf(host.root);
    const [before] = await sensor.read(at(1));
    host.answer(oneGpu({ 'gpu0.energy': 5 }));
    const [after] = await sensor.read(at(2));
    if (!before?.counter || !after?.counter) throw new Error('Cannot compare: expected two counters, got a gap');
    const step = { before: before.counter, after: after.counter, elapsedMs: 1000, isSameBoot: true };
    expect(energyBetween({ ...step, powerLimitWatts: 800 })).toEqual({ gap: 'counter-reset' });
  });

  test('without a counter is the power integrated, and less certain', async () => {
    const host = hostWith(oneGpu({ 'gpu0.energy': '!3' }));
    const sensor = sensorOf(host.root);
    const [before] = await sensor.read(at(1));
    host.answer(oneGpu({ 'gpu0.energy': '!3', 'gpu0.field185.0': 120_000 }));
    const [after] = await sensor.read(at(2));
    expect(after).toMatchObject({ method: 'nvml-power', u95Ratio: 0.1 });
    // (60 W + 120 W) / 2 × 1 s
    expect((after?.counter?.energyMicrojoules ?? 0n) - (before?.counter?.energyMicrojoules ?? 0n)).toBe(90_000_000n);
  });

  test('across a silence of the power begins anew: no energy that lacks a part', async () => {
    const { root } = hostWith(oneGpu({ 'gpu0.energy': '!3' }));
    const sensor = sensorOf(root);
    const [before] = await sensor.read(at(1));
    const [after] = await sensor.read(at(31));
    expect(
      after?.counter && before?.counter && after.counter.energyMicrojoules < before.counter.energyMicrojoules,
    ).toBe(true);
  });

  test.each<[string, Script, number]>([
    ['the average over a second', {}, 60_000],
    ['the power of the instant', { 'gpu0.field185.0': '!3' }, 61_000],
    ['the power usage', { 'gpu0.field185.0': '!3', 'gpu0.field186.0': '!3', 'gpu0.power': 62_000 }, 62_000],
  ])('is integrated from %s, whichever is there first', async (_, fields, milliwatts) => {
    const { root } = hostWith(oneGpu({ 'gpu0.energy': '!3', ...fields }));
    const sensor = sensorOf(root);
    const [before] = await sensor.read(at(1));
    const [after] = await sensor.read(at(2));
    expect((after?.counter?.energyMicrojoules ?? 0n) - (before?.counter?.energyMicrojoules ?? 0n)).toBe(
      BigInt(milliwatts * 1000),
    );
  });

  test('is read by one call with its power where both ways to the counter agree', async () => {
    const host = hostWith(oneGpu({ 'gpu0.field83.0': 1_000_001 }));
    const sensor = sensorOf(host.root);
    const inFields = await sensor.read(at(1));
    host.answer(oneGpu({ 'gpu0.field83.0': 1_500_000, 'gpu0.energy': '!10' }));
    expect([...inFields, ...(await sensor.read(at(2)))]).toMatchObject([
      { counter: { energyMicrojoules: 1_000_001_000n } },
      { counter: { energyMicrojoules: 1_500_000_000n } },
    ]);
    const other = sensorOf(hostWith(oneGpu({ 'gpu0.field83.0': 7 })).root);
    expect(await other.read(at(1))).toMatchObject([{ counter: { energyMicrojoules: 1_000_000_000n } }]);
  });

  test('of a driver too old for half of the functions is its power', async () => {
    const { root } = hostWith(oneGpu({ 'gpu0.processes': '7 8' }), '-DOLD');
    const sensor = sensorOf(root);
    await sensor.read(at(1));
    expect(await sensor.read(at(2))).toMatchObject([
      {
        method: 'nvml-power',
        counter: {},
        use: [
          { pid: 7, weight: 1n },
          { pid: 8, weight: 1n },
        ],
        quality: ['gpu-split-by-process'],
      },
    ]);
  });

  test('is told twice for comparison: counter over integrated power', async () => {
    const host = hostWith(oneGpu());
    const sensor = sensorOf(host.root);
    let last: readonly DeviceReading[] = [];
    // 60 W by the sensor, 30 J each second by the counter.
    for (let second = 0; second <= 60; second += 10) {
      host.answer(oneGpu({ 'gpu0.energy': 1_000_000 + second * 30_000 }));
      last = await sensor.read(at(second));
    }
    expect(last).toMatchObject([{ counterToPowerRatio: 0.5, quality: ['counter-and-power-disagree'] }]);
  });
});

describeCompiled('a GPU that does not say', () => {
  test.each([
    ['!2', 'driver-refused-argument'],
    ['!4', 'driver-permission-denied'],
    ['!10', 'driver-timed-out'],
    ['!15', 'gpu-lost'],
    ['!16', 'gpu-reset-required'],
    ['!27', 'driver-not-ready'],
    ['!999', 'driver-error-unknown'],
    ['!1234', 'driver-error-1234'],
  ])('because of %s is a gap with its reason, and holds up no other', async (energy, gap) => {
    const host = hostWith(two());
    const sensor = sensorOf(host.root);
    await sensor.read(at(1));
    host.answer(two({ 'gpu0.energy': energy }));
    expect(await sensor.read(at(2))).toMatchObject([
      { domain: UUID, counter: undefined, gap, method: 'nvml-counter' },
      { domain: OTHER, counter: { energyMicrojoules: 1_000_000_000n } },
    ]);
    host.answer(two());
    expect(await sensor.read(at(3))).toMatchObject([{ counter: {} }, { counter: {} }]);
  });

  test('has neither counter nor power: a virtual GPU', async () => {
    const none = { 'gpu0.energy': '!3', 'gpu0.power': '!3', 'gpu0.field185.0': '!3', 'gpu0.field186.0': '!3' };
    const { root } = hostWith(oneGpu({ ...none, 'gpu0.name': 'GRID A100-10C' }));
    expect(await sensorOf(root).read(at(1))).toMatchObject([{ counter: undefined, gap: 'counter-absent' }]);
  });

  test('fell off the bus and has a number but no name: it stays known', async () => {
    const host = hostWith(two());
    const sensor = sensorOf(host.root);
    await sensor.read(at(1));
    host.answer(two({ 'gpu1.handle': '!15', 'gpu1.energy': '!15' }));
    await sensor.prepare(at(100));
    expect(await sensor.read(at(101))).toMatchObject([{ counter: {} }, { domain: OTHER, gap: 'gpu-lost' }]);
  });

  test('was taken out: it is no longer listed', async () => {
    const host = hostWith(two());
    const sensor = sensorOf(host.root);
    await sensor.read(at(1));
    host.answer(oneGpu());
    await sensor.prepare(at(100));
    expect(await sensor.read(at(101))).toMatchObject([{ domain: UUID }]);
  });
});

describeCompiled('a driver that hangs', () => {
  test('is not asked a second time, and is read again when it has returned', async () => {
    const host = hostWith(two());
    writeFileSync(join(host.root, 'free'), 'a thread');
    const sensor = sensorOf(host.root, { deadlineMs: 40 });
    await readUntil(sensor, (readings) => readings.length === 2 && readings.every(({ counter }) => counter));
    await sensor.prepare(nextSecond());
    host.answer(two({ hang: 'gpu1.energy', 'gpu0.energy': 2_000_000 }));
    await readUntil(sensor, (readings) => readings.every(({ gap }) => gap === 'driver-not-answering'));
    expect(await readTimes(sensor, 10)).toEqual(Array.from({ length: 20 }, () => 'driver-not-answering'));
    // Were every look to call again, no thread of the pool would be left for a file.
    expect(await readFile(join(host.root, 'free'), 'utf8')).toBe('a thread');
    expect(sensor.isHanging()).toBe(true);
    host.answer(two({ 'gpu1.energy': 3_000_000 }));
    const after = await readUntil(sensor, (readings) => readings.every(({ counter }) => counter));
    expect(after[1]?.counter?.energyMicrojoules).toBe(3_000_000_000n);
  });

  test('while it says who used the GPU does not take the energy with it', async () => {
    const host = hostWith(oneGpu({ 'gpu0.processes': '7' }));
    const sensor = sensorOf(host.root, { deadlineMs: 200 });
    await readUntil(sensor, ([gpu]) => gpu?.counter !== undefined && gpu.use.length === 1);
    host.answer(oneGpu({ 'gpu0.processes': '7', hang: 'gpu0.samples' }));
    const [gpu] = await readUntil(sensor, ([gpu]) => gpu?.quality?.includes('use-of-earlier-look') ?? false);
    expect(gpu).toMatchObject({ counter: { energyMicrojoules: 1_000_000_000n }, use: [{ pid: 7 }] });
    host.answer(oneGpu());
  });

  test('while it is opened leaves the GPUs that the kernel knows, as a gap', async () => {
    const root = kernelFile(join(home, 'hanging-host'));
    const host = gpuHost(root, oneGpu({ hang: 'init' }));
    const sensor = sensorOf(root, { deadlineMs: 100 });
    const readings = await readUntil(sensor, (readings) => readings.length > 0);
    expect(readings).toMatchObject([
      { domain: UUID, model: 'NVIDIA L4', gap: 'driver-not-answering', powerLimitWatts: 144, idlePowerWatts: 8 },
    ]);
    host.answer(oneGpu());
    await readUntil(sensor, ([gpu]) => gpu?.counter !== undefined);
  });
});

describeCompiled('a driver that comes and goes', () => {
  test('upgraded underneath is opened anew, and asks for a restart where that does not help', async () => {
    const host = hostWith(oneGpu());
    const sensor = sensorOf(host.root);
    await sensor.read(at(1));
    host.answer(oneGpu({ 'gpu0.energy': '!18', init: '!18' }));
    expect(await sensor.read(at(2))).toMatchObject([{ gap: 'driver-upgraded' }]);
    expect(sensor.isRestartNeeded()).toBe(false);
    expect(await sensor.read(at(12))).toMatchObject([{ gap: 'driver-upgraded' }]);
    expect(sensor.isRestartNeeded()).toBe(true);
    host.answer(oneGpu({ 'gpu0.energy': 7 }));
    expect(await sensor.read(at(30))).toMatchObject([{ counter: { energyMicrojoules: 7000n } }]);
    expect(sensor.isRestartNeeded()).toBe(false);
  });

  test('that was never of the same version is no reason for a restart', async () => {
    const { root } = hostWith(oneGpu({ init: '!18' }));
    const sensor = sensorOf(root);
    await sensor.read(at(1));
    expect(sensor.isRestartNeeded()).toBe(false);
  });

  test.each([
    ['!1', 'driver-not-initialised'],
    ['!9', 'driver-not-loaded'],
  ])('that answers %s is opened anew', async (energy, gap) => {
    const host = hostWith(oneGpu());
    const sensor = sensorOf(host.root);
    await sensor.read(at(1));
    host.answer(oneGpu({ 'gpu0.energy': energy }));
    expect(await sensor.read(at(2))).toMatchObject([{ gap }]);
    host.answer(oneGpu());
    expect(await sensor.read(at(12))).toMatchObject([{ counter: {} }]);
  });
});

describeCompiled('a container whose toolkit has put the library among its own', () => {
  test('reads the GPUs of its host, and none where the host has no such driver', async () => {
    const { root: ownRoot } = hostWith(oneGpu());
    const root = kernelFile(join(home, 'mounted'));
    expect(await sensorOf(root, { ownRoot }).read(at(1))).toMatchObject([{ domain: UUID, counter: {} }]);
    const other = hostTree(join(home, 'mounted-bare'), { 'proc/stat': 'cpu' });
    expect(await sensorOf(other, { ownRoot }).read(at(1))).toEqual([]);
  });
});

describe('a host without the library', () => {
  test('has no GPU', async () => {
    expect(await sensorOf(hostTree(join(home, 'bare'), { 'proc/stat': 'cpu' })).read(at(1))).toEqual([]);
  });

  test('has the GPUs that the kernel knows, as a gap', async () => {
    const root = kernelFile(join(home, 'no-library'));
    expect(await sensorOf(root, { ownRoot: home }).read(at(1))).toMatchObject([
      { domain: UUID, gap: 'driver-library-absent' },
    ]);
  });

  test('or with one that is none says so', async () => {
    const root = kernelFile(join(home, 'broken-library'));
    const library = join(root, 'library.so');
    writeFileSync(library, 'not a library');
    const sensor = sensorOf(root, { settings: { library } });
    expect(await sensor.read(at(1))).toMatchObject([{ domain: UUID, gap: 'driver-library-broken' }]);
    expect(sensor.fault()).toContain(library);
  });

  test('is not looked for where the settings say so', async () => {
    const root = kernelFile(join(home, 'switched-off'));
    expect(await sensorOf(root, { settings: { enabled: false } }).read(at(1))).toEqual([]);
  });
});

describeCompiled('the power of a GPU that nobody uses', () => {
  const idleOf = async (script: Script, more: Partial<NvmlOptions> = {}) => {
    const [gpu] = await sensorOf(hostWith(script).root, more).read(at(1));
    return gpu?.idlePowerWatts;
  };

  test('is what the settings say, else the least that was seen, else that of its model', async () => {
    const busy = oneGpu({ 'gpu0.processes': '7' });
    expect(await idleOf(oneGpu(), { settings: { idle_watts: 41 } })).toBe(41);
    expect(await idleOf(oneGpu(), { settings: { idle_watts: { [UUID]: 42 } } })).toBe(42);
    expect(await idleOf(oneGpu(), { settings: { idle_watts: { [OTHER]: 42 } } })).toBe(60);
    expect(await idleOf(busy)).toBe(46);
    expect(await idleOf({ ...busy, 'gpu0.name': 'NVIDIA GeForce RTX 4090' })).toBeUndefined();
  });

  test('goes down and never up', async () => {
    const host = hostWith(oneGpu());
    const sensor = sensorOf(host.root);
    const seen: (number | undefined)[] = [];
    for (const [second, milliwatts] of [70_000, 50_000, 90_000].entries()) {
      host.answer(oneGpu({ 'gpu0.field185.0': milliwatts }));
      seen.push((await sensor.read(at(second)))[0]?.idlePowerWatts);
    }
    expect(seen).toEqual([70, 50, 50]);
  });
});

describeCompiled('the use of a GPU while the wall clock is set', () => {
  const HOUR = 3600;
  const busy = (samples: string) => oneGpu({ 'gpu0.processes': '7 8', 'gpu0.samples': samples });
  const micros = (second: number) => second * 1_000_000;

  test('goes on by samples: those from before the step are of no time that is to come', async () => {
    const host = hostWith(busy(`7@${micros(2 * HOUR)}:90 8@${micros(2 * HOUR)}:30`));
    const sensor = sensorOf(host.root);
    const moment = (wall: number, running: number): Moment => ({ ...at(running), readAt: new Date(wall * 1000) });
    expect(await sensor.read(moment(2 * HOUR, 1))).toMatchObject([
      {
        use: [
          { pid: 7, weight: 90n },
          { pid: 8, weight: 30n },
        ],
      },
    ]);
    // The driver still holds the samples of the hour that is to come again.
    host.answer(
      busy(`7@${micros(2 * HOUR)}:90 8@${micros(2 * HOUR)}:30 7@${micros(HOUR + 1)}:80 8@${micros(HOUR + 1)}:20`),
    );
    for (const [wall, running] of [
      [HOUR + 1, 2],
      [HOUR + 2, 3],
    ] as const) {
      const [gpu] = await sensor.read(moment(wall, running));
      expect(gpu?.use).toEqual([
        { pid: 7, weight: running === 2 ? 80n : 1n },
        { pid: 8, weight: running === 2 ? 20n : 1n },
      ]);
    }
  });
});

describeCompiled('a GPU beside a processor in one module', () => {
  const GRACE_HOPPER = { 'gpu0.name': 'NVIDIA GH200 480GB', 'gpu0.field185.1': 240_000, 'gpu0.field186.1': 240_000 };

  test('of the kind whose counter holds them all covers processor and memory', async () => {
    const { root } = hostWith(oneGpu(GRACE_HOPPER));
    expect(await sensorOf(root).read(at(1))).toMatchObject([
      { method: 'nvml-counter', covers: ['cpu', 'memory'], quality: ['module-scope'] },
    ]);
  });

  test('without a counter is the power of the module', async () => {
    const { root } = hostWith(oneGpu({ ...GRACE_HOPPER, 'gpu0.energy': '!3' }));
    const sensor = sensorOf(root);
    const [before] = await sensor.read(at(1));
    const [after] = await sensor.read(at(2));
    expect(after).toMatchObject({ method: 'nvml-power', covers: ['cpu', 'memory'] });
    expect((after?.counter?.energyMicrojoules ?? 0n) - (before?.counter?.energyMicrojoules ?? 0n)).toBe(240_000_000n);
  });

  test('of another kind gives the power of the GPU alone: whose its counter is, nobody says', async () => {
    const { root } = hostWith(oneGpu({ ...GRACE_HOPPER, 'gpu0.name': 'NVIDIA GB200' }));
    const [gpu] = await sensorOf(root).read(at(1));
    expect(gpu).toMatchObject({ method: 'nvml-power', quality: ['counter-scope-unknown'] });
    expect(gpu?.covers).toBeUndefined();
  });
});
