import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import fc from 'fast-check';

import { cgroupIn, findGroups, findHierarchy, type Hierarchy, microsecondsIn } from '../../agent/readers/cgroups.ts';
import { GroupTree } from '../../agent/readers/group-tree.ts';
import { type HostFiles, hostTree } from '../support/host-tree.ts';
import { groupFiles } from '../support/made-up-processes.ts';
import { describeShared } from '../support/shared.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const CONTAINER = 'b29faf21b7eff959f64b4192c34d5d67a707fe8561e9eaa608cb27693fba4242';
const V1: Hierarchy = { mount: '/', version: 1 };
const V2: Hierarchy = { mount: '/', version: 2 };

/** CPU time by the path of the group, as the files say. */
async function timesIn(folder: string) {
  const hierarchy = await findHierarchy(folder);
  const { groups } = hierarchy ? await findGroups(hierarchy) : { groups: [] };
  return groups.map(({ cgroup, file }) => [
    cgroup,
    hierarchy && microsecondsIn(hierarchy, { text: readFileSync(file, 'utf8').trimEnd() }),
  ]);
}

describe('the control groups of a host', () => {
  test('of version 2: services, jobs and their steps; slices only hold them', async () => {
    const files = {
      ...groupFiles('', 900),
      ...groupFiles('/system.slice', 800),
      ...groupFiles('/system.slice/a.service', 70),
      ...groupFiles('/system.slice/a.service/inner.service', 60),
      ...groupFiles('/system.slice/slurmstepd.scope/job_9', 5),
      ...groupFiles('/system.slice/slurmstepd.scope/job_9/step_0', 4),
      ...groupFiles('/system.slice/slurmstepd.scope/job_9/step_0/user', 3),
    };
    expect(await timesIn(hostTree(root, files))).toEqual([
      ['/system.slice/a.service', 70n],
      ['/system.slice/slurmstepd.scope/job_9', 5n],
      ['/system.slice/slurmstepd.scope/job_9/step_0', 4n],
    ]);
  });

  test.each(['cpuacct', 'cpu,cpuacct', 'cpuacct,cpu'])('of version 1 below %s, in nanoseconds', async (controllers) => {
    const at = `sys/fs/cgroup/${controllers}`;
    const files = {
      [`${at}/cpuacct.usage`]: '9999999',
      [`${at}/docker/${CONTAINER}/cpuacct.usage`]: '1234567',
      'sys/fs/cgroup/unified/a.service/cpu.stat': 'usage_usec 1',
    };
    expect(await timesIn(hostTree(root, files))).toEqual([[`/docker/${CONTAINER}`, 1234n]]);
  });

  test('of a hybrid host without that controller are those of version 2', async () => {
    const files = { 'sys/fs/cgroup/unified/a.service/cpu.stat': 'usage_usec 1', 'sys/fs/cgroup/memory/tasks': '' };
    expect(await timesIn(hostTree(root, files))).toEqual([['/a.service', 1n]]);
  });

  test('are none where there is no such file system', async () => {
    expect(await findHierarchy(hostTree(root, { 'proc/stat': 'cpu' }))).toBeUndefined();
  });

  test('end at some depth', async () => {
    const deep = Array.from({ length: 40 }, (_, level) => `level-${level}`).join('/');
    const files: HostFiles = { ...groupFiles(`/${deep}/a.service`, 1), ...groupFiles('/b.service', 2) };
    expect(await timesIn(hostTree(root, files))).toEqual([['/b.service', 2n]]);
  });

  test.each(['', 'usage_usec', 'usage_usec -1', 'user_usec 5', 'x usage_usec 5'])('"%s" tells no time', (text) => {
    expect(microsecondsIn(V2, { text })).toBeUndefined();
    expect(microsecondsIn(V1, { text })).toBeUndefined();
  });
});

describe('the control group of a process', () => {
  test('stands in the line of the hierarchy that counts', () => {
    const text = '12:pids:/a\n6:cpu,cpuacct:/b:c/d.service\n1:name=systemd:/e\n0::/f (deleted)\n';
    expect(cgroupIn(V1, text)).toBe('/b:c/d.service');
    expect(cgroupIn(V2, text)).toBe('/f');
    expect(cgroupIn(V1, '0::/f')).toBeUndefined();
  });

  test('may be any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const hierarchy of [V1, V2]) expect(cgroupIn(hierarchy, text) ?? '/').toMatch(/^\//);
      }),
    );
  });
});

describeShared('recorded control groups', 'recorded/sysfs', (folder) => {
  const elastic = join(folder, 'elastic-cgroups');

  test('of Docker, version 1: the container, and where its processes lie', async () => {
    const times = await timesIn(join(elastic, 'docker'));
    expect(times).toEqual([[`/docker/${CONTAINER}`, 95_996_653n]]);
    const text = readFileSync(join(elastic, 'docker/proc/985/cgroup'), 'utf8');
    expect(cgroupIn(V1, text)).toBe(`/docker/${CONTAINER}`);
  });

  test('of Docker, version 2', async () => {
    mkdirSync(join(root, 'sys/fs'), { recursive: true });
    cpSync(join(elastic, 'docker/sys/fs/cgroup/system.slice'), join(root, 'sys/fs/cgroup/system.slice'), {
      recursive: true,
    });
    const scope = cgroupIn(V2, readFileSync(join(elastic, 'docker/proc/312/cgroup'), 'utf8'));
    expect(await timesIn(root)).toContainEqual([scope, 26_772_130_245n]);
  });

  test('of Ubuntu 18.04, hybrid: the service in version 2', async () => {
    const service = '/system.slice/networkd-dispatcher.service';
    expect(await timesIn(join(elastic, 'ubuntu1804'))).toEqual([[service, 184_713n]]);
    const text = readFileSync(join(elastic, 'ubuntu1804/proc/3757/cgroup'), 'utf8');
    expect([cgroupIn(V1, text), cgroupIn(V2, text)]).toEqual([service, service]);
  });

  test('of a virtual machine: the whole of cpu.stat', () => {
    const text = readFileSync(join(folder, 'telegraf-cgroup-v2/cpu.stat'), 'utf8');
    expect(microsecondsIn(V2, { text })).toBe(98_701_325_189n);
  });
});

test('a group that ended and holds a process again is looked for at once, also on a host of many', async () => {
  const many = Array.from({ length: 60 }, (_, index) => [
    `sys/fs/cgroup/system.slice/other-${index}.scope/cpu.stat`,
    '',
  ]);
  hostTree(root, { ...groupFiles('/system.slice/a.service', 1), ...Object.fromEntries(many) });
  const tree = new GroupTree(root);
  await tree.look(0);
  tree.drop(['/system.slice/a.service']);
  expect(tree.placeOf('0::/system.slice/a.service')).toBe('unknown');
  await tree.look(5000);
  for (let turn = 0; turn < 500 && tree.groups.size === 0; turn += 1) await setTimeout(10);
  expect(tree.placeOf('0::/system.slice/a.service')).toMatchObject({ labels: { unit: 'a.service' } });
});
