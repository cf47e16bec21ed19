import { RETURN } from './return-codes.ts';

/** A handle is an opaque pointer: passed as the whole number that it is. */
const HANDLE = 'uint64_t';
const POINTER = 'void *';
const COUNT = 'uint32_t';

/** The driver's own code runs on this stack, where koffi's default is 128 KiB. It can be set before the first library only. */
const STACK_BYTES = 1_048_576;

interface Signature {
  readonly parameters: readonly string[];
  /** Endings of its name, the newest first: old drivers lack the newer ones. */
  readonly versions: readonly string[];
}

const once = (...parameters: string[]): Signature => ({ parameters, versions: [''] });
const twice = (...parameters: string[]): Signature => ({ parameters, versions: ['_v2', ''] });
const thrice = (...parameters: string[]): Signature => ({ parameters, versions: ['_v3', '_v2', ''] });

/** Every function of nvml.h that is called. All answer with nvmlReturn_t. */
const SIGNATURES = {
  nvmlInit: twice(),
  nvmlShutdown: once(),
  nvmlDeviceGetCount: twice(POINTER),
  nvmlDeviceGetHandleByIndex: twice(COUNT, POINTER),
  nvmlDeviceGetUUID: once(HANDLE, POINTER, COUNT),
  nvmlDeviceGetName: once(HANDLE, POINTER, COUNT),
  nvmlDeviceGetEnforcedPowerLimit: once(HANDLE, POINTER),
  nvmlDeviceGetTotalEnergyConsumption: once(HANDLE, POINTER),
  nvmlDeviceGetPowerUsage: once(HANDLE, POINTER),
  nvmlDeviceGetFieldValues: once(HANDLE, 'int', POINTER),
  nvmlDeviceGetComputeRunningProcesses: thrice(HANDLE, POINTER, POINTER),
  nvmlDeviceGetMPSComputeRunningProcesses: thrice(HANDLE, POINTER, POINTER),
  nvmlDeviceGetProcessUtilization: once(HANDLE, POINTER, POINTER, 'uint64_t'),
  nvmlDeviceGetMigMode: once(HANDLE, POINTER, POINTER),
  nvmlDeviceGetMaxMigDeviceCount: once(HANDLE, POINTER),
  nvmlDeviceGetMigDeviceHandleByIndex: once(HANDLE, COUNT, POINTER),
  nvmlDeviceGetGpuInstanceId: once(HANDLE, POINTER),
  nvmlDeviceGetAttributes: { parameters: [HANDLE, POINTER], versions: ['_v2'] },
} as const satisfies Record<string, Signature>;

/** The functions of the driver that are called. */
export type NvmlFunction = keyof typeof SIGNATURES;
/** What a function of the driver takes. */
export type Argument = number | bigint | Buffer;

/** The driver's library, called on threads of the pool so that a driver that hangs holds up nobody but its caller. */
export interface NvmlLibrary {
  /** Answers nvmlReturn_t; `functionNotFound` where the library is too old to have it. */
  call(name: NvmlFunction, ...args: readonly Argument[]): Promise<number>;
  /** Gives the library back to the system. No call may be under way. */
  unload(): void;
}

interface Bound {
  async(...args: unknown[]): unknown;
}

/**
 * Opens the library at `path`. Throws an Error where it is none. The only place that knows the foreign function interface,
 * which is loaded here and not before: a host without a GPU does not pay for it.
 */
export async function openLibrary(path: string): Promise<NvmlLibrary> {
  const { config, load } = await import('koffi');
  if (config().async_stack_size !== STACK_BYTES)
    config({ ...config(), async_stack_size: STACK_BYTES, resident_async_pools: 1 });
  const library = loaded(path, load);
  const functions = new Map<string, Bound>();
  for (const [name, { parameters, versions }] of Object.entries(SIGNATURES)) {
    const bound = firstOf(versions, (version) => library.func(`${name}${version}`, 'int', [...parameters]));
    if (bound) functions.set(name, bound);
  }
  return {
    call: (name, ...args) => called(functions.get(name), args),
    unload() {
      functions.clear();
      library.unload();
    },
  };
}

function loaded<Library>(path: string, load: (path: string) => Library): Library {
  try {
    return load(path);
  } catch (error) {
    throw new Error(
      `Cannot open the driver's library ${path}: expected a shared library of this processor, got ${String(error)}`,
    );
  }
}

/** A symbol that is not there throws when it is asked for. */
function firstOf(versions: readonly string[], find: (version: string) => Bound): Bound | undefined {
  for (const version of versions) {
    try {
      return find(version);
    } catch {}
  }
  return undefined;
}

function called(bound: Bound | undefined, args: readonly Argument[]): Promise<number> {
  if (!bound) return Promise.resolve(RETURN.functionNotFound);
  return new Promise((resolve, reject) => {
    bound.async(...args, (error: unknown, code: number) => (error ? reject(error) : resolve(code)));
  });
}
