import type { Look } from '../look.ts';
import type { Spending } from '../spending.ts';
import { type DeviceTotals, NO_DEVICES, withDeviceTick } from './device-totals.ts';
import { type IdlePolicy, underPolicy } from './idle-policy.ts';
import {
  type ActivityIncrease,
  type ModelWindow,
  NO_MODELS,
  withModelActivity,
  withModelEnergy,
} from './model-window.ts';
import { type WallTotal, withWallTick } from './wall-total.ts';
import { type Dealt, NO_WORKLOADS, type WorkloadTotals, withWorkloadTick } from './workload-totals.ts';

/** Everything that the live output shows of energy: totals since the agent started, and rates of late. */
export interface Totals {
  readonly devices: DeviceTotals;
  readonly workloads: WorkloadTotals;
  readonly models: ModelWindow;
  readonly wall: WallTotal | undefined;
}

export interface TotalsSettings {
  readonly idle: IdlePolicy;
  readonly maxSeries: number;
  /** Length of the window over which energy is set against requests and tokens. */
  readonly windowMs: number;
}

export const EMPTY_TOTALS: Totals = {
  devices: NO_DEVICES,
  workloads: NO_WORKLOADS,
  models: NO_MODELS,
  wall: undefined,
};

/**
 * The totals with one more tick in them. The idle policy moves idle energy to workloads in the series of workloads only; the
 * series of devices show it as idle. Workloads and what nobody bears add up to the devices, exactly.
 */
export function withSpendings(
  totals: Totals,
  { spendings, look }: { readonly spendings: readonly Spending[]; readonly look: Look },
  { idle, maxSeries, windowMs }: TotalsSettings,
): Totals {
  const dealt = spendings.flatMap(({ device, spent }): Dealt[] =>
    'gap' in spent ? [] : [{ device, parts: underPolicy(spent.parts, idle, look.owners.ofDevice(device.domain)) }],
  );
  const { runningMs } = look;
  return {
    devices: withDeviceTick(totals.devices, spendings, look.devices),
    workloads: withWorkloadTick(totals.workloads, dealt, { runningMs, maxSeries }),
    models: withModelEnergy(totals.models, dealt, spendings, { runningMs, windowMs }),
    wall: withWallTick(totals.wall, look),
  };
}

/** The totals with what model servers did since they were last asked. */
export function withActivity(
  totals: Totals,
  increases: readonly ActivityIncrease[],
  at: { readonly runningMs: number; readonly windowMs: number },
): Totals {
  return { ...totals, models: withModelActivity(totals.models, increases, at) };
}
