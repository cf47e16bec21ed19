const UUID = '[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}';

/** How the last part of a control group's path names a workload, the first that fits. */
const PATTERNS: readonly { readonly label: string; readonly pattern: RegExp }[] = [
  { label: 'pod_uid', pattern: new RegExp(`pod(${UUID}|[0-9a-f]{32})(?:\\.slice)?$`) },
  { label: 'container_id', pattern: /(?:^|[-:])([0-9a-f]{64})(?:\.scope)?$/ },
  { label: 'job', pattern: /^job_(\d+)$/ },
  { label: 'unit', pattern: /^(.+\.service)$/ },
];

/**
 * What a control group's path says of the workload in it: `{ unit: 'vllm-code.service' }`, `{ job: '117' }`, `{ pod_uid }`,
 * `{ container_id }`; `undefined` for a group that only holds others. The labels are what workload rules match.
 */
export function maybeWorkloadLabels(cgroup: string): Readonly<Record<string, string>> | undefined {
  const last = cgroup.slice(cgroup.lastIndexOf('/') + 1);
  for (const { label, pattern } of PATTERNS) {
    const name = pattern.exec(last)?.[1];
    if (name) return { [label]: label === 'pod_uid' ? name.replaceAll('_', '-') : name };
  }
  return undefined;
}
