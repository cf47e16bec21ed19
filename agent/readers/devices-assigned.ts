import { join } from 'node:path';

import { type Assigned, assignedIn } from '../attribution/assigned-devices.ts';
import { isDoneWithin, readOnce } from './read-once.ts';

const CHECKPOINT = 'var/lib/kubelet/device-plugins/kubelet_internal_checkpoint';
/** Containers keep their devices for as long as they live. */
const PAUSE_MS = 10_000;
/** 250 pods with eight devices and what their plugins answered. */
const LONGEST_BYTES = 1024 * 1024;

/** Devices that the kubelet gave to containers, as its file said when it was last read. */
export interface AssignedDevices {
  readonly assigned: readonly Assigned[];
  /** Reads the file where it is time; waits `deadlineMs` at most. */
  look(runningMs: number, deadlineMs: number): Promise<void>;
}

/** Opens that record; a host without a kubelet has none, and no assignments. */
export function openAssignedDevices(root: string): AssignedDevices {
  let assigned: readonly Assigned[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let isReading = false;
  const read = async () => {
    isReading = true;
    const answer = await readOnce(join(root, CHECKPOINT), Buffer.alloc(LONGEST_BYTES));
    assigned = 'bytes' in answer ? assignedIn(Buffer.from(answer.bytes).toString('utf8')) : [];
    isReading = false;
  };
  return {
    get assigned() {
      return assigned;
    },
    async look(runningMs, deadlineMs) {
      if (isReading || runningMs - readAt < PAUSE_MS) return;
      readAt = runningMs;
      await isDoneWithin(deadlineMs, read());
    },
  };
}
