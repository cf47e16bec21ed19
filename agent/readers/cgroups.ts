import { readdir } from 'node:fs';
import { join } from 'node:path';

import { maybeLabelsInside, type WorkloadGroup } from '../attribution/workload-labels.ts';
import { countIn, type FileAnswer } from './kept-files.ts';
import { isThere } from './small-file.ts';

/** Where control groups count CPU time on this host: version 1 in nanoseconds, version 2 in microseconds. */
export interface Hierarchy {
  readonly mount: string;
  readonly version: 1 | 2;
}

/** A workload's control group, and the file that counts its CPU time. */
export interface Group extends WorkloadGroup {
  readonly file: string;
}

/** What a walk found, and how many folders it listed for that. */
export interface Walk {
  readonly groups: readonly Group[];
  readonly listed: number;
}

/** The controllers `cpu` and `cpuacct` stand alone or together, by distribution (kernel documentation, cgroup-v1/cpuacct). */
const CPUACCT = ['cpuacct', 'cpu,cpuacct', 'cpuacct,cpu'] as const;
/** A kubelet inside a container (kind): five levels of its own below those of the container. */
const DEEPEST = 12;
/** A walk that finds more is cut short: what it has not seen stays unattributed. */
const MOST_FOLDERS = 20_000;
const MOST_GROUPS = 4000;
const NANOSECONDS_PER_MICROSECOND = 1000n;

/**
 * The hierarchy below `/sys/fs/cgroup` that counts CPU time; `undefined` where there is none. On a hybrid host that is version
 * 1, where every workload stands; version 2 counts too, but only what systemd itself put there.
 */
export async function findHierarchy(root: string): Promise<Hierarchy | undefined> {
  const top = join(root, 'sys/fs/cgroup');
  for (const controllers of CPUACCT) {
    if (await isThere(join(top, controllers, 'cpuacct.usage'))) return { mount: join(top, controllers), version: 1 };
  }
  for (const mount of [join(top, 'unified'), top]) {
    if (await isThere(mount)) return { mount, version: 2 };
  }
  return undefined;
}

/**
 * Every control group that is a workload, the outer before the inner. Folders are listed one after the other, so that a walk
 * never stands in the way of the files that a tick reads.
 */
export async function findGroups(hierarchy: Hierarchy): Promise<Walk> {
  const groups: Group[] = [];
  const left: { cgroup: string; depth: number; outer: Group | undefined }[] = [
    { cgroup: '', depth: 0, outer: undefined },
  ];
  let listed = 0;
  for (let next = left.pop(); next && listed < MOST_FOLDERS && groups.length < MOST_GROUPS; next = left.pop()) {
    const { cgroup, depth, outer } = next;
    const labels = maybeLabelsInside(outer?.labels, cgroup);
    const group = labels && withFile(hierarchy, { cgroup, labels, outer: outer?.cgroup });
    if (group) groups.push(group);
    if (depth === DEEPEST || labels?.['step']) continue;
    const below = await foldersIn(`${hierarchy.mount}${cgroup}`);
    listed += 1;
    const inside = below.map((name) => ({ cgroup: `${cgroup}/${name}`, depth: depth + 1, outer: group ?? outer }));
    left.push(...inside.reverse());
  }
  return { groups, listed };
}

/** The group with the file that its CPU time stands in. */
export function withFile({ mount, version }: Hierarchy, group: WorkloadGroup): Group {
  return { ...group, file: `${mount}${group.cgroup}/${version === 1 ? 'cpuacct.usage' : 'cpu.stat'}` };
}

/** CPU time that a group has used since it began, in microseconds; `undefined` where its file does not say. */
export function microsecondsIn({ version }: Hierarchy, answer: FileAnswer | undefined): bigint | undefined {
  if (version === 1) {
    const nanoseconds = countIn(answer);
    return nanoseconds === undefined ? undefined : nanoseconds / NANOSECONDS_PER_MICROSECOND;
  }
  return answer && 'text' in answer ? usageIn(answer.text) : undefined;
}

const USAGE = 'usage_usec ';

/** Its first line (kernel documentation, cgroup-v2, cpu.stat); any other where it is not. */
function usageIn(text: string): bigint | undefined {
  const start = text.startsWith(USAGE) ? 0 : text.indexOf(`\n${USAGE}`) + 1;
  if (start === 0 && !text.startsWith(USAGE)) return undefined;
  const end = text.indexOf('\n', start);
  const said = text.slice(start + USAGE.length, end < 0 ? undefined : end);
  return /^\d+$/.test(said) ? BigInt(said) : undefined;
}

/**
 * The group of a process in that hierarchy, from its `/proc/<pid>/cgroup`: lines `number:controllers:path`, where a path may
 * hold colons and never the end of a line (kernel documentation, cgroup-v2). `undefined` where no line speaks of it.
 */
export function cgroupIn({ version }: Hierarchy, text: string): string | undefined {
  for (const line of text.split('\n')) {
    const [, number, controllers = '', path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    const isOurs = version === 2 ? number === '0' && controllers === '' : controllers.split(',').includes('cpuacct');
    if (isOurs) return path?.replace(/ \(deleted\)$/, '');
  }
  return undefined;
}

/** By callback: a promise of `fs.promises` costs several times as much. */
function foldersIn(folder: string): Promise<string[]> {
  return new Promise((resolve) => {
    readdir(folder, { withFileTypes: true }, (error, entries) => {
      const folders = error ? [] : entries.filter((entry) => entry.isDirectory());
      resolve(folders.map(({ name }) => name).sort());
    });
  });
}
