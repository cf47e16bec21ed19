import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type CardUse, firstThatKnows } from '../../agent/readers/card-use.ts';
import { drmUse } from '../../agent/readers/drm-use.ts';
import { kfdUse } from '../../agent/readers/kfd-use.ts';
import { type HostFiles, hostTree } from '../support/host-tree.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const CARD = '0000:03:00.0';

interface Told {
  readonly pid: number;
  readonly fd: number;
  readonly client: number;
  readonly engines: Readonly<Record<string, string>>;
  readonly driver?: string;
}

const fdinfoOf = ({ pid, fd }: Told) => `proc/${pid}/fdinfo/${fd}`;

/** What a driver writes of one client (Documentation/gpu/drm-usage-stats.rst). */
function fdinfo({ client, engines, driver = 'amdgpu' }: Told): string {
  const keys = { driver, pdev: CARD, 'client-id': String(client), ...engines };
  return ['pos:\t0', ...Object.entries(keys).map(([key, value]) => `drm-${key}:\t${value}`)].join('\n');
}

/** A host whose processes have cards open, and a text file each. */
function processes(...told: readonly Told[]): void {
  hostTree(root, Object.fromEntries(told.map((each) => [fdinfoOf(each), fdinfo(each)])));
  for (const { pid, fd } of told) {
    mkdirSync(join(root, `proc/${pid}/fd`), { recursive: true });
    symlinkSync('/dev/dri/renderD128', join(root, `proc/${pid}/fd/${fd}`));
    symlinkSync('/etc/hosts', join(root, `proc/${pid}/fd/${fd + 100}`));
  }
}

/** How many files of this process are open whose path has this in it. */
function openFilesOf(part: string): number {
  const own = '/proc/self/fd';
  const targets = readdirSync(own).map((fd) => {
    try {
      return readlinkSync(join(own, fd));
    } catch {
      return '';
    }
  });
  return targets.filter((target) => target.includes(part)).length;
}

function tell(...told: readonly Told[]): void {
  for (const each of told) writeFileSync(join(root, fdinfoOf(each)), `${fdinfo(each)}\n`);
}

const usersOf = async (use: CardUse, seconds: number) => (await use.read(seconds * 1000)).get(CARD);

describe('the use of a card by the clients of its driver', () => {
  const client = (pid: number, compute: number): Told => ({
    pid,
    fd: 7,
    client: pid,
    engines: { 'engine-compute': `${compute} ns`, 'engine-gfx': '5 ns', 'engine-capacity-compute': '4' },
  });

  test('is the time of its engines since the look before; one that was just seen has used nothing yet', async () => {
    processes(client(41, 1000), client(42, 90));
    const use = drmUse(root, ['amdgpu'], PATIENT_MS);
    expect(await usersOf(use, 0)).toBeUndefined();
    tell(client(41, 1600), client(42, 290));
    expect(await usersOf(use, 1)).toEqual([
      { pid: 41, weight: 600n },
      { pid: 42, weight: 200n },
    ]);
    // A driver that lags behind itself: nothing until it passes what it said.
    tell(client(41, 1500));
    expect(await usersOf(use, 2)).toBeUndefined();
    tell(client(41, 1700));
    expect(await usersOf(use, 3)).toEqual([{ pid: 41, weight: 100n }]);
    use.close();
  });

  test('counts a client once that two files show, and none of another driver', async () => {
    const shared = (cycles: number): Told[] =>
      [3, 4].map((fd) => ({ pid: 50, fd, client: 9, driver: 'xe', engines: { 'cycles-ccs': `${cycles}` } }));
    processes(...shared(100));
    const [use, other] = [drmUse(root, ['xe'], PATIENT_MS), drmUse(root, ['amdgpu'], PATIENT_MS)];
    await Promise.all([usersOf(use, 0), usersOf(other, 0)]);
    tell(...shared(130));
    expect(await usersOf(use, 1)).toEqual([{ pid: 50, weight: 30n }]);
    expect(await usersOf(other, 1)).toBeUndefined();
    use.close();
    other.close();
  });
});

