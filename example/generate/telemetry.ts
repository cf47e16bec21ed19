import type { Component, TelemetryRecord, WorkloadShare } from '../../lib/landing/record.ts';
import { QUARTER_SECONDS, quarterIso } from './month.ts';

/** What one device drew in a quarter of an hour, in integer microjoules: idle, each workload, and what nobody owned. */
export interface Draw {
  readonly component: Component;
  readonly domain: string;
  readonly method: string;
  readonly basis: TelemetryRecord['basis'];
  readonly u95_ratio: number;
  readonly idle: number;
  readonly unattributed: number;
  readonly work: readonly { readonly owner: Owner; readonly energy: number }[];
  readonly quality?: readonly string[];
  /** The counter could not be read: the energies above are not known to the agent. */
  readonly gap_reason?: string;
}

/** A workload as the agent knows it: by labels, and by names only where the job itself set them. */
export type Owner = Omit<WorkloadShare, 'energy_joules'>;

export interface Boot {
  readonly host_id: string;
  readonly boot_id: string;
}

/** Watts over a quarter of an hour as microjoules, at the counter's resolution: E (µJ) = P (W) × t (s) × 10⁶. */
export function microjoules(watts: number, resolution: number): number {
  return Math.round((watts * QUARTER_SECONDS * 1_000_000) / resolution) * resolution;
}

/** One record of the envelope. The shares add up to the energy because the energy is their sum, in integers. */
export function recordOf(boot: Boot, seq: number, quarter: number, draw: Draw): TelemetryRecord {
  const gap = draw.gap_reason ?? null;
  const energy = draw.idle + draw.unattributed + draw.work.reduce((sum, { energy }) => sum + energy, 0);
  const known = (amount: number) => (gap === null ? joulesText(amount) : null);
  return {
    schema: 'joulebook.telemetry/1',
    host_id: boot.host_id,
    resource_id: boot.host_id,
    boot_id: boot.boot_id,
    seq,
    period_start: quarterIso(quarter),
    period_end: quarterIso(quarter + 1),
    component: draw.component,
    domain: draw.domain,
    method: draw.method,
    basis: draw.basis,
    energy_joules: known(energy),
    gap_reason: gap,
    u95_ratio: draw.u95_ratio,
    quality: draw.quality ?? [],
    shares: gap === null ? draw.work.map(({ owner, energy }) => ({ ...owner, energy_joules: joulesText(energy) })) : [],
    idle_joules: known(draw.idle),
    unattributed_joules: known(draw.unattributed),
  };
}

/** Integer microjoules as decimal joules, without trailing zeros: 90000000001 gives `90000.000001`. */
function joulesText(energy: number): string {
  const whole = Math.floor(energy / 1_000_000);
  const rest = String(energy - whole * 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return rest === '' ? String(whole) : `${whole}.${rest}`;
}
