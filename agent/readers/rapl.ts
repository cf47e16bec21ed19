import { join } from 'node:path';

import type { DeviceReading } from '../look.ts';
import { countIn, type FileAnswer, isGone, KeptFiles } from './kept-files.ts';
import { findZones, type Zone } from './rapl-zones.ts';
import { Searched } from './searched.ts';
import { DEADLINE_MS, type Sensor } from './sensor.ts';

/** 95 % half-width of RAPL against a meter at the socket (docs/methods/uncertainty.md). */
const U95 = 0.05;

/**
 * Every processor package and its memory under `/sys/class/powercap`, Intel's and AMD's; none where the host has no such
 * counters. Whether a zone is `enabled` says that its power is limited, not that it counts: all are read.
 */
export function raplSensor(root: string, deadlineMs: number = DEADLINE_MS): Sensor {
  const powercap = join(root, 'sys/class/powercap');
  // The kernel reads a register of the processor, over the wire between its cores where need be (intel_rapl_common.c): microseconds.
  const files = new KeptFiles(deadlineMs, 'kernel');
  const zones = new Searched((seek) => findZones(powercap, seek));
  return {
    async read({ runningMs }) {
      const known = await zones.at(runningMs);
      const answers = await files.read(known.map(({ energyFile }) => energyFile));
      if (known.some((zone) => isGone(answers.get(zone.energyFile)))) zones.searchAgain();
      return known.map((zone) => readingOf(zone, answers.get(zone.energyFile)));
    },
    close() {
      files.close();
      zones.close();
    },
  };
}

function readingOf({ component, domain, rangeMicrojoules, powerLimitWatts }: Zone, answer?: FileAnswer): DeviceReading {
  const energyMicrojoules = countIn(answer);
  return {
    component,
    domain,
    method: 'rapl',
    basis: 'measured',
    u95Ratio: U95,
    counter: energyMicrojoules === undefined ? undefined : { energyMicrojoules, rangeMicrojoules },
    ...(energyMicrojoules === undefined && { gap: gapOf(answer) }),
    powerLimitWatts,
    use: 'cpu-time',
  };
}

/** Linux lets nobody but root read a zone's energy since 5.10: that, and nonsense, is `counter-not-readable`. */
function gapOf(answer: FileAnswer | undefined): string {
  return answer && 'fault' in answer && answer.fault === 'slow' ? 'counter-slow' : 'counter-not-readable';
}
