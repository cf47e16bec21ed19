import type { Workload } from '../attribution/workload.ts';

/** Labels may come from whoever runs on the host: longer ones are cut. */
const LONGEST = 128;
const SHORT_ID = 12;

type Naming = (labels: Readonly<Record<string, string | undefined>>) => string | undefined;

/** How a workload is named for people, the first that fits. */
const NAMINGS: readonly Naming[] = [
  ({ namespace, pod, container }) => pod && [namespace, pod, container].filter(Boolean).join('/'),
  ({ pod_uid }) => pod_uid && `pod/${pod_uid}`,
  ({ job }) => job && `job/${job}`,
  ({ task }) => task && `task/${task}`,
  ({ unit }) => unit,
  ({ container }) => container,
  ({ container_id }) => container_id?.slice(0, SHORT_ID),
];

/** A short name that stays while the workload lives: `prod/llm-0/server`, `job/117`, `vllm.service`; its key where nothing names it. */
export function workloadName({ key, labels }: Workload): string {
  for (const naming of NAMINGS) {
    const name = naming(labels);
    if (name) return labelText(name);
  }
  return labelText(key);
}

/** Text as a label value: of bounded length and without halves of characters. */
export function labelText(text: string): string {
  return (text.length > LONGEST ? text.slice(0, LONGEST) : text).toWellFormed();
}

/** What the series of a workload are labelled with, whatever the device. */
export interface IdentityLabels {
  readonly project: string | null;
  readonly model_id: string | null;
  readonly workload_type: string | null;
  readonly workload_id: string | null;
  readonly workload: string;
}

export interface Identity {
  readonly labels: IdentityLabels;
  /** The same for two workloads whose labels are the same, and for those only. */
  readonly key: string;
}

/** Every workload is asked for once for each device and tick, and never changes. */
const IDENTITIES = new WeakMap<Workload, Identity>();

/** The labels of a workload and their key. */
export function identityOf(workload: Workload): Identity {
  const known = IDENTITIES.get(workload);
  if (known) return known;
  const { project, model_id, workload_type, workload_id } = workload.names;
  const identity = identityFrom({
    project: project && labelText(project),
    model_id: model_id && labelText(model_id),
    workload_type: workload_type && labelText(workload_type),
    workload_id: workload_id && labelText(workload_id),
    workload: workloadName(workload),
  });
  IDENTITIES.set(workload, identity);
  return identity;
}

/** An empty label is an absent one (Prometheus, data model): null and '' are one. */
export function identityFrom(labels: IdentityLabels): Identity {
  const { project, model_id, workload_type, workload_id, workload } = labels;
  return { labels, key: JSON.stringify([project || 0, model_id || 0, workload_type || 0, workload_id || 0, workload]) };
}
