import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import type { DeviceUse, Moment } from '../../agent/look.ts';
import { openLookout } from '../../agent/readers/look.ts';
import { PROCESS_BYTES, processesIn, UNTOUCHED } from '../../agent/readers/nvml/layouts.ts';
import { type NvmlOptions, type NvmlSensor, nvmlSensor } from '../../agent/readers/nvml/sensor.ts';
import { useOf, useOfInstances } from '../../agent/readers/nvml/use.ts';
import { hostTree } from '../support/host-tree.ts';
import { groupFiles, processFiles } from '../support/made-up-processes.ts';
import { describeCompiled, type GpuHost, gpuHost, oneGpu, type Script, UUID } from '../support/nvml-stand-in.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { tempFolder } from '../support/temp-folder.ts';

const home = tempFolder();
const NOBODY = new Map<number, number>();

function at(seconds: number): Moment {
  return { readAt: new Date(seconds * 1000), runningMs: seconds * 1000, sinceBootMs: seconds * 1000 };
}

let hosts = 0;
const sensors: NvmlSensor[] = [];
afterEach(() => {
  for (const sensor of sensors.splice(0)) sensor.close();
});

function hostWith(script: Script): GpuHost {
  hosts += 1;
  return gpuHost(join(home, `host-${hosts}`), oneGpu(script));
}

function sensorOf({ root }: GpuHost, more: Partial<NvmlOptions> = {}): NvmlSensor {
  const sensor = nvmlSensor({ root, deadlineMs: PATIENT_MS, ...more });
  sensors.push(sensor);
  return sensor;
}

/** `7×30` for a process and its weight. */
function told(use: DeviceUse | undefined): string {
  return typeof use === 'object' ? use.map(({ pid, weight }) => `${pid}×${weight}`).join(' ') : String(use);
}

const useAt = async (sensor: NvmlSensor, seconds: number) => told((await sensor.read(at(seconds)))[0]?.use);

describeCompiled('the number of a GPU', () => {
  const SERVICE = '/system.slice/train.service';
  const SECOND = 'GPU-5f3c1a52-0000-4000-8000-000000000002';
  const two = (name: string) =>
    oneGpu({ count: 2, 'gpu1.uuid': SECOND, 'gpu1.name': name, 'gpu1.energy': 1_000_000, 'gpu1.power': 60_000 });

  test('is that of the driver, once it has answered', async () => {
    const sensor = sensorOf(hostWith(two('NVIDIA A100-SXM4-80GB')));
    expect(sensor.deviceOfIndex?.(0)).toBeUndefined();
    await sensor.read(at(1));
    expect([0, 1, 2].map((index) => sensor.deviceOfIndex?.(index))).toEqual([UUID, SECOND, undefined]);
  });

  test('is not known where GPUs differ: CUDA may count them in another order', async () => {
    const sensor = sensorOf(hostWith(two('NVIDIA H100 80GB HBM3')));
    await sensor.read(at(1));
    expect(sensor.deviceOfIndex?.(0)).toBeUndefined();
  });

  test('gives a GPU of which the driver names no process to the one that says CUDA_VISIBLE_DEVICES=1', async () => {
    const root = hostTree(join(home, 'numbered'), {
      ...processFiles(7, { cgroup: SERVICE, says: { CUDA_VISIBLE_DEVICES: '1' } }),
      ...groupFiles(SERVICE, 5),
    });
    gpuHost(root, two('NVIDIA A100-SXM4-80GB'));
    const lookout = openLookout(root, { deadlineMs: PATIENT_MS });
    await lookout.prepare(at(1));
    const { owners } = await lookout.look(at(2));
    lookout.close();
    expect(owners.ofDevice(SECOND).map(({ labels }) => labels['unit'])).toEqual(['train.service']);
    expect(owners.ofDevice(UUID)).toEqual([]);
  });
});

