/**
 * The telemetry envelope: one record per host, domain and interval, written by the agent as JSON lines (`.jsonl`,
 * `.jsonl.gz`) and read by the source `agent`. Σ shares + idle + unattributed = energy, exactly, in microjoules.
 */
export interface TelemetryRecord {
  readonly schema: 'joulebook.telemetry/1';
  /** OpenTelemetry host.id. */
  readonly host_id: string;
  /** The resource as the bill names it (`i-0abc…`); the host id where there is no bill. */
  readonly resource_id: string;
  /** Linux boot id: a counter that restarts after a reboot is a reset, not a wrap. */
  readonly boot_id: string;
  /** Counts up by one per record within a boot; (host_id, boot_id, seq) names a record for ever. */
  readonly seq: number;
  /** ISO 8601 UTC, half-open. */
  readonly period_start: string;
  readonly period_end: string;
  readonly component: Component;
  /** The counter or device within the component: `package-0`, `GPU-5f…`. */
  readonly domain: string;
  /** How the energy was read: `rapl`, `nvml-counter`, `nvml-power`, `cpu-utilisation-model`, … */
  readonly method: string;
  readonly basis: 'measured' | 'modelled';
  /** Decimal text in joules with at most six places; null when it is unknown, and then `gap_reason` says why. */
  readonly energy_joules: string | null;
  readonly gap_reason: string | null;
  /** 95 % half-width as a ratio. */
  readonly u95_ratio: number;
  /** Remarks on quality, for instance `counter-wrapped`, `clock-stepped`. */
  readonly quality: readonly string[];
  readonly shares: readonly WorkloadShare[];
  readonly idle_joules: string | null;
  readonly unattributed_joules: string | null;
}

export interface WorkloadShare {
  readonly project: string | null;
  readonly model_id: string | null;
  readonly workload_type: string | null;
  readonly workload_id: string | null;
  /** What the workload was known by on the host (pod, namespace, job, unit, …), for the workload rules. */
  readonly labels: Readonly<Record<string, string>>;
  readonly energy_joules: string;
}

export type Component = 'gpu' | 'cpu' | 'memory' | 'storage' | 'network' | 'other';
