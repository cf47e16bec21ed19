export type Labels = Readonly<Record<string, string>>;

const UUID = '[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}';
/** A static pod is named by the hash of its configuration, 32 digits without dashes. */
const POD = new RegExp(`(?:^|-)pod(${UUID}|[0-9a-f]{32})(?=[.:]|$)`);
const CONTAINER = /(?:^|[-:])([0-9a-f]{64})(?:\.scope)?$/;
/** Monitors that CRI-O and podman start beside a container, named after it. */
const MONITOR = /(?:^|-)conmon-/;
const SLURM = String.raw`/(?:slurm[^/]*|system\.slice/(?:[^/]+_)?slurmstepd\.scope)(?:/uid_(\d+))?/job_(\d+)`;
const JOB = new RegExp(`${SLURM}$`);
const STEP = new RegExp(`${SLURM}/step_([^/]+)$`);
const TASK = /\/(?:ecs|ecstasks\.slice)\/(?:[^/]+\/)?(?:ecstasks-)?([0-9a-f]{32})(?:\.slice)?$/;
/** A user's own systemd holds the units of that user; it is none itself. */
const UNIT = /^(?!user@\d+\.service$)(.+\.service)$/;

interface Place {
  readonly cgroup: string;
  /** The last part of the path. */
  readonly name: string;
  /** Labels of the innermost workload around it. */
  readonly outer: Labels | undefined;
}

/** How a control group names a workload, the first that fits; a pod begins anew, also within a container (kind). */
const NAMED: readonly ((place: Place) => Labels | undefined)[] = [
  ({ name }) => maybePod(name),
  ({ name, outer }) => (outer?.['container_id'] ? undefined : maybeContainer(name, outer)),
  ({ cgroup, outer }) => (outer ? undefined : maybeJob(JOB.exec(cgroup))),
  ({ cgroup, outer }) => (outer?.['job'] && !outer['step'] ? maybeJob(STEP.exec(cgroup)) : undefined),
  ({ cgroup, outer }) => labelled('task', outer ? undefined : TASK.exec(cgroup)?.[1]),
  ({ name, outer }) => labelled('unit', outer ? undefined : UNIT.exec(name)?.[1]),
];

/**
 * Labels of the workload that a control group is by itself: `{ unit }`, `{ pod_uid }`, `{ pod_uid, container_id }`,
 * `{ container_id }`, `{ job }`, `{ job, step }` (Slurm), `{ task }` (ECS); `undefined` for a group that only holds others
 * or is a part of the workload around it, whose labels are `outer`. The labels are what workload rules match.
 */
export function maybeLabelsInside(outer: Labels | undefined, cgroup: string): Labels | undefined {
  const place = { cgroup, name: cgroup.slice(cgroup.lastIndexOf('/') + 1), outer };
  for (const maybeLabels of NAMED) {
    const labels = maybeLabels(place);
    if (labels) return labels;
  }
  return undefined;
}

/** Labels of the innermost workload that a control group lies in; `undefined` where it lies in none. */
export function maybeWorkloadLabels(cgroup: string): Labels | undefined {
  return workloadsAround(cgroup).at(-1)?.labels;
}

/** A control group that is a workload. */
export interface WorkloadGroup {
  readonly cgroup: string;
  readonly labels: Labels;
  /** The workload around it: a pod around its containers, a job around its steps. */
  readonly outer: string | undefined;
}

/** Every workload that a control group is or lies in, the outer before the inner. */
export function workloadsAround(cgroup: string): WorkloadGroup[] {
  const around: WorkloadGroup[] = [];
  for (const above of groupsAbove(cgroup)) {
    const outer = around.at(-1);
    const labels = maybeLabelsInside(outer?.labels, above);
    if (labels) around.push({ cgroup: above, labels, outer: outer?.cgroup });
  }
  return around;
}

/** `/a/b/c` → `/a`, `/a/b`, `/a/b/c`. */
function groupsAbove(cgroup: string): string[] {
  const names = cgroup.split('/').slice(1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

/** containerd without its systemd driver names both at once: `…-pod<uid>.slice:cri-containerd:<id>`. */
function maybePod(name: string): Labels | undefined {
  const uid = POD.exec(name)?.[1];
  return uid === undefined ? undefined : maybeContainer(name, { pod_uid: podUid(uid) }) || { pod_uid: podUid(uid) };
}

function podUid(uid: string): string {
  return uid.replaceAll('_', '-');
}

function maybeContainer(name: string, outer: Labels | undefined): Labels | undefined {
  const id = MONITOR.test(name) ? undefined : CONTAINER.exec(name)?.[1];
  return id === undefined ? undefined : { ...outer, container_id: id };
}

function maybeJob(found: RegExpExecArray | null): Labels | undefined {
  const [, uid, job, step] = found ?? [];
  return job === undefined ? undefined : { job, ...(step && { step }), ...(uid && { uid }) };
}

function labelled(label: string, name: string | undefined): Labels | undefined {
  return name === undefined ? undefined : { [label]: name };
}
