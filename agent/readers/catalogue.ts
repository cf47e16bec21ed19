import { raplSensor } from './rapl.ts';
import type { Sensor } from './sensor.ts';

/** What a sensor may need to know of the host and of the settings. */
export interface SensorContext {
  /** Folder that holds `sys` and `proc`; `/` on a host. */
  readonly root: string;
}

/** Every kind of sensor, one line each. */
const SENSORS: readonly ((context: SensorContext) => Sensor)[] = [({ root }) => raplSensor(root)];

/** Opens every kind; one that the host does not have reads nothing. */
export function openSensors(context: SensorContext): Sensor[] {
  return SENSORS.map((open) => open(context));
}
