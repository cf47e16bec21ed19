import { splitByWeights, splitExactly, type Weights, weightsOf } from './split.ts';
import type { Workload } from './workload.ts';

/** CPU time since boot, in microseconds, over all processors together. */
export interface CpuTime {
  readonly busyMicroseconds: bigint;
  readonly idleMicroseconds: bigint;
}

/** CPU time that one workload has used since it began, in microseconds. */
export interface WorkloadTime {
  readonly workload: Workload;
  readonly microseconds: bigint;
  /** What its control group's own counter says: it goes on when the agent starts again, `microseconds` begins anew with it. */
  readonly usage?: bigint;
  /** Reckoned from what others used, and just begun with: what an earlier agent said of it does not compare. */
  readonly isReckonedAnew?: boolean;
}

/** What one workload used of a device in an interval, in any unit that adds up over the users. */
export interface WorkloadUse {
  readonly workload: Workload;
  readonly weight: bigint;
}

/** What an interval of a device is made of: how long it was idle, and who used it for the rest. */
export interface Use {
  /** Weights of the two parts of the energy; `active` is then dealt out among the users. */
  readonly idle: bigint;
  readonly active: bigint;
  readonly users: readonly WorkloadUse[];
  /** Weight of those whom nobody can name, in the unit of the users. */
  readonly unnamed: bigint;
}

/**
 * Users and their energies in microjoules: two lists, not one of pairs, since they are made anew for each device each second, and all
 * processors and memories of a host share their users.
 */
export interface Shares {
  /** Also those that have used nothing. */
  readonly users: readonly Workload[];
  /** Of the users, in their order. */
  readonly energies: readonly bigint[];
}

/** The energy of a device, dealt out: the parts add up to it exactly. */
export interface Parts extends Shares {
  readonly idle: bigint;
  readonly unattributed: bigint;
}

/**
 * Splits a device's energy (docs/methods/attribution.md): first into an idle and an active part, then the active part among
 * those who used the device. What nobody can be named for is unattributed; so is everything where the use is unknown.
 */
export function sharesOf(energyMicrojoules: bigint, use: Use | undefined): Parts {
  return dealt(energyMicrojoules, use && dealOf(use));
}

/** A use by which the energies of several devices are dealt out: all processors and memories of a host share one. */
export interface Deal {
  readonly use: Use;
  readonly users: readonly Workload[];
  /** Of the users and, last, of the unnamed; `undefined` where nobody used anything. */
  readonly weights: Weights | undefined;
}

/** How energy is dealt among users; `weights` are missing where nobody used anything. */
export function dealOf(use: Use): Deal {
  const weights = weightsOf([...use.users.map(({ weight }) => weight), use.unnamed]);
  const users = use.users.map(({ workload }) => workload);
  return { use, users, weights: weights.sum === 0n ? undefined : weights };
}

/** The shares of one device, as `sharesOf` gives them. */
export function dealt(energyMicrojoules: bigint, deal: Deal | undefined): Parts {
  if (!deal) return { users: [], energies: [], idle: 0n, unattributed: energyMicrojoules };
  const { use, users, weights } = deal;
  const [idle = 0n, active = 0n] = splitExactly(energyMicrojoules, [use.idle, use.active]);
  if (!weights) return { users: [], energies: [], idle, unattributed: active };
  const energies = splitByWeights(active, weights);
  const unattributed = energies.pop() ?? 0n;
  return { users, energies, idle, unattributed };
}

/** Both together, each user once, by its key. */
export function summedByKey(some: Shares, others: Shares): Shares {
  const byKey = new Map<string, { readonly workload: Workload; readonly energy: bigint }>();
  for (const { users, energies } of [some, others]) {
    users.forEach((workload, at) => {
      const energy = (byKey.get(workload.key)?.energy ?? 0n) + (energies[at] ?? 0n);
      byKey.set(workload.key, { workload, energy });
    });
  }
  const all = [...byKey.values()];
  return { users: all.map(({ workload }) => workload), energies: all.map(({ energy }) => energy) };
}

/** Two files are not read in the same instant: a workload may claim a little more than the node was busy, in microseconds. */
const MOST_OVER_BUSY = 1_000_000n;

/**
 * CPU time as the use of a processor or its memory; `undefined` where a look failed, clocks went back or no time passed. Who claims
 * far more than all were busy has counted from another beginning, as a pod does whose containers ended before the agent was started
 * again: that is nobody's.
 */
export function cpuUseBetween(
  before: CpuTime | undefined,
  after: CpuTime | undefined,
  claims: readonly WorkloadUse[],
): Use | undefined {
  if (!before || !after) return undefined;
  const busy = after.busyMicroseconds - before.busyMicroseconds;
  const rested = after.idleMicroseconds - before.idleMicroseconds;
  if (busy < 0n || busy + rested <= 0n) return undefined;
  // The wait for disks, which is a part of it, may fall by itself (proc_stat(5), iowait).
  const idle = rested > 0n ? rested : 0n;
  const users = claims.filter(({ weight }) => weight <= 2n * busy + MOST_OVER_BUSY);
  const seen = users.reduce((sum, { weight }) => sum + weight, 0n);
  return { idle, active: busy, users, unnamed: busy > seen ? busy - seen : 0n };
}

/** CPU time of a workload at an earlier look: of a restart only its key is left. */
export interface KnownTime {
  readonly workload: Pick<Workload, 'key'>;
  readonly microseconds: bigint;
  readonly usage?: bigint;
}

/**
 * Workloads that used time since an earlier look. One that began since then counts from its beginning; of one whose time was reckoned
 * anew it is not known.
 */
export function workloadsSince(before: readonly KnownTime[], after: readonly WorkloadTime[]): WorkloadUse[] {
  const uses: WorkloadUse[] = [];
  let byKey: ReadonlyMap<string, bigint> | undefined;
  after.forEach(({ workload, microseconds, isReckonedAnew }, at) => {
    if (isReckonedAnew) return;
    const same = before[at];
    // From look to look they are nearly always the same ones, in the same order.
    if (same?.workload.key !== workload.key)
      byKey ??= new Map(before.map((known) => [known.workload.key, known.microseconds]));
    const then = same?.workload.key === workload.key ? same.microseconds : byKey?.get(workload.key);
    const weight = sinceThen(microseconds, then ?? 0n);
    if (weight > 0n) uses.push({ workload, weight });
  });
  return uses;
}

/** A service that was started anew stands lower than before: all of its time is new. */
function sinceThen(now: bigint, then: bigint): bigint {
  return now >= then ? now - then : now;
}
