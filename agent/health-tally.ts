import type { Look } from './look.ts';
import { wattsOf } from './power.ts';
import type { GpuPower } from './scrape/remarks.ts';
import type { Spending } from './spending.ts';

/** What the agent counts of its own ticks, for its page: reads that failed, and the power of accelerators just now. */
export class Tally {
  readonly #errors = new Map<string, Map<string, number>>();
  #gpus: ReadonlyMap<string, GpuPower> = new Map();
  tickSeconds: number | undefined;

  /** One more tick. */
  add(spendings: readonly Spending[], look: Look): void {
    for (const { device, spent } of spendings) if ('gap' in spent) this.#addError(device.method, spent.gap);
    const idle = new Map(look.devices.map(({ domain, idlePowerWatts }) => [domain, idlePowerWatts]));
    this.#gpus = new Map(
      spendings.flatMap((spending): [string, GpuPower][] => {
        const powerWatts = powerOf(spending);
        const idlePowerWatts = idle.get(spending.device.domain);
        if (spending.device.component !== 'gpu' || powerWatts === undefined) return [];
        return [[spending.device.domain, { powerWatts, ...(idlePowerWatts !== undefined && { idlePowerWatts }) }]];
      }),
    );
  }

  /** Power of a GPU over the last tick, by its UUID. */
  powerOf(gpu: string): GpuPower | undefined {
    return this.#gpus.get(gpu);
  }

  /** Failed reads by method, then by reason. */
  readErrors(): Record<string, Record<string, number>> {
    return Object.fromEntries([...this.#errors].map(([method, reasons]) => [method, Object.fromEntries(reasons)]));
  }

  #addError(method: string, reason: string): void {
    const reasons = this.#errors.get(method) ?? new Map<string, number>();
    this.#errors.set(method, reasons.set(reason, (reasons.get(reason) ?? 0) + 1));
  }
}

function powerOf({ from, to, spent }: Spending): number | undefined {
  return 'gap' in spent ? undefined : wattsOf(spent.energyMicrojoules, to.runningMs - from.runningMs);
}
