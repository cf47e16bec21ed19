import { firstThatKnows } from './card-use.ts';
import { drmUse } from './drm-use.ts';
import type { CardKind } from './gpu-cards.ts';
import { gpuMonitorSensor } from './gpu-monitor.ts';
import { kfdUse } from './kfd-use.ts';
import { DEADLINE_MS, type Sensor } from './sensor.ts';

/**
 * Files of amdgpu (the kernel's gpu/amdgpu/thermal.rst): `power1_average` is the mean of a short time, and newer chips
 * have `power1_input` instead, the power of the moment. No driver of today has an energy counter; one that does is preferred.
 */
const AMD: CardKind = {
  drivers: ['amdgpu'],
  prefix: 'amdgpu',
  vendor: 'AMD',
  energyFiles: ['energy1_input'],
  powerFiles: ['power1_average', 'power1_input'],
  limitFiles: ['power1_cap_max', 'power1_cap'],
  isGapWithoutCounter: true,
};

/**
 * AMD's accelerators and graphics cards; graphics inside a processor are left to the processor's counter. Compute goes by the
 * compute driver: it is not in the clients' times of the graphics driver (amdgpu_top issue 49).
 */
export function amdGpuSensor(root: string, deadlineMs: number = DEADLINE_MS): Sensor {
  const users = firstThatKnows([kfdUse(root, deadlineMs), drmUse(root, AMD.drivers, deadlineMs)]);
  return gpuMonitorSensor(root, AMD, users, deadlineMs);
}
