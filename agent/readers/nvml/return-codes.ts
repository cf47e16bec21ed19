/** nvmlReturn_t of nvml.h (NVML 13.1): the codes that this reader acts upon. */
export const RETURN = {
  success: 0,
  uninitialized: 1,
  notSupported: 3,
  notFound: 6,
  insufficientSize: 7,
  driverNotLoaded: 9,
  libraryNotFound: 12,
  functionNotFound: 13,
  versionMismatch: 18,
  noData: 21,
} as const;

/** Why a device gives no energy, in the words of the telemetry, by every code of nvml.h that is no success. */
const GAPS: Readonly<Record<number, string>> = {
  1: 'driver-not-initialised',
  2: 'driver-refused-argument',
  3: 'counter-absent',
  4: 'driver-permission-denied',
  5: 'driver-already-initialised',
  6: 'driver-found-nothing',
  7: 'driver-buffer-too-small',
  8: 'gpu-power-cable-missing',
  9: 'driver-not-loaded',
  10: 'driver-timed-out',
  11: 'gpu-interrupt-fault',
  12: 'driver-library-absent',
  13: 'driver-function-absent',
  14: 'gpu-inforom-corrupted',
  15: 'gpu-lost',
  16: 'gpu-reset-required',
  17: 'driver-blocked-by-system',
  18: 'driver-upgraded',
  19: 'gpu-in-use',
  20: 'driver-out-of-memory',
  21: 'driver-has-no-data',
  22: 'vgpu-ecc-not-supported',
  23: 'driver-out-of-resources',
  24: 'gpu-frequency-not-supported',
  25: 'driver-version-of-argument',
  26: 'driver-function-deprecated',
  27: 'driver-not-ready',
  28: 'gpu-not-found',
  29: 'gpu-invalid-state',
  30: 'gpu-reset-type-not-supported',
  999: 'driver-error-unknown',
};

/** The reason for a gap; a code that a later driver invents keeps its number. */
export function gapOf(code: number): string {
  return GAPS[code] ?? `driver-error-${code}`;
}

/** The device or the library does not have this at all; any other failure may pass. */
export function isAbsent(code: number): boolean {
  return code === RETURN.notSupported || code === RETURN.functionNotFound;
}

/** Nothing more will come from this session with the driver: it must be opened anew. */
export function endsSession(code: number): boolean {
  return code === RETURN.uninitialized || code === RETURN.driverNotLoaded || code === RETURN.versionMismatch;
}