describe('the use of a card by the compute driver of AMD', () => {
  const NODES = 'sys/class/kfd/kfd/topology/nodes';
  const occupied = (pid: number, gpu: number, units: number): HostFiles => ({
    [`sys/class/kfd/kfd/proc/${pid}/stats_${gpu}/cu_occupancy`]: String(units),
  });
  const host = (...files: readonly HostFiles[]) =>
    hostTree(
      root,
      Object.assign(
        {
          [`${NODES}/0/gpu_id`]: '0',
          [`${NODES}/0/properties`]: 'location_id 0\ndomain 0',
          [`${NODES}/1/gpu_id`]: '5112',
          // Bus 3, device 0, function 0.
          [`${NODES}/1/properties`]: 'simd_count 304\nlocation_id 768\ndomain 0',
          [`${NODES}/2/gpu_id`]: '6223',
          [`${NODES}/2/properties`]: 'location_id 49417\ndomain 1',
        },
        ...files,
      ),
    );

  test('is the compute units that each process holds', async () => {
    const use = kfdUse(host(occupied(41, 5112, 200), occupied(42, 5112, 100), occupied(42, 6223, 7)), PATIENT_MS);
    expect(await use.read(0)).toEqual(
      new Map([
        [
          CARD,
          [
            { pid: 41, weight: 200n },
            { pid: 42, weight: 100n },
          ],
        ],
        ['0001:c1:01.1', [{ pid: 42, weight: 7n }]],
      ]),
    );
    use.close();
  });

  test('of a chip in partitions is that of all of them', async () => {
    const second = { [`${NODES}/3/gpu_id`]: '5113', [`${NODES}/3/properties`]: 'location_id 769\ndomain 0' };
    const use = kfdUse(host(second, occupied(41, 5112, 30), occupied(42, 5113, 90)), PATIENT_MS);
    expect(await usersOf(use, 0)).toEqual([
      { pid: 41, weight: 30n },
      { pid: 42, weight: 90n },
    ]);
    use.close();
  });

  test('keeps no file of a process that ended', async () => {
    const use = kfdUse(host(occupied(41, 5112, 200), occupied(42, 5112, 100)), PATIENT_MS);
    await use.read(0);
    expect(openFilesOf('/proc/41/stats_5112')).toBe(1);
    rmSync(join(root, 'sys/class/kfd/kfd/proc/41'), { recursive: true });
    // Closed beside the look: by the next one it is.
    for (const second of [1, 2]) expect(await usersOf(use, second)).toEqual([{ pid: 42, weight: 100n }]);
    expect(openFilesOf('/proc/41/stats_5112')).toBe(0);
    expect(openFilesOf('/proc/42/stats_5112')).toBe(1);
    use.close();
  });

  test('is alike among those who have it open and hold no unit just now', async () => {
    const use = kfdUse(host(occupied(41, 5112, 0), occupied(42, 5112, 0)), PATIENT_MS);
    expect(await usersOf(use, 0)).toEqual([
      { pid: 41, weight: 1n },
      { pid: 42, weight: 1n },
    ]);
    use.close();
  });

  test('comes before that of the graphics driver, which steps in where nobody computes', async () => {
    const knows = (pid?: number): CardUse => ({
      read: async () => new Map([[CARD, pid === undefined ? [] : [{ pid, weight: 1n }]]]),
      close: () => undefined,
    });
    expect(await usersOf(firstThatKnows([knows(1), knows(2)]), 0)).toEqual([{ pid: 1, weight: 1n }]);
    expect(await usersOf(firstThatKnows([knows(), knows(2)]), 0)).toEqual([{ pid: 2, weight: 1n }]);
    expect(await usersOf(firstThatKnows([knows(), knows()]), 0)).toBeUndefined();
  });
});
