import { namesOf, type WorkloadRule } from './match-rules.ts';
import { type Pods, podLabels } from './pods.ts';
import { type Said, SILENT } from './said.ts';
import type { Workload } from './workload.ts';
import type { Labels } from './workload-labels.ts';

/** Everything that gives a workload its name. */
export interface Naming {
  readonly rules: readonly WorkloadRule[];
  readonly pods: Pods;
}

/** Who speaks, and where: the control group, or none. */
export interface Speaker {
  readonly group: { readonly cgroup: string; readonly labels: Labels } | undefined;
  readonly voice: string;
  readonly said: Said | undefined;
  /** Where the group is a job, what any of its processes says of that job. */
  readonly job: Labels;
}

/**
 * A workload by its control group and what its processes say. Names: the first rule that matches, else the environment, else
 * the pod's labels. Labels that the host itself gives stand before those that a process claims.
 */
export function workloadOf({ group, voice, said = SILENT, job }: Speaker, { rules, pods }: Naming): Workload {
  const own = group?.labels ?? {};
  const pod = pods.get(own['pod_uid'] ?? '');
  const labels = {
    ...said.labels,
    ...(own['job'] === undefined ? said.job : job),
    ...(pod && podLabels(pod, own['container_id'])),
    ...own,
  };
  const names = namesOf(rules, { labels, own: { ...pod?.names, ...said.names }, commandRules: said.commandRules });
  const key = [group?.cgroup ?? 'processes', voice].filter((part) => part !== '').join('#');
  return { key, labels, names };
}
