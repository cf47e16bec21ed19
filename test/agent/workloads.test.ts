import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import fc from 'fast-check';

import { dealtStep } from '../../agent/attribution/dealt-time.ts';
import { GroupTime } from '../../agent/attribution/group-time.ts';
import { workloadRulesSchema } from '../../agent/attribution/match-rules.ts';
import { cpuUseBetween, sharesOf, workloadsSince } from '../../agent/attribution/shares.ts';
import { resumeFrom } from '../../agent/progress.ts';
import { openWorkloads, type Workloads, type WorkloadsContext } from '../../agent/readers/workloads.ts';
import { baselineOf } from '../../agent/spending.ts';
import { maybeState, stateText } from '../../agent/state-text.ts';
import { type HostFiles, hostTree } from '../support/host-tree.ts';
import { groupFiles, processFiles } from '../support/made-up-processes.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { describeShared } from '../support/shared.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const SECOND = 1_000_000;
const UID = '0d2f1c3e-5b7a-4c1d-9e8f-a1b2c3d4e5f6';
const POD = `/kubepods.slice/kubepods-pod${UID.replaceAll('-', '_')}.slice`;
const ID = 'a'.repeat(64);
const CONTAINER = `${POD}/cri-containerd-${ID}.scope`;
const SERVICE = '/system.slice/a.service';
const SESSION = '/user.slice/user-1000.slice/session-2.scope';
const GPU = 'GPU-8932f937-d72c-4106-c12f-20bd9faed9f6';

const MOMENT = { readAt: new Date(0), runningMs: 0, sinceBootMs: 0, bootId: 'b', devices: [] };

const opened: Workloads[] = [];
afterEach(() => {
  for (const workloads of opened.splice(0)) workloads.close();
});

/** Opens the host, and looks at it second by second. */
function open(context: Omit<WorkloadsContext, 'root'> = {}, folder = root) {
  const workloads = openWorkloads({ deadlineMs: PATIENT_MS, ...context, root: folder });
  opened.push(workloads);
  let second = 1000;
  return async () => {
    second += 1;
    const look = await workloads.look({ readAt: new Date(0), runningMs: second * 1000, sinceBootMs: second * 1000 });
    const times = look.workloadTimes.map(({ workload, microseconds }) => [workload.key, microseconds] as const);
    return { ...look, times: Object.fromEntries(times), workloads };
  };
}

/** Changes files of the host. */
function change(files: HostFiles): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
}
const end = (path: string) => rmSync(join(root, path), { recursive: true });

const chat = { JOULEBOOK_PROJECT: 'chat' };
const search = { JOULEBOOK_PROJECT: 'search' };

