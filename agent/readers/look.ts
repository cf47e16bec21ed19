import { join } from 'node:path';

import { type Look, type Moment, NO_OWNERS } from '../look.ts';
import { openSensors } from './catalogue.ts';
import { readWorkloadTimes } from './cgroups.ts';
import { readCpuTime } from './cpu-time.ts';
import { maybeText } from './small-file.ts';

/** The host below a root folder, opened for looking at it again and again. */
export interface Lookout {
  look(moment: Moment): Promise<Look>;
  close(): void;
}

/** Opens the sensors of the host below `root` (`/` on a host). Nothing is written there. */
export function openLookout(root: string): Lookout {
  const sensors = openSensors({ root });
  return {
    async look({ readAt, runningMs, sinceBootMs }) {
      // The counters first: their energy is that of the moment.
      const [devices, cpuTime, workloadTimes, bootId] = await Promise.all([
        Promise.all(sensors.map((sensor) => sensor.read({ readAt, runningMs, sinceBootMs }))),
        readCpuTime(root),
        readWorkloadTimes(root),
        maybeText(join(root, 'proc/sys/kernel/random/boot_id')),
      ]);
      const owners = NO_OWNERS;
      return {
        readAt,
        runningMs,
        sinceBootMs,
        bootId: bootId || 'unknown',
        devices: devices.flat(),
        cpuTime,
        workloadTimes,
        owners,
      };
    },
    close() {
      for (const sensor of sensors) sensor.close();
    },
  };
}
