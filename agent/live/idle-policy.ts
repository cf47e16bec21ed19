import { type Parts, summedByKey } from '../attribution/shares.ts';
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
  const bearers = policy === 'owner' ? owners : parts.users.filter((_, at) => parts.energies[at] !== 0n);
  if (bearers.length === 0) return parts;
  const weights = policy === 'owner' ? owners.map(() => 1n) : parts.energies.filter((energy) => energy !== 0n);
  const carried = splitExactly(parts.idle, weights);
  return { ...parts, ...summedByKey(parts, { users: bearers, energies: carried }), idle: 0n };
}
