import type { Component, TelemetryRecord } from '../lib/landing/record.ts';
import type { CpuTime, WorkloadTime } from './attribution/shares.ts';
import type { Workload } from './attribution/workload.ts';
import type { CounterReading } from './counter.ts';

/** Who draws the energy. */
export interface Host {
  /** OpenTelemetry host.id. */
  readonly hostId: string;
  /** The resource as the bill names it. */
  readonly resourceId: string;
  /** OpenTelemetry host.type and cloud.availability_zone, where the host knows them. */
  readonly instanceType?: string;
  readonly availabilityZone?: string;
}

/** The time of a look by three clocks: one on the wall, which may be set, and two that only run. */
export interface Moment {
  readonly readAt: Date;
  /** CLOCK_MONOTONIC, the same for every process of one boot; stands still while the host sleeps. */
  readonly runningMs: number;
  /** Time since the host booted, sleep included. */
  readonly sinceBootMs: number;
}

/** What one sensor says of one device that draws energy. The energy is in its counter, or in one that the reader keeps. */
export interface DeviceReading {
  readonly component: Component;
  /** The device's own name, one for ever and for one device only: `package-0`, `package-0/dram`, `GPU-5f…`. */
  readonly domain: string;
  /** How the energy was read: `rapl`, `nvml-counter`, `nvml-power`, `cpu-utilisation-model`, … */
  readonly method: string;
  readonly basis: TelemetryRecord['basis'];
  /** 95 % half-width of the energy as a ratio (docs/methods/uncertainty.md). */
  readonly u95Ratio: number;
  /** `undefined` where the device is there but does not say; then `gap` is the reason. */
  readonly counter: CounterReading | undefined;
  readonly gap?: string;
  /** More than this the device cannot draw. */
  readonly powerLimitWatts: number;
  /** What it draws when nobody uses it; `undefined` where that is not known. For a device used by CPU time it is not asked. */
  readonly idlePowerWatts?: number | undefined;
  /** Who used it since the look before. */
  readonly use: DeviceUse;
  /** Remarks on quality, as in the telemetry record. */
  readonly quality?: readonly string[];
  /** Components whose energy is in this counter too: the whole module of a GH200 holds `cpu` and `memory`. */
  readonly covers?: readonly Component[];
  /** OpenTelemetry hw.vendor and hw.model. */
  readonly vendor?: string;
  readonly model?: string;
  /** Energy by the counter over energy by integrated power, since the reader began: far from 1, one of the two is wrong. */
  readonly counterToPowerRatio?: number;
}

/**
 * How a device is dealt out: by the CPU time of the workloads; by the processes that the driver lists, with what each used
 * in any unit that adds up (an empty list says that nobody used it); or `unknown` where nothing says who used it.
 */
export type DeviceUse = 'cpu-time' | 'unknown' | readonly ProcessUse[];

export interface ProcessUse {
  readonly pid: number;
  readonly weight: bigint;
}

/** Electrical power of the whole host at its wall, from its baseboard controller: never added to its parts. */
export interface WallReading {
  readonly method: string;
  readonly powerWatts: number;
}

/** Everything that the host showed at one moment. What could not be read is absent, never zero. */
export interface Look extends Moment {
  readonly bootId: string;
  readonly devices: readonly DeviceReading[];
  readonly cpuTime: CpuTime | undefined;
  readonly workloadTimes: readonly WorkloadTime[];
  /** Workload of a process that a device names, and owners of devices that name nobody. */
  readonly owners: Owners;
  readonly wall?: WallReading | undefined;
}

export interface Owners {
  /** The workload that a process belongs to; `undefined` where it is gone or belongs to none. */
  ofProcess(pid: number): Workload | undefined;
  /** Workloads that a device was assigned to (by the kubelet, Slurm or the process environment); none where nobody says. */
  ofDevice(domain: string): readonly Workload[];
}

export const NO_OWNERS: Owners = { ofProcess: () => undefined, ofDevice: () => [] };
