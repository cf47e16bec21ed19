import type { TelemetryRecord, WorkloadShare } from '../lib/landing/record.ts';
import { type CpuUse, cpuUseBetween, type Parts, sharesOf, workloadsBetween } from './attribution/shares.ts';
import { maybeWorkloadLabels } from './attribution/workload-labels.ts';
import { energyBetween, type Spent } from './counter.ts';
import type { Host, Look } from './look.ts';
import type { RaplZone } from './readers/rapl.ts';

/** Components that every host has: one without a counter is a gap, since it draws energy all the same. */
const EXPECTED: readonly Pick<RaplZone, 'component' | 'domain'>[] = [
  { component: 'cpu', domain: 'package-0' },
  { component: 'memory', domain: 'package-0/dram' },
];
/** 95 % half-width of RAPL against a meter at the socket (docs/methods/uncertainty.md). */
const RAPL_U95 = 0.05;
const LONGEST_MS = 3_600_000;
/** The wall clock is slewed by some milliseconds at any time; more than this was a step. */
const CLOCK_STEP_MS = 1000;
const MICROJOULES_PER_JOULE = 1_000_000n;

/** Two looks at one host, and the number of the first record between them. */
export interface Interval {
  readonly host: Host;
  readonly before: Look;
  readonly after: Look;
  readonly firstSeq: number;
}

/**
 * The telemetry of one interval: a record for each counter that either look saw, and a gap for each expected component
 * without one. None for an interval of more than an hour, which no record may span: there the host was silent.
 */
export function recordsBetween(interval: Interval): TelemetryRecord[] {
  const { before, after, firstSeq } = interval;
  const elapsedMs = after.runningMs - before.runningMs;
  if (elapsedMs > LONGEST_MS) return [];
  const use = useBetween(before, after);
  const measured = domainsOf([...before.zones, ...after.zones]).map((zone) => measure(zone, interval, use));
  const seen = new Set(measured.map(({ component }) => component));
  const missing = EXPECTED.filter(({ component }) => !seen.has(component)).map((zone) => ({
    ...zone,
    ...gap('counter-absent'),
  }));
  const envelope = envelopeOf(interval, elapsedMs);
  return [...measured, ...missing].map(({ quality, ...energy }, index) => ({
    ...envelope,
    seq: firstSeq + index,
    ...energy,
    quality: [...quality, ...envelope.quality],
  }));
}

type Energy = Pick<
  TelemetryRecord,
  'energy_joules' | 'gap_reason' | 'quality' | 'shares' | 'idle_joules' | 'unattributed_joules'
>;
type ZoneEnergy = Pick<TelemetryRecord, 'component' | 'domain'> & Energy;

/** By the clock that only runs: where the wall clock was set, the interval ends now and begins as long ago as it lasted. */
function envelopeOf({ host, before, after }: Interval, elapsedMs: number) {
  const start = new Date(after.readAt.getTime() - elapsedMs);
  const isStepped = Math.abs(start.getTime() - before.readAt.getTime()) > CLOCK_STEP_MS;
  return {
    schema: 'joulebook.telemetry/1',
    host_id: host.hostId,
    resource_id: host.resourceId,
    boot_id: after.bootId,
    period_start: (isStepped ? start : before.readAt).toISOString(),
    period_end: after.readAt.toISOString(),
    method: 'rapl',
    basis: 'measured',
    u95_ratio: RAPL_U95,
    quality: isStepped ? ['clock-stepped'] : [],
  } as const;
}

function domainsOf(zones: readonly RaplZone[]): RaplZone[] {
  return [...new Map(zones.map((zone) => [zone.domain, zone])).values()];
}

function useBetween(before: Look, after: Look): CpuUse | undefined {
  const node = before.bootId === after.bootId ? cpuUseBetween(before.cpuTime, after.cpuTime) : undefined;
  return node && { ...node, workloads: workloadsBetween(before.workloadTimes, after.workloadTimes) };
}

function measure(zone: RaplZone, { before, after }: Interval, use: CpuUse | undefined): ZoneEnergy {
  const { component, domain, powerLimitWatts } = zone;
  const counterOf = (look: Look) => look.zones.find((each) => each.domain === domain)?.counter;
  const [first, last] = [counterOf(before), counterOf(after)];
  if (!first || !last) return { component, domain, ...gap('counter-not-readable') };
  const elapsedMs = after.runningMs - before.runningMs;
  const isSameBoot = before.bootId === after.bootId;
  const spent = energyBetween({ before: first, after: last, elapsedMs, isSameBoot, powerLimitWatts });
  return { component, domain, ...dealtOut(spent, use) };
}

function dealtOut(spent: Spent, use: CpuUse | undefined): Energy {
  if ('gap' in spent) return gap(spent.gap);
  const parts = sharesOf(spent.energyMicrojoules, use);
  return {
    energy_joules: joulesText(spent.energyMicrojoules),
    gap_reason: null,
    quality: [...(spent.hasWrapped ? ['counter-wrapped'] : []), ...(use ? [] : ['cpu-time-unknown'])],
    shares: parts.workloads.filter(({ energyMicrojoules }) => energyMicrojoules > 0n).map(shareOf),
    idle_joules: joulesText(parts.idle),
    unattributed_joules: joulesText(parts.unattributed),
  };
}

/** The agent knows a workload by its labels alone; names come from the workload rules of the settings. */
function shareOf({ cgroup, energyMicrojoules }: Parts['workloads'][number]): WorkloadShare {
  return {
    project: null,
    model_id: null,
    workload_type: null,
    workload_id: null,
    labels: maybeWorkloadLabels(cgroup) ?? { cgroup },
    energy_joules: joulesText(energyMicrojoules),
  };
}

function gap(reason: string): Energy {
  return {
    energy_joules: null,
    gap_reason: reason,
    quality: [],
    shares: [],
    idle_joules: null,
    unattributed_joules: null,
  };
}

/** Whole microjoules as decimal joules without trailing zeros: 3600000001 gives `3600.000001`. */
function joulesText(microjoules: bigint): string {
  const places = String(microjoules % MICROJOULES_PER_JOULE)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${microjoules / MICROJOULES_PER_JOULE}${places && `.${places}`}`;
}
