import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { readWorkloadTimes } from '../../agent/readers/cgroups.ts';
import { readCpuTime } from '../../agent/readers/cpu-time.ts';
import { readHost } from '../../agent/readers/host.ts';
import { raplSensor } from '../../agent/readers/rapl.ts';
import { type HostFiles, hostTree, zone } from '../support/host-tree.ts';
import { describeShared } from '../support/shared.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const MOMENT = { readAt: new Date(0), runningMs: 0, sinceBootMs: 0 };
const readRapl = (root: string) => raplSensor(root).read(MOMENT);
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

  test('the limit of power is twice what the package states, else 1000 W', async () => {
    const package0 = zone('intel-rapl:0', 'package-0', 5);
    const stated = { ...package0, 'sys/class/powercap/intel-rapl:0/constraint_0_max_power_uw': '125000000' };
    expect(await readRapl(hostTree(root, stated))).toMatchObject([{ powerLimitWatts: 250 }]);
    expect(await readRapl(hostTree(root, package0))).toMatchObject([{ powerLimitWatts: 1000 }]);
  });
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

test('a workload counts whole, and what runs inside it is not listed again', async () => {
  const files = {
    'sys/fs/cgroup/cpu.stat': 'usage_usec 900',
    'sys/fs/cgroup/system.slice/cpu.stat': 'usage_usec 800',
    'sys/fs/cgroup/system.slice/a.service/cpu.stat': 'usage_usec 70\nuser_usec 60',
    'sys/fs/cgroup/system.slice/a.service/inner.service/cpu.stat': 'usage_usec 60',
    'sys/fs/cgroup/system.slice/slurmstepd.scope/job_9/step_0/cpu.stat': 'usage_usec 1',
    'sys/fs/cgroup/system.slice/slurmstepd.scope/job_9/cpu.stat': 'usage_usec 5',
    'sys/fs/cgroup/system.slice/unreadable.service/memory.stat': 'anon 1',
  };
  const times = (await readWorkloadTimes(hostTree(root, files))).map(({ workload, microseconds }) => ({
    cgroup: workload.key,
    microseconds,
  }));
  expect(times).toEqual([
    { cgroup: '/system.slice/a.service', microseconds: 70n },
    { cgroup: '/system.slice/slurmstepd.scope/job_9', microseconds: 5n },
  ]);
});

test('a host is named by its settings, else as the bill names the instance, else by its host name', async () => {
  const names = { 'proc/sys/kernel/hostname': 'node-1', 'sys/class/dmi/id/board_asset_tag': 'i-0a1b2c3d4e5f60718' };
  hostTree(root, names);
  expect(await readHost(root, {})).toEqual({ hostId: 'i-0a1b2c3d4e5f60718', resourceId: 'i-0a1b2c3d4e5f60718' });
  expect(await readHost(root, { hostId: 'h', resourceId: 'r' })).toEqual({ hostId: 'h', resourceId: 'r' });
  hostTree(root, { ...names, 'sys/class/dmi/id/board_asset_tag': 'Not Specified' });
  expect(await readHost(root, {})).toEqual({ hostId: 'node-1', resourceId: 'node-1' });
  await expect(readHost(hostTree(root, {}), {})).rejects.toThrow(/^Cannot name this host: expected host_id/);
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
