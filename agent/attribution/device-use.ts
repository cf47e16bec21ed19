import type { DeviceReading, Owners, ProcessUse } from '../look.ts';
import { microjoulesOf } from '../power.ts';
import type { Use, WorkloadUse } from './shares.ts';
import type { Workload } from './workload.ts';

/** What is known of a device that names its users itself, for one interval of it. */
export interface Used {
  readonly reading: DeviceReading;
  readonly energyMicrojoules: bigint;
  readonly elapsedMs: number;
  readonly owners: Owners;
}

/**
 * Who used an accelerator: idle = min(energy, idle power · t), and the rest goes to its processes by what each used; where it
 * names none, to those it was assigned to, alike. A device that nobody used was idle. `undefined` where nothing says anything.
 */
export function deviceUseOf({ reading, energyMicrojoules, elapsedMs, owners }: Used): Use | undefined {
  const { use, domain, idlePowerWatts } = reading;
  const assigned = owners.ofDevice(domain);
  if (use === 'cpu-time' || (use === 'unknown' && assigned.length === 0)) return undefined;
  if (use.length === 0 || energyMicrojoules === 0n) return { idle: 1n, active: 0n, users: [], unnamed: 0n };
  const idle = least(energyMicrojoules, idleEnergy(idlePowerWatts ?? 0, elapsedMs));
  const { users, unnamed } = use === 'unknown' ? alike(assigned) : byProcess(use, owners, assigned);
  return { idle, active: energyMicrojoules - idle, users, unnamed };
}

function idleEnergy(watts: number, elapsedMs: number): bigint {
  return BigInt(Math.round(microjoulesOf(watts, elapsedMs)));
}

function byProcess(
  uses: readonly ProcessUse[],
  owners: Owners,
  assigned: readonly Workload[],
): Pick<Use, 'users' | 'unnamed'> {
  const users = new Map<string, WorkloadUse>();
  let unnamed = 0n;
  for (const { pid, weight } of uses) {
    const workload = owners.ofProcess(pid);
    if (workload) users.set(workload.key, { workload, weight: weight + (users.get(workload.key)?.weight ?? 0n) });
    else unnamed += weight;
  }
  // Processes that cannot be looked up are those of whoever the device was given to.
  return users.size === 0 && assigned.length > 0 ? alike(assigned) : { users: [...users.values()], unnamed };
}

function alike(assigned: readonly Workload[]): Pick<Use, 'users' | 'unnamed'> {
  return { users: assigned.map((workload) => ({ workload, weight: 1n })), unnamed: 0n };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
