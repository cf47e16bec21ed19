import type { CpuTime, WorkloadTime } from './attribution/shares.ts';
import type { RaplZone } from './readers/rapl.ts';

/** Who draws the energy. */
export interface Host {
  /** OpenTelemetry host.id. */
  readonly hostId: string;
  /** The resource as the bill names it. */
  readonly resourceId: string;
}

/** The time of a look by two clocks: the one on the wall, which may be set, and one that only runs. */
export interface Moment {
  readonly readAt: Date;
  readonly runningMs: number;
}

/** Everything that the host showed at one moment. What could not be read is absent, never zero. */
export interface Look extends Moment {
  readonly bootId: string;
  readonly zones: readonly RaplZone[];
  readonly cpuTime: CpuTime | undefined;
  readonly workloadTimes: readonly WorkloadTime[];
}
