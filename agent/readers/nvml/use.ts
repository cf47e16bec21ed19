import type { DeviceUse, ProcessUse } from '../../look.ts';

/** What a driver said of who used a whole GPU. */
export interface Seen {
  /** Processes that hold a context; `undefined` where the driver does not list them. */
  readonly pids: readonly number[] | undefined;
  /** Per cents of the multiprocessors summed over samples, by process; `undefined` where the driver takes no samples. */
  readonly work: ReadonlyMap<number, number> | undefined;
  /** Servers of the Multi-Process Service, which hold one context for all of their clients. */
  readonly servers: ReadonlySet<number>;
  readonly clients: readonly number[];
}

/** One GPU instance of a GPU that is cut up (MIG). */
export interface Instance {
  readonly id: number;
  readonly slices: number;
  readonly pids: readonly number[];
}

/** Who used a device, and what is to be said of how that is known. */
export interface KnownUse {
  readonly use: DeviceUse;
  readonly quality: readonly string[];
}

const MOST_PERCENT = 100;
const ACTIVITY_SCALE = 1e9;

/** Above 100 it is no per cent: drivers are known to write such samples for processes that have ended. */
export function isWork(smPercent: number): boolean {
  return smPercent > 0 && smPercent <= MOST_PERCENT;
}

/**
 * The use of a whole GPU: by what the multiprocessors did for each process, averaged over the time since the last look. The
 * sum over the samples is that average, but for a factor that all of them share. Where processes are there and none did
 * anything, they hold the GPU alike; where none is there, nobody does.
 */
export function useOf(seen: Seen): KnownUse {
  const { pids, work, servers } = seen;
  if (servers.size > 0) return useOfClients(seen);
  if (work && work.size > 0) return known(weighted(work));
  if (!pids) return known('unknown');
  // Samples that are empty say that the processes only hold the GPU; samples that are not taken say nothing.
  return known(alike(pids), !work && pids.length > 1 ? ['gpu-split-by-process'] : []);
}

function useOfClients({ pids = [], work = new Map(), servers, clients }: Seen): KnownUse {
  const users = [...pids, ...clients].filter((pid) => !servers.has(pid));
  // Samples of a server do not say for whom it worked.
  const worked = new Map([...work].filter(([pid]) => !servers.has(pid)));
  if (worked.size > 0) return known(weighted(worked));
  return users.length > 0 ? known(alike(users), ['mps-split-by-process']) : known('unknown', ['mps-clients-unknown']);
}

/**
 * The use of a GPU that is cut into instances, of which no driver tells the power (arXiv 2501.17752): by how long the engine
 * of each instance was active (`DCGM_FI_PROF_GR_ENGINE_ACTIVE`, 0…1) times its slices. Where that is not known for every
 * instance that has processes, by process.
 */
export function useOfInstances(
  instances: readonly Instance[],
  activityOf: (instance: number) => number | undefined,
): KnownUse {
  const used = instances.filter(({ pids }) => pids.length > 0);
  const weights = used.map(({ id, slices }) => weightOf(activityOf(id), slices));
  const isKnown = weights.every((weight) => weight !== undefined) && weights.some((weight) => weight !== 0);
  if (!isKnown) return known(alike(used.flatMap(({ pids }) => pids)), used.length > 0 ? ['mig-split-by-process'] : []);
  return known(
    used.flatMap(({ pids }, index) =>
      pids.map((pid) => ({
        pid,
        weight: BigInt(Math.round(((weights[index] ?? 0) * ACTIVITY_SCALE) / pids.length)),
      })),
    ),
  );
}

function weightOf(activity: number | undefined, slices: number): number | undefined {
  return activity !== undefined && activity >= 0 && activity <= 1 ? activity * slices : undefined;
}

function known(use: DeviceUse, quality: readonly string[] = []): KnownUse {
  return { use, quality };
}

function weighted(work: ReadonlyMap<number, number>): ProcessUse[] {
  return [...work].map(([pid, percents]) => ({ pid, weight: BigInt(percents) }));
}

function alike(pids: readonly number[]): ProcessUse[] {
  return [...new Set(pids)].map((pid) => ({ pid, weight: 1n }));
}
