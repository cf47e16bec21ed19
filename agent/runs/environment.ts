import type { RunRequest } from './windows.ts';

/** Variables by which the agent knows the processes of a run, and all that they start (docs/agent/workloads.md). */
export function environmentOf({ run_id, names }: RunRequest): Readonly<Record<string, string>> {
  const all = {
    JOULEBOOK_RUN_ID: run_id,
    JOULEBOOK_PROJECT: names.project,
    JOULEBOOK_MODEL_ID: names.model_id,
    JOULEBOOK_WORKLOAD_TYPE: names.workload_type,
    JOULEBOOK_WORKLOAD_ID: names.workload_id ?? run_id,
  };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
