import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdirSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { readCpuTime } from '../../agent/readers/cpu-time.ts';
import { raplSensor } from '../../agent/readers/rapl.ts';
import type { Sensor } from '../../agent/readers/sensor.ts';
import { type HostFiles, hostTree, zone } from '../support/host-tree.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { describeShared } from '../support/shared.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const MOMENT = { readAt: new Date(0), runningMs: 0, sinceBootMs: 0 };
const readRapl = (root: string) => raplSensor(root, PATIENT_MS).read(MOMENT);
const read = async (files: HostFiles) =>
  (await readRapl(hostTree(root, files))).map(({ component, domain, counter }) => [
    component,
    domain,
    counter?.energyMicrojoules,
  ]);

describe('the counters of a host', () => {
  test('packages and their memory count; cores, graphics and the whole platform do not', async () => {
    const files = {
      ...zone('intel-rapl:0', 'package-0', 10),
      ...zone('intel-rapl:0:0', 'core', 7),
      ...zone('intel-rapl:0:1', 'dram', 3),
      ...zone('intel-rapl:1', 'psys', 99),
      ...zone('intel-rapl:2', 'package-1', 20),
      ...zone('intel-rapl:2:0', 'uncore', 1),
      ...zone('intel-rapl:2:1', 'dram', 4),
    };
    expect(await read(files)).toEqual([
      ['cpu', 'package-0', 10n],
      ['memory', 'package-0/dram', 3n],
      ['cpu', 'package-1', 20n],
      ['memory', 'package-1/dram', 4n],
    ]);
  });

  test('the twin in memory-mapped registers is not added, and stands in where it is alone', async () => {
    const twin = zone('intel-rapl-mmio:0', 'package-0', 11);
    expect(await read({ ...twin, ...zone('intel-rapl:0', 'package-0', 10) })).toEqual([['cpu', 'package-0', 10n]]);
    expect(await read(twin)).toEqual([['cpu', 'package-0', 11n]]);
  });

  test('two counters of one name stay two', async () => {
    expect(await read({ ...zone('intel-rapl:0', 'dram', 1), ...zone('intel-rapl:1', 'dram', 2) })).toEqual([
      ['memory', 'dram (intel-rapl:0)', 1n],
      ['memory', 'dram (intel-rapl:1)', 2n],
    ]);
  });

  test.each(['', '-1', 'off', '1.5'])('a counter that says "%s" is there and cannot be read', async (energy) => {
    expect(await read(zone('intel-rapl:0', 'package-0', energy))).toEqual([['cpu', 'package-0', undefined]]);
  });

  test('a counter that fails to open is there and cannot be read', async () => {
    hostTree(root, zone('intel-rapl:0', 'package-0', 5));
    const file = join(root, 'sys/class/powercap/intel-rapl:0/energy_uj');
    rmSync(file);
    mkdirSync(file);
    expect(await readRapl(root)).toMatchObject([{ domain: 'package-0', counter: undefined }]);
  });

  test('a host without counters has none', async () => {
    expect(await read({ 'proc/stat': 'cpu' })).toEqual([]);
  });

  test.each([
    ['twice what the package states', { constraint_0_max_power_uw: 125_000_000 }, 250],
    ['twice the higher limit', { constraint_0_max_power_uw: 15e6, constraint_1_power_limit_uw: 64_000_000 }, 128],
    ['not below 100 W', { constraint_0_max_power_uw: 22_000_000 }, 100],
    ['1000 W where it is unlimited', { constraint_0_power_limit_uw: 4_095_875_000 }, 1000],
    ['1000 W where nothing is stated, as for AMD', {}, 1000],
  ])('the limit of power is %s', async (_, files, watts) => {
    const stated = Object.entries(files).map(([file, value]) => [
      `sys/class/powercap/intel-rapl:0/${file}`,
      String(value),
    ]);
    const tree = hostTree(root, { ...zone('intel-rapl:0', 'package-0', 5), ...Object.fromEntries(stated) });
    expect(await readRapl(tree)).toMatchObject([{ powerLimitWatts: watts }]);
  });

  test('each die of a package counts, and so does its memory', async () => {
    const files = {
      ...zone('intel-rapl:0', 'package-0-die-0', 1),
      ...zone('intel-rapl:0:0', 'dram', 2),
      ...zone('intel-rapl:1', 'package-0-die-1', 3),
      ...zone('intel-rapl:1:0', 'dram', 4),
    };
    expect(await read(files)).toEqual([
      ['cpu', 'package-0-die-0', 1n],
      ['memory', 'package-0-die-0/dram', 2n],
      ['cpu', 'package-0-die-1', 3n],
      ['memory', 'package-0-die-1/dram', 4n],
    ]);
  });

  test('a package that only its twin shows counts with its memory, beside one that has both', async () => {
    const files = {
      ...zone('intel-rapl:0', 'package-0', 1),
      ...zone('intel-rapl:0:0', 'dram', 2),
      ...zone('intel-rapl-mmio:0', 'package-0', 11),
      ...zone('intel-rapl-mmio:0:0', 'dram', 12),
      ...zone('intel-rapl-mmio:1', 'package-1', 3),
      ...zone('intel-rapl-mmio:1:0', 'dram', 4),
    };
    expect(await read(files)).toEqual([
      ['cpu', 'package-1', 3n],
      ['memory', 'package-1/dram', 4n],
      ['cpu', 'package-0', 1n],
      ['memory', 'package-0/dram', 2n],
    ]);
  });

  test('a counter without a range has range 0, and one whose power is not limited counts', async () => {
    const files = {
      ...zone('intel-rapl:0', 'package-0', 5, 0),
      'sys/class/powercap/intel-rapl:0/enabled': '0',
      ...zone('intel-rapl:1', 'package-1', 6, 'none'),
    };
    expect((await readRapl(hostTree(root, files))).map(({ counter }) => counter)).toEqual([
      { energyMicrojoules: 5n, rangeMicrojoules: 0n },
      { energyMicrojoules: 6n, rangeMicrojoules: 0n },
    ]);
  });
});

