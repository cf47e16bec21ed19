import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { WorkloadTime } from '../attribution/shares.ts';
import { UNNAMED } from '../attribution/workload.ts';
import { maybeWorkloadLabels } from '../attribution/workload-labels.ts';
import { maybeText } from './small-file.ts';

/** kubepods.slice / kubepods-burstable.slice / …pod….slice is the deepest that is known; two more for nested slices. */
const DEEPEST = 5;

/**
 * CPU time of every workload from the control groups (version 2) under `/sys/fs/cgroup`: services, pods, containers and
 * Slurm jobs. A workload counts whole: what runs inside it is not listed again. None where there are no such groups.
 */
export async function readWorkloadTimes(root: string): Promise<WorkloadTime[]> {
  return (await readBelow(join(root, 'sys/fs/cgroup'), '', 0)).sort((a, b) =>
    a.workload.key < b.workload.key ? -1 : 1,
  );
}

async function readBelow(mount: string, cgroup: string, depth: number): Promise<WorkloadTime[]> {
  if (maybeWorkloadLabels(cgroup)) return readWorkload(mount, cgroup);
  if (depth === DEEPEST) return [];
  const below = await foldersIn(join(mount, cgroup));
  return (await Promise.all(below.map((name) => readBelow(mount, `${cgroup}/${name}`, depth + 1)))).flat();
}

async function readWorkload(mount: string, cgroup: string): Promise<WorkloadTime[]> {
  const text = await maybeText(join(mount, cgroup, 'cpu.stat'));
  const microseconds = /^usage_usec (\d+)$/m.exec(text ?? '')?.[1];
  const workload = { key: cgroup, labels: maybeWorkloadLabels(cgroup) ?? { cgroup }, names: UNNAMED };
  return microseconds === undefined ? [] : [{ workload, microseconds: BigInt(microseconds) }];
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
