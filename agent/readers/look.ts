import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import type { Look, Moment } from '../look.ts';
import type { Wall } from './bmc.ts';
import { openSensors, type SensorContext } from './catalogue.ts';
import { readNow } from './read-once.ts';
import { openWorkloads, type WorkloadsContext } from './workloads.ts';

/** A driver that takes longer to open is a gap until it has. */
const PREPARE_MS = 5000;

/** The host below a root folder, opened for looking at it again and again. */
export interface Lookout {
  look(moment: Moment): Promise<Look>;
  /** Waits for drivers that take long to open, so that a first look after it misses nothing. */
  prepare(moment: Moment): Promise<void>;
  /** Only a new process can read some device again: its driver was changed underneath. */
  isRestartNeeded(): boolean;
  /** A call into a driver has not returned: the end of this process would wait for it. */
  isHanging(): boolean;
  /** What cannot be told of this host, and why: one sentence each. */
  problems(): readonly string[];
  close(): void;
}

/** What is known of the host and of who uses it, beside its files. */
export interface LookoutContext extends Omit<WorkloadsContext, 'root'>, Omit<SensorContext, 'root'> {
  /** Power of the whole host at its wall, asked for beside the looks. */
  readonly wall?: Wall | undefined;
}

/** Opens the sensors of the host below `root` (`/` on a host) and watches who uses it. Nothing is written there. */
export function openLookout(root: string, named: LookoutContext = {}): Lookout {
  const sensors = openSensors({ ...named, root });
  const deviceOfIndex = (index: number) =>
    sensors.map((sensor) => sensor.deviceOfIndex?.(index)).find((device) => device !== undefined);
  const workloads = openWorkloads({ deviceOfIndex, ...named, root });
  const bootId = bootIdOf(root);
  return {
    async look({ readAt, runningMs, sinceBootMs }) {
      // The counters first: their energy is that of the moment.
      const [devices, { cpuTime, workloadTimes, owners }] = await Promise.all([
        Promise.all(sensors.map((sensor) => sensor.read({ readAt, runningMs, sinceBootMs }))),
        workloads.look({ readAt, runningMs, sinceBootMs }),
      ]);
      return {
        readAt,
        runningMs,
        sinceBootMs,
        bootId,
        devices: devices.flat(),
        cpuTime,
        workloadTimes,
        owners,
        wall: named.wall?.read(),
      };
    },
    async prepare(moment) {
      const waiting = new AbortController();
      const isOver = setTimeout(PREPARE_MS, undefined, { signal: waiting.signal }).catch(() => undefined);
      await Promise.race([isOver, Promise.all(sensors.map((sensor) => sensor.prepare?.(moment)))]);
      waiting.abort();
    },
    isRestartNeeded: () => sensors.some((sensor) => sensor.isRestartNeeded?.()),
    isHanging: () => sensors.some((sensor) => sensor.isHanging?.()),
    problems: () => [
      ...workloads.problems(),
      ...sensors.flatMap((sensor) => sensor.fault?.() ?? []),
      ...[named.wall?.fault()].filter((fault) => fault !== undefined),
    ],
    close() {
      named.wall?.close();
      workloads.close();
      for (const sensor of sensors) sensor.close();
    },
  };
}

const LONGEST_BOOT_ID = 64;

/** Read once, for no process outlives a boot, and at once: what came late would be another boot, whose counters do not compare. */
function bootIdOf(root: string): string {
  const answer = readNow(join(root, 'proc/sys/kernel/random/boot_id'), Buffer.alloc(LONGEST_BOOT_ID));
  const text = 'bytes' in answer ? Buffer.from(answer.bytes).toString('latin1').trim() : '';
  return text || 'unknown';
}
