import { RETURN } from './return-codes.ts';

/** A process that holds a context on a GPU, by its number on the host. */
export interface GpuProcess {
  readonly pid: number;
  /** Which part of a GPU that is cut into instances (MIG); `undefined` where it is not. */
  readonly gpuInstance: number | undefined;
}

/** How much of the multiprocessors one process used in one sample period of the driver. */
export interface UtilisationSample {
  readonly pid: number;
  /** Microseconds of the wall clock. */
  readonly timestamp: bigint;
  readonly smPercent: number;
}

/** nvmlFieldValue_t: fieldId @0, scopeId @4, valueType @24, nvmlReturn @28, value @32. */
export const FIELD_BYTES = 40;
/** nvmlProcessUtilizationSample_t: pid @0, timeStamp @8, smUtil @16. */
export const SAMPLE_BYTES = 32;
/** The longest nvmlProcessInfo_t that any driver has written. */
export const PROCESS_BYTES = 32;
/** Bytes that no driver has written: no process, size or instance number is made of them. */
export const UNTOUCHED = 0xa5;

const NO_INSTANCE = 0xffff_ffff;

/**
 * Processes in a list of nvmlProcessInfo_t that was filled with `UNTOUCHED` before. Its length per process is 16, 24 or 32
 * bytes, and neither the function's name nor the driver's version tells which: `_v3` wrote 32 in the first drivers 535 and 24
 * before and after (github.com/XuehaiPan/nvitop/pull/79). So the length is what was written.
 */
export function processesIn(list: Buffer, count: number): GpuProcess[] {
  const stride = [16, 24, PROCESS_BYTES].find((bytes) => isUntouched(list, bytes * count, PROCESS_BYTES * count)) ?? 16;
  return Array.from({ length: count }, (_, index) => {
    const gpuInstance = stride === 16 ? NO_INSTANCE : list.readUInt32LE(index * stride + 16);
    return {
      pid: list.readUInt32LE(index * stride),
      gpuInstance: gpuInstance === NO_INSTANCE ? undefined : gpuInstance,
    };
  });
}

function isUntouched(list: Buffer, from: number, to: number): boolean {
  return list.subarray(from, to).every((byte) => byte === UNTOUCHED);
}

export function samplesIn(list: Buffer, count: number): UtilisationSample[] {
  return Array.from({ length: count }, (_, index) => ({
    pid: list.readUInt32LE(index * SAMPLE_BYTES),
    timestamp: list.readBigUInt64LE(index * SAMPLE_BYTES + 8),
    smPercent: list.readUInt32LE(index * SAMPLE_BYTES + 16),
  }));
}

/** nvmlValueType_t: 0 double, 1 unsigned int, 2 and 3 unsigned long (64 bits each on Linux). */
export function fieldIn(list: Buffer, index: number): { readonly value: number } | { readonly code: number } {
  const at = index * FIELD_BYTES;
  const code = list.readInt32LE(at + 28);
  if (code !== 0) return { code };
  const type = list.readUInt32LE(at + 24);
  const value = type === 0 ? list.readDoubleLE(at + 32) : wholeIn(list, at + 32, type);
  return Number.isFinite(value) ? { value: Math.round(value) } : { code: RETURN.noData };
}

function wholeIn(list: Buffer, at: number, type: number): number {
  return type === 1 ? list.readUInt32LE(at) : Number(list.readBigUInt64LE(at));
}

export function textIn(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end).trim();
}