describe('CPU time of workloads', () => {
  test('of a container is its own, and of its pod what is left', async () => {
    hostTree(root, { ...groupFiles(POD, 10 * SECOND), ...groupFiles(CONTAINER, 7 * SECOND) });
    const look = open();
    expect((await look()).times).toEqual({ [POD]: 3_000_000n, [CONTAINER]: 7_000_000n });
    change({ ...groupFiles(POD, 15 * SECOND), ...groupFiles(CONTAINER, 11 * SECOND) });
    const { workloadTimes } = await look();
    expect(workloadTimes.map(({ workload, microseconds }) => [workload.labels, microseconds])).toEqual([
      [{ pod_uid: UID }, 4_000_000n],
      [{ pod_uid: UID, container_id: ID }, 11_000_000n],
    ]);
  });

  test('of a container that ends stays with its pod, and nothing is counted twice', async () => {
    hostTree(root, { ...groupFiles(POD, 10 * SECOND), ...groupFiles(CONTAINER, 7 * SECOND) });
    const look = open();
    await look();
    end(`sys/fs/cgroup${CONTAINER}`);
    change(groupFiles(POD, 12 * SECOND));
    // A file that is open still answers here; the kernel's does not.
    expect((await look()).times[POD]).toBe(5_000_000n);
  });

  test('of a container whose pod was known before counts from when it is found', async () => {
    hostTree(root, groupFiles(POD, 10 * SECOND));
    const look = open();
    await look();
    change({
      ...groupFiles(POD, 12 * SECOND),
      ...groupFiles(CONTAINER, 2 * SECOND),
      ...processFiles(7, { cgroup: CONTAINER, start: 100_150 }),
    });
    expect((await look()).times).toEqual({ [POD]: 12_000_000n, [CONTAINER]: 0n });
    change({ ...groupFiles(POD, 13 * SECOND), ...groupFiles(CONTAINER, 3 * SECOND) });
    expect((await look()).times).toEqual({ [POD]: 12_000_000n, [CONTAINER]: 1_000_000n });
  });

  test('of a service that begins is whole from its first process on, without a walk', async () => {
    hostTree(root, groupFiles('/system.slice/old.service', SECOND));
    const look = open();
    await look();
    change({ ...groupFiles(SERVICE, 5), ...processFiles(7, { cgroup: SERVICE, says: chat, start: 100_150 }) });
    const { workloadTimes } = await look();
    expect(workloadTimes[0]).toMatchObject({
      workload: { labels: { unit: 'a.service' }, names: { project: 'chat' } },
      microseconds: 5n,
    });
  });

  test('of a group in which all say the same is theirs, also what nobody was seen to use', async () => {
    hostTree(root, {
      ...groupFiles(SERVICE, 9 * SECOND),
      ...processFiles(7, { cgroup: SERVICE, says: chat, ticks: 100 }),
      ...processFiles(8, { cgroup: SERVICE, says: chat }),
    });
    expect((await open()()).times).toEqual({ [`${SERVICE}#project=chat`]: 9_000_000n });
  });

  test('of a group in which they differ goes by their own time, and the rest stays with the group', async () => {
    const both = (used: number, ticks: number) => ({
      ...groupFiles(SERVICE, used * SECOND),
      ...processFiles(7, { cgroup: SERVICE, says: chat, ticks: 100 + ticks, comm: 'a) (b\n' }),
      ...processFiles(8, { cgroup: SERVICE, says: search, ticks: 100 }),
      ...processFiles(9, { cgroup: SERVICE, ticks: 500 }),
    });
    hostTree(root, both(10, 0));
    const look = open();
    await look();
    change(both(14, 300));
    expect((await look()).times).toEqual({
      [SERVICE]: 9_000_000n,
      [`${SERVICE}#project=chat`]: 4_000_000n,
      [`${SERVICE}#project=search`]: 1_000_000n,
    });
  });

  test('outside of all groups is listed only where a process is named', async () => {
    hostTree(root, {
      ...groupFiles(SESSION, 50 * SECOND),
      ...processFiles(7, { cgroup: SESSION, says: { JOULEBOOK_RUN_ID: 'r1' }, ticks: 100 }),
      ...processFiles(8, { cgroup: SESSION, command: 'python train.py', ticks: 200 }),
      ...processFiles(9, { cgroup: SESSION, ticks: 300 }),
      ...processFiles(10, { cgroup: '/', says: { SLURM_JOB_ID: '5', SLURM_JOB_USER: 'ada' }, ticks: 400 }),
    });
    const rules = workloadRulesSchema.parse([{ match: { command: '*train.py' }, set: { workload_type: 'training' } }]);
    const { workloadTimes, owners } = await open({ rules })();
    expect(
      workloadTimes.map(({ workload, microseconds }) => [workload.labels, workload.names.workload_type, microseconds]),
    ).toEqual([
      [{ job: '5', user: 'ada' }, null, 4_000_000n],
      [{}, 'training', 2_000_000n],
      [{ run_id: 'r1' }, null, 1_000_000n],
    ]);
    expect(owners.ofProcess(9)).toBeUndefined();
    expect(owners.ofProcess(8)?.names.workload_type).toBe('training');
  });

  test('of a Slurm job goes by its steps, and what any process says of the job holds for all', async () => {
    const job = '/system.slice/slurmstepd.scope/job_117';
    const says = { SLURM_JOB_ID: '117', SLURM_JOB_NAME: 'fine-tune', SLURM_JOB_PARTITION: 'gpu' };
    hostTree(root, {
      ...groupFiles(job, 9 * SECOND),
      ...groupFiles(`${job}/step_0`, 8 * SECOND),
      ...processFiles(7, { cgroup: `${job}/step_0/user/task_0`, says }),
      ...processFiles(8, { cgroup: `${job}/step_0/user/task_0` }),
      ...processFiles(9, { cgroup: `${job}/step_0/slurm`, comm: 'slurmstepd' }),
    });
    const { workloadTimes } = await open()();
    expect(workloadTimes).toMatchObject([
      { workload: { key: job, labels: { job: '117' } }, microseconds: 1_000_000n },
      {
        workload: { key: `${job}/step_0`, labels: { job: '117', step: '0', job_name: 'fine-tune', partition: 'gpu' } },
        microseconds: 8_000_000n,
      },
    ]);
  });

  test('of a file that does not answer for once does not begin again', async () => {
    hostTree(root, groupFiles(SERVICE, 9 * SECOND));
    const look = open();
    await look();
    change({ [`sys/fs/cgroup${SERVICE}/cpu.stat`]: '' });
    expect((await look()).times).toEqual({ [SERVICE]: 9_000_000n });
    change(groupFiles(SERVICE, 10 * SECOND));
    expect((await look()).times).toEqual({ [SERVICE]: 10_000_000n });
  });

  test('of containers that ended is not taken for work of the pod when the agent starts again', async () => {
    const gone = `${POD}/cri-containerd-${'b'.repeat(64)}.scope`;
    const stat = (busy: number) => ({ 'proc/stat': `cpu ${busy} 0 0 1000 0 0 0 0 0 0` });
    const living = (seconds: number) => groupFiles(CONTAINER, seconds * SECOND);
    hostTree(root, { ...groupFiles(POD, 907 * SECOND), ...living(7), ...groupFiles(gone, 900 * SECOND), ...stat(100) });
    const look = open();
    await look();
    end(`sys/fs/cgroup${gone}`);
    change({ ...groupFiles(POD, 910 * SECOND), ...living(10), ...stat(500) });
    const kept = await look();
    change({ ...groupFiles(POD, 914 * SECOND), ...living(14), ...stat(1000) });
    const first = await open()();
    const users = workloadsSince(kept.workloadTimes, first.workloadTimes);
    expect(sharesOf(500n, cpuUseBetween(kept.cpuTime, first.cpuTime, users))).toMatchObject({
      users: [{ key: CONTAINER }],
      energies: [400n],
      unattributed: 100n,
    });
  });

  test('of the time without an agent is what counters say, and nobody has what was reckoned', async () => {
    const stat = (busy: number) => ({ 'proc/stat': `cpu ${busy} 0 0 1000 0 0 0 0 0 0` });
    const init = `${POD}/cri-containerd-${'c'.repeat(64)}.scope`;
    const groups = (pod: number, container: number, service: number) => ({
      ...groupFiles(POD, pod * SECOND),
      ...groupFiles(CONTAINER, container * SECOND),
      ...groupFiles(SERVICE, service * SECOND),
    });
    hostTree(root, { ...groups(16, 7, 50), ...groupFiles(init, 9 * SECOND), ...stat(100) });
    const look = open();
    await look();
    // The init container ends, and the service is started anew.
    end(`sys/fs/cgroup${init}`);
    change({ ...groups(19, 10, 20), ...stat(1000) });
    const kept = maybeState(stateText(resumeFrom(baselineOf({ ...(await look()), ...MOMENT }))))?.baseline;
    change({ ...groups(23, 14, 21), ...stat(2000) });
    const first = await open()();
    const users = workloadsSince(kept?.workloadTimes ?? [], first.workloadTimes);
    // Of ten seconds the container used four and the service one; nine of the pod's were those of its init container.
    expect(sharesOf(1000n, cpuUseBetween(kept?.cpuTime, first.cpuTime, users))).toMatchObject({
      users: [{ key: CONTAINER }, { key: SERVICE }],
      energies: [400n, 100n],
      unattributed: 500n,
    });
  });

  test('of a service that was started anew is added to what it had', async () => {
    hostTree(root, groupFiles(SERVICE, 9 * SECOND));
    const look = open();
    await look();
    change(groupFiles(SERVICE, 2 * SECOND));
    expect((await look()).times).toEqual({ [SERVICE]: 11_000_000n });
  });

  test('is seen from inside a container, whose namespace shows the others by their way out', async () => {
    hostTree(root, {
      ...groupFiles(POD, 10 * SECOND),
      ...groupFiles(CONTAINER, 7 * SECOND),
      ...processFiles(7, { cgroup: `/../../${CONTAINER.slice('/kubepods.slice/'.length)}`, says: chat }),
      ...processFiles(8, { cgroup: '/', says: {} }),
    });
    const { times, owners } = await open()();
    expect(times).toEqual({ [POD]: 3_000_000n, [`${CONTAINER}#project=chat`]: 7_000_000n });
    expect(owners.ofProcess(7)?.labels).toEqual({ pod_uid: UID, container_id: ID });
  });
});