describeCompiled('who used a GPU', () => {
  test('is told by what the multiprocessors did for each process since the last look', async () => {
    const host = hostWith({ 'gpu0.processes': '7 8', 'gpu0.samples': '7@1000:30 8@1000:10' });
    const sensor = sensorOf(host);
    expect(await useAt(sensor, 1)).toBe('7×30 8×10');
    host.answer(
      oneGpu({ 'gpu0.processes': '7 8', 'gpu0.samples': '7@1000:30 8@1000:10 8@2000:50 7@3000:5 8@3000:45' }),
    );
    expect(await useAt(sensor, 2)).toBe('8×95 7×5');
  });

  test('counts what a process did that has ended by now', async () => {
    const sensor = sensorOf(hostWith({ 'gpu0.processes': '7', 'gpu0.samples': '9@1000:80 7@1000:20' }));
    expect(await useAt(sensor, 1)).toBe('9×80 7×20');
  });

  test('belongs to the energy that is told with it, also across a gap', async () => {
    const host = hostWith({ 'gpu0.processes': '7 8' });
    const sensor = sensorOf(host);
    await sensor.read(at(1));
    host.answer(oneGpu({ 'gpu0.processes': '7 8', 'gpu0.samples': '7@1000:30', 'gpu0.energy': '!10' }));
    await sensor.read(at(2));
    host.answer(oneGpu({ 'gpu0.processes': '7 8', 'gpu0.samples': '7@1000:30 8@2000:10' }));
    expect(await useAt(sensor, 3)).toBe('7×30 8×10');
  });

  test.each<[string, Script, string, string[]]>([
    ['nobody, where no process holds it', {}, '', []],
    ['alike, where nobody did anything', { 'gpu0.processes': '7 8' }, '7×1 8×1', []],
    [
      'alike, where the driver takes no samples',
      { 'gpu0.processes': '7 8', 'gpu0.samples': '!3' },
      '7×1 8×1',
      ['gpu-split-by-process'],
    ],
    ['a single one, without a remark', { 'gpu0.processes': '7', 'gpu0.samples': '!3' }, '7×1', []],
    ['unknown, where processes are not listed', { 'gpu0.processes': '!4' }, 'unknown', []],
    ['by samples, where processes are not listed', { 'gpu0.processes': '!4', 'gpu0.samples': '7@1:9' }, '7×9', []],
    ['once, where a process holds it twice', { 'gpu0.processes': '7 7' }, '7×1', []],
    [
      'not by samples that are no per cents',
      { 'gpu0.processes': '7', 'gpu0.samples': '7@1:4294967295 8@1:101 9@1:0' },
      '7×1',
      [],
    ],
  ])('is %s', async (_, script, expected, quality) => {
    const [gpu] = await sensorOf(hostWith(script)).read(at(1));
    expect([told(gpu?.use), gpu?.quality]).toEqual([expected, quality]);
  });

  test.each([16, 24, 32])('is told by lists of any length and of %d bytes a process', async (stride) => {
    const pids = Array.from({ length: 500 }, (_, index) => index + 1);
    const sensor = sensorOf(hostWith({ stride, 'gpu0.processes': pids.join(' ') }));
    expect(await useAt(sensor, 1)).toBe(pids.map((pid) => `${pid}×1`).join(' '));
  });

  test('is told by more samples than there was room for', async () => {
    const samples = Array.from({ length: 700 }, (_, index) => `${(index % 3) + 1}@${index + 1}:1`).join(' ');
    const sensor = sensorOf(hostWith({ 'gpu0.processes': '1 2 3', 'gpu0.samples': samples }));
    expect(await useAt(sensor, 1)).toBe('1×234 2×233 3×233');
  });
});

describeCompiled('a GPU whose processes share one context (MPS)', () => {
  const served = async (script: Script) => {
    const host = hostWith(script);
    mkdirSync(join(host.root, 'proc/70'), { recursive: true });
    writeFileSync(join(host.root, 'proc/70/comm'), 'nvidia-cuda-mps\n');
    const [gpu] = await sensorOf(host).read(at(1));
    return [told(gpu?.use), gpu?.quality];
  };

  test('goes to its clients, and never to the server', async () => {
    expect(await served({ 'gpu0.processes': '70', 'gpu0.clients': '7 8', 'gpu0.samples': '70@1:90' })).toEqual([
      '7×1 8×1',
      ['mps-split-by-process'],
    ]);
    expect(await served({ 'gpu0.processes': '70 7 8', 'gpu0.samples': '7@1:60 8@1:30' })).toEqual(['7×60 8×30', []]);
  });

  test('is unknown where its clients are', async () => {
    expect(await served({ 'gpu0.processes': '70', 'gpu0.samples': '70@1:90' })).toEqual([
      'unknown',
      ['mps-clients-unknown'],
    ]);
  });
});

