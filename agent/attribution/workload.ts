/** Names that the workload rules fill at settle; those that the host itself knows stand here already. */
export interface WorkloadNames {
  readonly project: string | null;
  readonly model_id: string | null;
  readonly workload_type: string | null;
  readonly workload_id: string | null;
}

/** Whoever a share of the energy goes to. */
export interface Workload {
  /** One for as long as it lives on this host: its control group, and a part of it where its processes say different things. */
  readonly key: string;
  /** What it is known by (pod, namespace, job, unit, run_id, …): OpenTelemetry's and Slurm's own words, for the workload rules. */
  readonly labels: Readonly<Record<string, string>>;
  readonly names: WorkloadNames;
}

export const UNNAMED: WorkloadNames = { project: null, model_id: null, workload_type: null, workload_id: null };
