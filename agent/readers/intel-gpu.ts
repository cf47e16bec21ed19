import { drmUse } from './drm-use.ts';
import type { CardKind } from './gpu-cards.ts';
import { gpuMonitorSensor } from './gpu-monitor.ts';
import { DEADLINE_MS, type Sensor } from './sensor.ts';

/**
 * Files of i915 and xe (Documentation/ABI/testing/sysfs-driver-intel-i915-hwmon and -xe-hwmon): the energy of the card,
 * else that of its package; 0 in a limit says that there is none.
 */
const INTEL: CardKind = {
  drivers: ['i915', 'xe'],
  prefix: 'intel-gpu',
  vendor: 'Intel',
  energyFiles: ['energy1_input', 'energy2_input'],
  powerFiles: [],
  limitFiles: ['power1_max', 'power1_rated_max', 'power1_cap', 'power2_max', 'power2_rated_max', 'power2_cap'],
  isGapWithoutCounter: false,
};

/** Intel's graphics cards; graphics inside a processor have no such counter and are left to the processor's. */
export function intelGpuSensor(root: string, deadlineMs: number = DEADLINE_MS): Sensor {
  return gpuMonitorSensor(root, INTEL, drmUse(root, INTEL.drivers, deadlineMs), deadlineMs);
}
