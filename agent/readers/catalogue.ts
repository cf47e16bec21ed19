import type { ModelSettings } from '../sensor-settings.ts';
import { amdGpuSensor } from './amd-gpu.ts';
import { withCpuModel } from './cpu-model.ts';
import { intelGpuSensor } from './intel-gpu.ts';
import { neuronSensor } from './neuron.ts';
import { type NvmlOptions, nvmlSensor } from './nvml/sensor.ts';
import type { NvidiaSettings } from './nvml/settings.ts';
import { raplSensor } from './rapl.ts';
import { DEADLINE_MS, type Sensor } from './sensor.ts';

/** What a sensor may need to know of the host and of the settings. */
export interface SensorContext {
  /** Folder that holds `sys` and `proc`; `/` on a host. */
  readonly root: string;
  /** The machine as the bill names it, and what the settings say of its power: for where nothing measures it. */
  readonly instanceType?: string | undefined;
  readonly model?: ModelSettings | undefined;
  readonly nvidia?: NvidiaSettings | undefined;
  /** How much of the time a GPU instance was active, where an exporter says so. */
  readonly instanceActivity?: NvmlOptions['instanceActivity'];
  /** What a look may wait for a file or a driver. */
  readonly deadlineMs?: number;
}

/** Every kind of sensor, one line each. */
const SENSORS: readonly ((context: SensorContext) => Sensor)[] = [
  ({ root, model, instanceType, deadlineMs }) =>
    withCpuModel(raplSensor(root, deadlineMs), { root, settings: model, instanceType }),
  ({ root, deadlineMs }) => amdGpuSensor(root, deadlineMs),
  ({ root, deadlineMs }) => intelGpuSensor(root, deadlineMs),
  ({ root }) => neuronSensor(root),
  ({ root, nvidia, instanceActivity, deadlineMs = DEADLINE_MS }) =>
    nvmlSensor({ root, settings: nvidia, deadlineMs, ...(instanceActivity && { instanceActivity }) }),
];

/** Opens every kind; one that the host does not have reads nothing. */
export function openSensors(context: SensorContext): Sensor[] {
  return SENSORS.map((open) => open(context));
}
