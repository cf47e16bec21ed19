/** An accelerator that a container was given. */
export interface Assigned {
  readonly podUid: string;
  /** Name of the container in its pod. */
  readonly container: string;
  readonly devices: readonly string[];
}

/**
 * Reads the kubelet's own record of the devices that plugins gave to containers, `kubelet_internal_checkpoint`; none where it
 * is broken. It is no interface of Kubernetes: `DeviceIDs` was a list until 1.20 and is one list a NUMA node since (kubelet,
 * cm/devicemanager/checkpoint).
 */
export function assignedIn(text: string): Assigned[] {
  const entries = fieldsOf(fieldsOf(parsed(text))['Data'])['PodDeviceEntries'];
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry): Assigned[] => {
    const { PodUID: podUid, ContainerName: container, DeviceIDs: ids } = fieldsOf(entry);
    const devices = (Array.isArray(ids) ? ids : Object.values(fieldsOf(ids)).flat()).filter(isText);
    return isText(podUid) && isText(container) ? [{ podUid, container, devices }] : [];
  });
}

/**
 * Whether a name means the device `domain`. Device plugins write the name that the driver gives, and behind it `::<n>` where
 * several share the device; CUDA takes the beginning of a UUID for the whole (CUDA programming guide, environment variables).
 */
export function isDevice(name: string, domain: string): boolean {
  const [id = ''] = name.toLowerCase().split('::');
  const whole = domain.toLowerCase();
  return id === whole || (SHORTENED.test(id) && whole.startsWith(id));
}

const SHORTENED = /^(?:gpu|mig)-[0-9a-f]{8}/;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
