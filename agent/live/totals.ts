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
import { type Dealt, WorkloadTotals } from './workload-totals.ts';

export interface TotalsSettings {
  readonly idle: IdlePolicy;
  readonly maxSeries: number;
  /** Length of the window over which energy is set against requests and tokens. */
  readonly windowMs: number;
}

/** Everything that the live output shows of energy: totals since the agent started, and rates of late. */
export class Totals {
  readonly #settings: TotalsSettings;
  readonly workloads = new WorkloadTotals();
  #devices: DeviceTotals = NO_DEVICES;
  #models: ModelWindow = NO_MODELS;
  #wall: WallTotal | undefined;

  constructor(settings: TotalsSettings) {
    this.#settings = settings;
  }

  get devices(): DeviceTotals {
    return this.#devices;
  }

  get models(): ModelWindow {
    return this.#models;
  }

  get wall(): WallTotal | undefined {
    return this.#wall;
  }

  /**
   * One more tick. The idle policy moves idle energy to workloads in the series of workloads only; the series of devices show it as
   * idle. Workloads and what nobody bears add up to the devices, exactly.
   */
  add(spendings: readonly Spending[], look: Look): void {
    const { idle, maxSeries, windowMs } = this.#settings;
    const { runningMs, owners } = look;
    const dealt = spendings.flatMap(({ device, spent }): Dealt[] =>
      'gap' in spent ? [] : [{ device, parts: underPolicy(spent.parts, idle, owners.ofDevice(device.domain)) }],
    );
    this.#devices = withDeviceTick(this.#devices, spendings, look.devices);
    this.workloads.add(dealt, { runningMs, maxSeries });
    this.#models = withModelEnergy(this.#models, dealt, spendings, { runningMs, windowMs });
    this.#wall = withWallTick(this.#wall, look);
  }

  /** What model servers did since they were last asked. */
  addActivity(increases: readonly ActivityIncrease[], runningMs: number): void {
    this.#models = withModelActivity(this.#models, increases, { runningMs, windowMs: this.#settings.windowMs });
  }
}
