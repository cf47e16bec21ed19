import type { DeviceReading, Moment } from '../look.ts';

/** One kind of sensor on this host: one file a sensor, listed in `catalogue.ts`. */
export interface Sensor {
  /**
   * The devices of this kind as they stand now; none where the host has no such sensor, which is no error. Never throws and
   * answers within `DEADLINE_MS`: a device that did not answer in time comes back without a counter, with the reason.
   */
  read(moment: Moment): Promise<readonly DeviceReading[]>;
  close(): void;
}

/** A tick never waits longer than this for a slow file or driver. */
export const DEADLINE_MS = 50;
