import {
  FIELD_BYTES,
  fieldIn,
  type GpuProcess,
  PROCESS_BYTES,
  processesIn,
  SAMPLE_BYTES,
  samplesIn,
  textIn,
  UNTOUCHED,
  type UtilisationSample,
} from './layouts.ts';
import type { Argument, NvmlFunction, NvmlLibrary } from './library.ts';
import { RETURN } from './return-codes.ts';

/** What the driver said, or the nvmlReturn_t that tells why it did not. */
export type Answer<T> = { readonly value: T } | { readonly code: number };

/** The value, where the driver gave one. */
export function maybeValue<T>(answer: Answer<T>): T | undefined {
  return 'value' in answer ? answer.value : undefined;
}

/** A field of nvml.h, and whose: 0 the GPU, 1 the module that holds it. */
export interface Field {
  readonly field: number;
  readonly scope: number;
}

/** A part of a GPU that is cut into instances: one MIG device, which has a list of processes of its own. */
export interface MigDevice {
  readonly handle: bigint;
  readonly gpuInstance: number;
  /** Slices of the GPU that its GPU instance has; 1 where the driver does not say. */
  readonly slices: number;
}

type ProcessList = 'nvmlDeviceGetComputeRunningProcesses' | 'nvmlDeviceGetMPSComputeRunningProcesses';

const FIRST_SLOTS = 64;
/** More processes than a host has: a driver that asks for more is not believed. */
const MOST_SLOTS = 65_536;
/** The list may grow between two calls. */
const MOST_TRIES = 4;
/** NVML_DEVICE_UUID_V2_BUFFER_SIZE and NVML_DEVICE_NAME_V2_BUFFER_SIZE. */
const TEXT_BYTES = 96;
const SLICES_AT = 24;
const ATTRIBUTES_BYTES = 40;
const MOST_MIG_DEVICES = 64;

/** The driver's functions as values. One call at a time: what it writes is read before the next one begins. */
export class Driver {
  readonly #library: NvmlLibrary;
  readonly #out = Buffer.alloc(ATTRIBUTES_BYTES);
  readonly #second = Buffer.alloc(8);
  readonly #text = Buffer.alloc(TEXT_BYTES);
  #list = Buffer.alloc(FIRST_SLOTS * PROCESS_BYTES);

  constructor(library: NvmlLibrary) {
    this.#library = library;
  }

  init(): Promise<number> {
    return this.#library.call('nvmlInit');
  }

  /** Ends the session and gives the library back. */
  async shutdown(): Promise<void> {
    await this.#library.call('nvmlShutdown');
    this.#library.unload();
  }

  count(): Promise<Answer<number>> {
    return this.#number('nvmlDeviceGetCount');
  }

  handle(index: number): Promise<Answer<bigint>> {
    return this.#long('nvmlDeviceGetHandleByIndex', index);
  }