const QUIET = { voices: new Map([['', true]]), spoken: new Map(), isLate: false };
const LAST = { inside: 0, beside: 0, isSilent: false };

/** A pod and its container over looks from zero on; in some the pod does not answer, and its container runs ahead of it. */
function podAfter(looks: readonly (typeof LAST)[]) {
  const [outer, inner] = [new GroupTime(), new GroupTime()];
  let [whole, part] = [0n, 0n];
  for (const { inside, beside, isSilent } of [LAST, ...looks, LAST]) {
    part += BigInt(inside);
    whole += BigInt(inside + beside);
    inner.look({ ...QUIET, usage: part, usedInside: 0n });
    outer.look({ ...QUIET, usage: isSilent ? undefined : whole, usedInside: inner.used });
  }
  return { outer, inner, whole, part };
}

describe('the laws of CPU time', () => {
  const time = fc.bigInt({ min: 0n, max: 10n ** 12n });
  const voice = fc.constantFrom('', 'a', 'b', 'c');

  test('what is dealt out adds up to the step, whatever the processes claim', () => {
    const step = fc.record({
      microseconds: time,
      voices: fc.uniqueArray(voice).map((voices) => new Map(voices.map((each) => [each, true]))),
      spoken: fc.array(fc.tuple(voice, time)).map((spoken) => new Map(spoken)),
    });
    fc.assert(
      fc.property(step, (each) => {
        const parts = [...dealtStep(each).values()];
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(each.microseconds);
        expect(parts.every((part) => part >= 0n)).toBe(true);
      }),
    );
  });

  test('over any looks a group and those inside together get what the group counted', () => {
    const looks = fc.array(fc.record({ inside: fc.nat(1000), beside: fc.nat(1000), isSilent: fc.boolean() }));
    fc.assert(
      fc.property(looks, (steps) => {
        const { outer, inner, whole, part } = podAfter(steps);
        expect((outer.times.get('') ?? 0n) + (inner.times.get('') ?? 0n)).toBe(whole);
        expect(inner.times.get('') ?? 0n).toBe(part);
      }),
    );
  });

  test('whatever the host shows, no look throws and no group gives more than it counted', async () => {
    const cgroup = fc.constantFrom(SERVICE, POD, CONTAINER, SESSION, '/', '/../x', '', `${SERVICE}/a:b`);
    const says = fc.dictionary(fc.constantFrom('JOULEBOOK_PROJECT', 'JOULEBOOK_RUN_ID', 'SLURM_JOB_ID'), fc.string());
    const made = fc.record({ cgroup, says, comm: fc.string(), ticks: fc.nat(10_000), start: fc.nat(200_000) });
    const host = fc.record({
      processes: fc.array(made, { maxLength: 6 }),
      pod: fc.nat(1e6),
      part: fc.nat(1e6),
      service: fc.nat(1e6),
    });
    const filesOf = ({ processes, pod, part, service }: typeof host extends fc.Arbitrary<infer Host> ? Host : never) =>
      Object.assign(
        {},
        groupFiles(POD, pod + part),
        groupFiles(CONTAINER, part),
        groupFiles(SERVICE, service),
        ...processes.map((each, index) => processFiles(index + 1, each)),
      ) as HostFiles;
    await fc.assert(
      fc.asyncProperty(host, host, async (first, then) => {
        hostTree(root, filesOf(first));
        const look = open();
        await look();
        change(filesOf(then));
        const { workloadTimes } = await look();
        const inGroups = workloadTimes.filter(({ workload }) => workload.key.startsWith('/'));
        const given = inGroups.reduce((sum, { microseconds }) => sum + microseconds, 0n);
        const counted = [first, then].reduce((sum, { pod, part, service }) => sum + pod + part + service, 0);
        expect(given <= BigInt(counted)).toBe(true);
        const keys = workloadTimes.map(({ workload }) => workload.key);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 40 },
    );
  });
});

describe('owners', () => {
  const checkpoint = (devices: unknown) => ({
    'var/lib/kubelet/device-plugins/kubelet_internal_checkpoint': JSON.stringify({
      Data: {
        PodDeviceEntries: [
          { PodUID: UID, ContainerName: 'serve', ResourceName: 'nvidia.com/gpu', DeviceIDs: devices, AllocResp: 'x' },
          { PodUID: 7, DeviceIDs: null },
        ],
        RegisteredDevices: {},
      },
      Checksum: 1,
    }),
  });

  test.each([[{ '0': [GPU], '-1': ['other'] }], [[GPU]], [{ '0': [`${GPU}::3`] }]])(
    'of a device that the kubelet gave as %j are the pod around the container',
    async (devices) => {
      hostTree(root, { ...groupFiles(POD, 1), ...groupFiles(CONTAINER, 1), ...checkpoint(devices) });
      const { owners } = await open()();
      expect(owners.ofDevice(GPU).map(({ labels }) => labels)).toEqual([{ pod_uid: UID }]);
      expect(owners.ofDevice('GPU-other')).toEqual([]);
    },
  );

  test.each(['', '{', '[]', '{"Data":{"PodDeviceEntries":7}}'])(
    'of devices are none where the file says "%s"',
    async (text) => {
      const [path = ''] = Object.keys(checkpoint([]));
      hostTree(root, { ...groupFiles(POD, 1), [path]: text });
      expect((await open()()).owners.ofDevice(GPU)).toEqual([]);
    },
  );

  test('of a device are all that name it: by its UUID, the beginning of it, or its number outside of containers', async () => {
    hostTree(root, {
      ...groupFiles(SERVICE, 1),
      ...groupFiles(POD, 1),
      ...groupFiles(CONTAINER, 1),
      ...processFiles(7, { cgroup: SERVICE, says: { ...chat, CUDA_VISIBLE_DEVICES: GPU.slice(0, 12) } }),
      ...processFiles(8, { cgroup: CONTAINER, says: { NVIDIA_VISIBLE_DEVICES: '3' } }),
      ...processFiles(9, { cgroup: SESSION, says: { SLURM_JOB_ID: '5', SLURM_JOB_GPUS: '3' } }),
      ...processFiles(10, { cgroup: SERVICE, says: { ...search, NVIDIA_VISIBLE_DEVICES: 'all' } }),
    });
    const { owners } = await open({ deviceOfIndex: (index) => (index === 3 ? GPU : undefined) })();
    expect(owners.ofDevice(GPU).map(({ labels }) => labels)).toEqual([{ unit: 'a.service' }, { job: '5' }]);
  });

  test('of a process that nobody has seen yet are known one look later', async () => {
    hostTree(root, groupFiles(SERVICE, 1));
    const look = open();
    expect((await look()).owners.ofProcess(7)).toBeUndefined();
    change(processFiles(7, { cgroup: SERVICE, says: chat }));
    const { owners } = await look();
    expect(owners.ofProcess(7)).toMatchObject({ key: `${SERVICE}#project=chat`, names: { project: 'chat' } });
    expect([owners.ofProcess(-1), owners.ofProcess(0.5)]).toEqual([undefined, undefined]);
  });
});

describeShared('recorded hosts', 'recorded/sysfs', (folder) => {
  test('of Kepler: processes in containers of Docker and podman, none counted twice', async () => {
    hostTree(root, {});
    cpSync(join(folder, 'kepler/procfs'), join(root, 'proc'), { recursive: true });
    const scopes = readdirSync(join(root, 'proc'))
      .map((pid) =>
        readFileSync(join(root, 'proc', pid, 'cgroup'), 'utf8')
          .trim()
          .slice('0::'.length),
      )
      .flatMap((cgroup) => /^.*\.scope/.exec(cgroup) ?? []);
    change(Object.assign({}, ...scopes.map((scope) => groupFiles(scope, 1000))));
    const { workloadTimes, owners } = await open()();
    const containers = workloadTimes.map(({ workload }) => workload.labels['container_id']?.slice(0, 4));
    expect(containers.sort()).toEqual(['b176', 'f992']);
    expect(owners.ofProcess(3_456_208)?.labels['container_id']).toMatch(/^b176/);
    expect(owners.ofProcess(1337)).toBeUndefined();
  });
});
