import { splitExactly } from './split.ts';

/** CPU time since boot, in microseconds, over all processors together. */
export interface CpuTime {
  readonly busyMicroseconds: bigint;
  readonly idleMicroseconds: bigint;
}

/** CPU time that one workload has used since it began, in microseconds. */
export interface WorkloadTime {
  /** Path of its control group: its name on the host. */
  readonly cgroup: string;
  readonly microseconds: bigint;
}

/** CPU time of an interval: of the node, and of the workloads in it. */
export interface CpuUse {
  readonly busy: bigint;
  readonly idle: bigint;
  readonly workloads: readonly WorkloadTime[];
}

/** The energy of a device in microjoules, dealt out: the parts add up to it exactly. */
export interface Parts {
  readonly workloads: readonly { readonly cgroup: string; readonly energyMicrojoules: bigint }[];
  readonly idle: bigint;
  readonly unattributed: bigint;
}

/**
 * Splits a device's energy by CPU time (docs/methods/attribution.md): active = energy · busy / all, and of the active part
 * each workload gets its share of the node's busy time. What no workload used is unattributed; so is everything where
 * the CPU time is unknown.
 */
export function sharesOf(energyMicrojoules: bigint, use: CpuUse | undefined): Parts {
  if (!use) return { workloads: [], idle: 0n, unattributed: energyMicrojoules };
  const [idle = 0n, active = 0n] = splitExactly(energyMicrojoules, [use.idle, use.busy]);
  const seen = use.workloads.reduce((sum, { microseconds }) => sum + microseconds, 0n);
  // Two files are not read in the same instant: workloads may claim a little more than the node was busy.
  const unseen = use.busy > seen ? use.busy - seen : 0n;
  if (seen + unseen === 0n) return { workloads: [], idle, unattributed: active };
  const weights = [...use.workloads.map(({ microseconds }) => microseconds), unseen];
  const energies = splitExactly(active, weights);
  const workloads = use.workloads.map(({ cgroup }, index) => ({ cgroup, energyMicrojoules: energies[index] ?? 0n }));
  return { workloads, idle, unattributed: energies[use.workloads.length] ?? 0n };
}

/** What was used between two looks; `undefined` where a look failed, the clocks went back or no time has passed. */
export function cpuUseBetween(
  before: CpuTime | undefined,
  after: CpuTime | undefined,
): Omit<CpuUse, 'workloads'> | undefined {
  if (!before || !after) return undefined;
  const busy = after.busyMicroseconds - before.busyMicroseconds;
  const idle = after.idleMicroseconds - before.idleMicroseconds;
  return busy >= 0n && idle >= 0n && busy + idle > 0n ? { busy, idle } : undefined;
}

/** Workloads that used time between two looks. One that began since then counts from its beginning. */
export function workloadsBetween(before: readonly WorkloadTime[], after: readonly WorkloadTime[]): WorkloadTime[] {
  const known = new Map(before.map(({ cgroup, microseconds }) => [cgroup, microseconds]));
  return after
    .map(({ cgroup, microseconds }) => ({ cgroup, microseconds: sinceThen(microseconds, known.get(cgroup) ?? 0n) }))
    .filter(({ microseconds }) => microseconds > 0n);
}

/** A service that was started anew stands lower than before: all of its time is new. */
function sinceThen(now: bigint, then: bigint): bigint {
  return now >= then ? now - then : now;
}