describe('a sensor that stays', () => {
  /** Looks once a second, until they show what is awaited, thirty times at most. */
  async function domainsUntil(sensor: Sensor, awaited: string, fromMs: number): Promise<string[]> {
    let domains: string[] = [];
    for (let second = 0; second < 30 && !domains.includes(awaited); second += 1) {
      domains = (await sensor.read({ ...MOMENT, runningMs: fromMs + second * 1000 })).map(({ domain }) => domain);
      await setTimeout(5);
    }
    return domains;
  }

  test('finds a package that was plugged in within a minute', async () => {
    hostTree(root, zone('intel-rapl:0', 'package-0', 1));
    const sensor = raplSensor(root, PATIENT_MS);
    expect(await sensor.read(MOMENT)).toHaveLength(1);
    hostTree(root, { ...zone('intel-rapl:0', 'package-0', 1), ...zone('intel-rapl:1', 'package-1', 2) });
    expect(await sensor.read({ ...MOMENT, runningMs: 59_000 })).toHaveLength(1);
    expect(await domainsUntil(sensor, 'package-1', 60_000)).toEqual(['package-0', 'package-1']);
    sensor.close();
  });

  test('searches anew as soon as a counter goes away in the kernel', async () => {
    // A file of a process goes away as a device does: whoever has it open is told ESRCH.
    const child = spawn('sleep', ['600']);
    hostTree(root, zone('intel-rapl:0', 'package-0', 1));
    const energy = join(root, 'sys/class/powercap/intel-rapl:0/energy_uj');
    rmSync(energy);
    symlinkSync(`/proc/${child.pid}/oom_score`, energy);
    const sensor = raplSensor(root, PATIENT_MS);
    const [reading] = await sensor.read(MOMENT);
    expect(reading?.counter).toBeDefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await sensor.read({ ...MOMENT, runningMs: 1000 })).toMatchObject([{ gap: 'counter-not-readable' }]);
    hostTree(root, zone('intel-rapl:1', 'package-1', 2));
    expect(await domainsUntil(sensor, 'package-1', 2000)).toEqual(['package-1']);
    sensor.close();
  });

  /** A file that nobody answers, in the place of one of a zone's. */
  function silent(file: string): string {
    const pipe = join(root, 'sys/class/powercap/intel-rapl:0', file);
    rmSync(pipe);
    execFileSync('mkfifo', [pipe]);
    return pipe;
  }

  test('finds the other packages where one does not even tell its name', async () => {
    hostTree(root, { ...zone('intel-rapl:0', 'package-0', 1), ...zone('intel-rapl:1', 'package-1', 2) });
    const pipe = silent('name');
    const sensor = raplSensor(root, PATIENT_MS);
    expect(await sensor.read(MOMENT)).toMatchObject([{ domain: 'package-1', counter: { energyMicrojoules: 2n } }]);
    closeSync(openSync(pipe, constants.O_RDWR));
    sensor.close();
  });

  test('is not held up by a counter that does not answer, nor are the others', async () => {
    hostTree(root, { ...zone('intel-rapl:0', 'package-0', 1), ...zone('intel-rapl:1', 'package-1', 2) });
    const pipe = silent('energy_uj');
    const sensor = raplSensor(root, 500);
    for (const runningMs of [0, 1000, 2000]) {
      expect(await sensor.read({ ...MOMENT, runningMs })).toMatchObject([
        { domain: 'package-0', counter: undefined, gap: 'counter-slow' },
        { domain: 'package-1', counter: { energyMicrojoules: 2n } },
      ]);
    }
    // Whoever waits at the pipe is let go.
    closeSync(openSync(pipe, constants.O_RDWR));
    sensor.close();
  });
});

describeShared('recorded hosts', 'recorded/sysfs', (folder) => {
  test('of Kepler: one package beside its cores, its twin and a package of two digits', async () => {
    const zones = await readRapl(join(folder, 'kepler'));
    expect(zones.map(({ domain, counter }) => [domain, counter?.energyMicrojoules])).toEqual([
      ['package-0', 240_422_366_267n],
      ['package-10', 240_422_366_267n],
    ]);
  });

  test('of procfs: packages and the CPU time of a real machine', async () => {
    const machine = join(folder, 'prometheus-procfs/tree/fixtures');
    expect((await readRapl(machine)).map(({ domain }) => domain)).toEqual(['package-0', 'package-10']);
    const time = await readCpuTime(machine);
    expect(time?.busyMicroseconds).toBeGreaterThan(0n);
    expect(time?.idleMicroseconds).toBeGreaterThan(0n);
  });
});