describeCompiled('a GPU that is cut into instances (MIG)', () => {
  const CUT = {
    'gpu0.mig': '3:1 2:2 1:9',
    'gpu0.samples': '!3',
    'gpu0mig0.processes': '7:1',
    'gpu0mig1.processes': '8:2 9:2',
    'gpu0mig2.processes': '',
  };
  const usedBy = async (activity: Readonly<Record<number, number>>, script: Script = CUT) => {
    const instanceActivity = (uuid: string, instance: number) => (uuid === UUID ? activity[instance] : undefined);
    const [gpu] = await sensorOf(hostWith(script), { instanceActivity }).read(at(1));
    return [told(gpu?.use), gpu?.quality];
  };

  test('goes by the activity of each instance times its slices', async () => {
    // 0.5 × 3 slices; 0.25 × 2 slices between two.
    expect(await usedBy({ 1: 0.5, 2: 0.25 })).toEqual(['7×1500000000 8×250000000 9×250000000', []]);
  });

  test('goes by process where the activity of an instance that is used is not known', async () => {
    expect(await usedBy({ 1: 0.5 })).toEqual(['7×1 8×1 9×1', ['mig-split-by-process']]);
    expect(await usedBy({ 1: 0, 2: 0 })).toEqual(['7×1 8×1 9×1', ['mig-split-by-process']]);
    expect(await usedBy({ 1: Number.NaN, 2: 0.5 })).toEqual(['7×1 8×1 9×1', ['mig-split-by-process']]);
  });

  test('is idle where no instance is used, and unknown where one does not say', async () => {
    expect(await usedBy({}, { ...CUT, 'gpu0mig0.processes': '', 'gpu0mig1.processes': '' })).toEqual(['', []]);
    expect(await usedBy({}, { ...CUT, 'gpu0mig1.processes': '!4' })).toEqual(['unknown', []]);
  });
});

describe('any use', () => {
  const pid = fc.integer({ min: 0, max: 20 });
  const pids = fc.option(fc.array(pid), { nil: undefined });
  const work = fc.option(fc.array(fc.tuple(pid, fc.integer({ min: 1, max: 10_000 }))), { nil: undefined });

  function expectSound(use: DeviceUse): void {
    if (typeof use !== 'object') return;
    expect(use.every(({ weight }) => weight >= 0n)).toBe(true);
    expect(new Set(use.map(({ pid }) => pid)).size).toBe(use.length);
  }

  test('names each process once, with a weight of at least zero, and never a server', () => {
    fc.assert(
      fc.property(pids, work, fc.array(pid), fc.array(pid), (pids, work, servers, clients) => {
        const { use } = useOf({ pids, work: work && new Map(work), servers: new Set(servers), clients });
        expectSound(use);
        if (typeof use === 'object') expect(use.some(({ pid }) => servers.includes(pid))).toBe(false);
      }),
    );
  });

  test('by instances weighs what it is told, whatever that is', () => {
    const instance = fc.record({ id: fc.nat(9), slices: fc.integer({ min: 1, max: 7 }), pids: fc.array(pid) });
    fc.assert(
      fc.property(fc.array(instance), fc.array(fc.option(fc.double(), { nil: undefined })), (instances, activity) => {
        const unique = [...new Map(instances.flatMap(({ pids }) => pids).map((pid) => [pid, pid])).keys()];
        const { use } = useOfInstances(instances, (id) => activity[id]);
        if (typeof use !== 'object') throw new Error('Cannot weigh: expected a list of processes, got none');
        expect(use.every(({ weight }) => weight >= 0n)).toBe(true);
        expect(new Set(use.map(({ pid }) => pid))).toEqual(new Set(unique));
      }),
    );
  });

  test('of a GPU that nobody holds is nobody, not unknown', () => {
    expect(useOf({ pids: [], work: NOBODY, servers: new Set(), clients: [] })).toEqual({ use: [], quality: [] });
  });
});

test('a list of processes is read whatever the driver wrote into it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 * PROCESS_BYTES }), fc.nat(20), (written, count) => {
      const list = Buffer.alloc(20 * PROCESS_BYTES, UNTOUCHED);
      list.set(written);
      expect(processesIn(list, count)).toHaveLength(count);
    }),
  );
});