  async text(name: 'nvmlDeviceGetUUID' | 'nvmlDeviceGetName', handle: bigint): Promise<Answer<string>> {
    const code = await this.#library.call(name, handle, this.#text, TEXT_BYTES);
    return code === RETURN.success ? { value: textIn(this.#text) } : { code };
  }

  /** Since the driver was loaded. */
  energyMillijoules(handle: bigint): Promise<Answer<bigint>> {
    return this.#long('nvmlDeviceGetTotalEnergyConsumption', handle);
  }

  limitMilliwatts(handle: bigint): Promise<Answer<number>> {
    return this.#number('nvmlDeviceGetEnforcedPowerLimit', handle);
  }

  usageMilliwatts(handle: bigint): Promise<Answer<number>> {
    return this.#number('nvmlDeviceGetPowerUsage', handle);
  }

  /** Values of fields in the units of nvml.h, in one call. */
  async fields(handle: bigint, fields: readonly Field[]): Promise<readonly Answer<number>[]> {
    const list = this.#cleared(fields.length * FIELD_BYTES, 0);
    for (const [index, { field, scope }] of fields.entries()) {
      list.writeUInt32LE(field, index * FIELD_BYTES);
      list.writeUInt32LE(scope, index * FIELD_BYTES + 4);
    }
    const code = await this.#library.call('nvmlDeviceGetFieldValues', handle, fields.length, list);
    return fields.map((_, index) => (code === RETURN.success ? fieldIn(list, index) : { code }));
  }

  async processes(name: ProcessList, handle: bigint): Promise<Answer<readonly GpuProcess[]>> {
    return this.#listed(PROCESS_BYTES, processesIn, (list) => this.#library.call(name, handle, this.#second, list));
  }

  /** Samples since an earlier one; none where nobody used the GPU since then. */
  async samples(handle: bigint, since: number): Promise<Answer<readonly UtilisationSample[]>> {
    const answer = await this.#listed(SAMPLE_BYTES, samplesIn, (list) =>
      this.#library.call('nvmlDeviceGetProcessUtilization', handle, list, this.#second, since),
    );
    return 'code' in answer && answer.code === RETURN.notFound ? { value: [] } : answer;
  }

  /** The MIG devices of a GPU; `undefined` where it is not cut into instances. */
  async migDevices(handle: bigint): Promise<readonly MigDevice[] | undefined> {
    const code = await this.#library.call('nvmlDeviceGetMigMode', handle, this.#out, this.#second);
    if (code !== RETURN.success || this.#out.readUInt32LE(0) !== 1) return undefined;
    const most = maybeValue(await this.#number('nvmlDeviceGetMaxMigDeviceCount', handle)) ?? 0;
    const devices: MigDevice[] = [];
    for (let index = 0; index < Math.min(most, MOST_MIG_DEVICES); index += 1) {
      const device = maybeValue(await this.#long('nvmlDeviceGetMigDeviceHandleByIndex', handle, index));
      if (device !== undefined) devices.push(await this.#migDevice(device));
    }
    return devices;
  }

  async #migDevice(handle: bigint): Promise<MigDevice> {
    const gpuInstance = maybeValue(await this.#number('nvmlDeviceGetGpuInstanceId', handle)) ?? 0;
    const code = await this.#library.call('nvmlDeviceGetAttributes', handle, this.#out);
    // nvmlDeviceAttributes_t: gpuInstanceSliceCount is its seventh unsigned int.
    const slices = code === RETURN.success ? this.#out.readUInt32LE(SLICES_AT) : 1;
    return { handle, gpuInstance, slices: Math.max(1, slices) };
  }

  async #number(name: NvmlFunction, ...args: readonly Argument[]): Promise<Answer<number>> {
    const code = await this.#library.call(name, ...args, this.#out);
    return code === RETURN.success ? { value: this.#out.readUInt32LE(0) } : { code };
  }

  async #long(name: NvmlFunction, ...args: readonly Argument[]): Promise<Answer<bigint>> {
    const code = await this.#library.call(name, ...args, this.#out);
    return code === RETURN.success ? { value: this.#out.readBigUInt64LE(0) } : { code };
  }

  /** A list of unknown length: the call says how long it is, and is made again with room where it was too long. */
  async #listed<T>(
    bytes: number,
    read: (list: Buffer, count: number) => T[],
    call: (list: Buffer) => Promise<number>,
  ): Promise<Answer<readonly T[]>> {
    let slots = Math.floor(this.#list.length / bytes);
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const list = this.#cleared(slots * bytes, UNTOUCHED);
      this.#second.writeUInt32LE(slots, 0);
      const code = await call(list);
      const count = this.#second.readUInt32LE(0);
      if (code === RETURN.success) return { value: read(list, Math.min(count, slots)) };
      if (code !== RETURN.insufficientSize || count > MOST_SLOTS) return { code };
      slots = Math.max(2 * slots, count + FIRST_SLOTS);
    }
    return { code: RETURN.insufficientSize };
  }

  #cleared(bytes: number, filling: number): Buffer {
    if (this.#list.length < bytes) this.#list = Buffer.alloc(bytes);
    return this.#list.fill(filling, 0, bytes);
  }
}
