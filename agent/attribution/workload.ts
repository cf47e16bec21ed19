import type { WorkloadNames } from '../../lib/landing/envelope.ts';

export type { WorkloadNames } from '../../lib/landing/envelope.ts';

/** Whoever a share of the energy goes to. */
export interface Workload {
  /** One for as long as it lives on this host: its control group, and a part of it where its processes say different things. */
  readonly key: string;
  /** What it is known by (pod, namespace, job, unit, run_id, …): OpenTelemetry's and Slurm's own words, for the workload rules. */
  readonly labels: Readonly<Record<string, string>>;
  readonly names: WorkloadNames;
}

/** Nobody said whose work it is: a rule of the book may. */
export const UNNAMED: WorkloadNames = { project: null, model_id: null, workload_type: null, workload_id: null };
