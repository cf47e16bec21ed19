import { join } from 'node:path';

import type { DeviceReading } from '../look.ts';
import { Searched } from './searched.ts';
import type { Sensor } from './sensor.ts';
import { namesIn } from './small-file.ts';

/**
 * AWS documents what stands below a device (cores, memory, counts of executions) and moved much of it with driver 2.31, but
 * neither joules nor watts; the folder of a device itself stayed where it was (Neuron Sysfs User Guide, 2.33).
 */
const DEVICES = 'sys/devices/virtual/neuron_device';
const DEVICE = /^neuron\d+$/;

/**
 * Trainium and Inferentia devices: that they are there, and that their energy is unknown. They count as `gpu`, the component
 * of accelerators, so that a host with nothing but them shows a gap where its largest consumer is.
 */
export function neuronSensor(root: string): Sensor {
  const devices = new Searched(async () => (await namesIn(join(root, DEVICES))).filter((name) => DEVICE.test(name)));
  return {
    read: async ({ runningMs }) => (await devices.at(runningMs)).map(readingOf),
    close: () => devices.close(),
  };
}

function readingOf(domain: string): DeviceReading {
  return {
    component: 'gpu',
    domain,
    method: 'neuron-sysfs',
    basis: 'measured',
    u95Ratio: 0,
    counter: undefined,
    gap: 'no-energy-counter',
    powerLimitWatts: 0,
    use: 'unknown',
    quality: ['utilisation-only'],
    vendor: 'AWS',
  };
}
