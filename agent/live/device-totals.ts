import type { DeviceReading } from '../look.ts';
import { wattsOf } from '../power.ts';
import type { Device, Spending } from '../spending.ts';

const MS_PER_SECOND = 1000;

/** Energy of one device since the agent started, in microjoules, and its power over the last tick. */
export interface DeviceTotal {
  readonly device: Device;
  readonly attributed: bigint;
  readonly idle: bigint;
  readonly unattributed: bigint;
  /** `undefined` while its energy is not known. */
  readonly powerWatts: number | undefined;
}

/** Time in which one device did not say, by reason. */
interface GapTotal {
  readonly device: Device;
  readonly reason: string;
  readonly seconds: number;
}

/** All devices; one whose energy was never known has gaps only. */
export interface DeviceTotals {
  /** By domain and basis: bases never add up. */
  readonly energies: ReadonlyMap<string, DeviceTotal>;
  /** By domain and reason. */
  readonly gaps: ReadonlyMap<string, GapTotal>;
  /** By domain, of the last tick. */
  readonly counterToPowerRatios: ReadonlyMap<string, { readonly device: DeviceReading; readonly ratio: number }>;
}

export const NO_DEVICES: DeviceTotals = { energies: new Map(), gaps: new Map(), counterToPowerRatios: new Map() };

/** The totals with one more tick in them. */
export function withDeviceTick(
  totals: DeviceTotals,
  spendings: readonly Spending[],
  readings: readonly DeviceReading[],
): DeviceTotals {
  const energies = new Map(
    [...totals.energies].map(([key, total]) => [key, { ...total, powerWatts: undefined } as DeviceTotal] as const),
  );
  const gaps = new Map(totals.gaps);
  for (const spending of spendings) {
    const { device, spent } = spending;
    if ('gap' in spent) {
      const key = keyOf(device.domain, spent.gap);
      gaps.set(key, withGap(gaps.get(key), spending, spent.gap));
    } else {
      const key = keyOf(device.domain, device.basis);
      energies.set(key, withEnergy(energies.get(key), spending, spent));
    }
  }
  return { energies, gaps, counterToPowerRatios: ratiosOf(readings) };
}

type Known = Exclude<Spending['spent'], { readonly gap: string }>;

function withEnergy(before: DeviceTotal | undefined, { device, from, to }: Spending, spent: Known): DeviceTotal {
  const { idle, unattributed } = spent.parts;
  const attributed = spent.energyMicrojoules - idle - unattributed;
  return {
    device,
    attributed: (before?.attributed ?? 0n) + attributed,
    idle: (before?.idle ?? 0n) + idle,
    unattributed: (before?.unattributed ?? 0n) + unattributed,
    powerWatts: wattsOf(spent.energyMicrojoules, to.runningMs - from.runningMs),
  };
}

function withGap(before: GapTotal | undefined, { device, from, to }: Spending, reason: string): GapTotal {
  const seconds = Math.max(0, to.runningMs - from.runningMs) / MS_PER_SECOND;
  return { device, reason, seconds: (before?.seconds ?? 0) + seconds };
}

function ratiosOf(readings: readonly DeviceReading[]): DeviceTotals['counterToPowerRatios'] {
  return new Map(
    readings.flatMap((device) =>
      device.counterToPowerRatio === undefined
        ? []
        : [[device.domain, { device, ratio: device.counterToPowerRatio }] as const],
    ),
  );
}

function keyOf(domain: string, other: string): string {
  return `${domain}\n${other}`;
}
