import type { Parts, WorkloadEnergy } from '../attribution/shares.ts';
import { splitExactly } from '../attribution/split.ts';
import type { Workload } from '../attribution/workload.ts';

export const IDLE_POLICIES = ['node', 'proportional', 'owner'] as const;

/** Whose name idle energy bears: the host's, the workloads' by their energy, or those the device was assigned to, alike. */
export type IdlePolicy = (typeof IDLE_POLICIES)[number];

/**
 * The same energy, in microjoules, with its idle part borne by whom the policy names; the parts still add up exactly. Where
 * it names nobody (no workload ran, the device has no owner), idle stays idle.
 */
export function underPolicy(parts: Parts, policy: IdlePolicy, owners: readonly Workload[]): Parts {
  if (policy === 'node' || parts.idle === 0n) return parts;
  const bearers =
    policy === 'owner'
      ? owners.map((workload) => ({ workload, energyMicrojoules: 1n }))
      : parts.workloads.filter(({ energyMicrojoules }) => energyMicrojoules > 0n);
  if (bearers.length === 0) return parts;
  const carried = splitExactly(
    parts.idle,
    bearers.map(({ energyMicrojoules }) => energyMicrojoules),
  );
  const idle = bearers.map(({ workload }, index) => ({ workload, energyMicrojoules: carried[index] ?? 0n }));
  return { ...parts, workloads: joined([...parts.workloads, ...idle]), idle: 0n };
}

function joined(energies: readonly WorkloadEnergy[]): WorkloadEnergy[] {
  const byKey = new Map<string, WorkloadEnergy>();
  for (const { workload, energyMicrojoules } of energies) {
    const before = byKey.get(workload.key)?.energyMicrojoules ?? 0n;
    byKey.set(workload.key, { workload, energyMicrojoules: before + energyMicrojoules });
  }
  return [...byKey.values()];
}
