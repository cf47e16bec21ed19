import { join } from 'node:path';

import type { Look, Moment } from '../look.ts';
import { readWorkloadTimes } from './cgroups.ts';
import { readCpuTime } from './cpu-time.ts';
import { readRapl } from './rapl.ts';
import { maybeText } from './small-file.ts';

/** Looks once at the host below `root`. The counters are read right after the moment is taken; nothing is written. */
export async function lookAt(root: string, { readAt, runningMs }: Moment): Promise<Look> {
  const [zones, cpuTime, workloadTimes, bootId] = await Promise.all([
    readRapl(root),
    readCpuTime(root),
    readWorkloadTimes(root),
    maybeText(join(root, 'proc/sys/kernel/random/boot_id')),
  ]);
  return { readAt, runningMs, bootId: bootId || 'unknown', zones, cpuTime, workloadTimes };
}
