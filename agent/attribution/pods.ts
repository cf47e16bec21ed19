import type { WorkloadNames } from './workload.ts';
import type { Labels } from './workload-labels.ts';

/** What Kubernetes calls a pod. */
export interface Pod {
  readonly pod: string;
  readonly namespace: string;
  /** Names of its containers by their ids. */
  readonly containers: ReadonlyMap<string, string>;
  /** Its labels that the settings let through, as `pod_label_<name>`. */
  readonly labels: Labels;
  /** What its labels `joulebook.io/…` say of the work. */
  readonly names: Partial<WorkloadNames>;
}

/** Pods by their uid; a static pod also by the hash of its configuration, which is what its control group is called by. */
export type Pods = ReadonlyMap<string, Pod>;

const NAME_LABELS: Readonly<Record<string, keyof WorkloadNames>> = {
  'joulebook.io/project': 'project',
  'joulebook.io/model_id': 'model_id',
  'joulebook.io/workload_type': 'workload_type',
  'joulebook.io/workload_id': 'workload_id',
};
/** Annotations of static pods (kubernetes.io, well-known labels and annotations). */
const HASHES = ['kubernetes.io/config.hash', 'kubernetes.io/config.mirror'] as const;
const STATUSES = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'] as const;

/**
 * Reads the answer of a kubelet's `/pods`, a PodList; pods that are not complete are left out. Throws where it is no PodList.
 * `allowed` names the labels that are shown; of everything else nothing is kept.
 */
export function parsePods(text: string, allowed: readonly string[]): Pods {
  const items = fieldsOf(JSON.parse(text))['items'];
  if (!Array.isArray(items)) throw new Error(`expected a list of pods, got ${text.slice(0, 40)}`);
  const pods = new Map<string, Pod>();
  for (const item of items) {
    const { metadata, status } = fieldsOf(item);
    const pod = maybePod(fieldsOf(metadata), fieldsOf(status), allowed);
    if (pod) for (const uid of uidsOf(fieldsOf(metadata))) pods.set(uid, pod);
  }
  return pods;
}

/** Labels that the pod adds to those of its control groups. */
export function podLabels(pod: Pod, containerId: string | undefined): Labels {
  const container = pod.containers.get(containerId ?? '');
  return { pod: pod.pod, namespace: pod.namespace, ...(container && { container }), ...pod.labels };
}

function maybePod(metadata: Fields, status: Fields, allowed: readonly string[]): Pod | undefined {
  const { name, namespace } = metadata;
  if (typeof name !== 'string' || typeof namespace !== 'string' || !name || !namespace) return undefined;
  const labels = textsOf(metadata['labels']);
  const shown = allowed.flatMap((label): [string, string][] => {
    const value = labels.get(label);
    return value ? [[`pod_label_${label.replaceAll(/[^A-Za-z0-9_]/g, '_')}`, value]] : [];
  });
  const names = Object.entries(NAME_LABELS).flatMap(([label, column]) => {
    const value = labels.get(label);
    return value ? [[column, value]] : [];
  });
  return {
    pod: name,
    namespace,
    containers: containersOf(status),
    labels: Object.fromEntries(shown),
    names: Object.fromEntries(names),
  };
}

function uidsOf(metadata: Fields): string[] {
  const annotations = textsOf(metadata['annotations']);
  return [metadata['uid'], ...HASHES.map((hash) => annotations.get(hash))].filter(
    (uid): uid is string => typeof uid === 'string' && uid !== '',
  );
}

/** `containerd://<id>` without the name of the runtime. */
function containersOf(status: Fields): ReadonlyMap<string, string> {
  const lists = STATUSES.map((list) => status[list]).filter((list) => Array.isArray(list));
  const containers = lists.flat().flatMap((each): [string, string][] => {
    const { name, containerID: id } = fieldsOf(each);
    return typeof name === 'string' && name && typeof id === 'string' ? [[id.slice(id.indexOf('//') + 2), name]] : [];
  });
  return new Map(containers);
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textsOf(value: unknown): ReadonlyMap<string, string> {
  const texts = Object.entries(fieldsOf(value)).flatMap(([name, text]): [string, string][] =>
    typeof text === 'string' ? [[name, text]] : [],
  );
  return new Map(texts);
}
