import type { DeviceReading, Moment } from '../look.ts';

/** One kind of sensor on this host: one file a sensor, listed in `catalogue.ts`. */
export interface Sensor {
  /**
   * The devices of this kind as they stand now; none where the host has no such sensor, which is no error. Never throws and
   * answers within `DEADLINE_MS`: a device that did not answer in time comes back without a counter, with the reason.
   */
  read(moment: Moment): Promise<readonly DeviceReading[]>;
  close(): void;
  /** Name of the device with a number on this host, for environments that give numbers; `undefined` where that is not known. */
  deviceOfIndex?(index: number): string | undefined;
  /** Waits until the devices have answered for the first time, however long their driver takes to open. */
  prepare?(moment: Moment): Promise<void>;
  /** Only a new process can read these devices again. */
  isRestartNeeded?(): boolean;
  /** A call into a driver has not returned: Node would wait for it at the end of the process. */
  isHanging?(): boolean;
  /** What is wrong with the sensor, in words. */
  fault?(): string | undefined;
}

/** A tick never waits longer than this for a slow file or driver. */
export const DEADLINE_MS = 50;
