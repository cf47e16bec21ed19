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
  /** Microseconds of the wall clock: a double holds them for 285 years. */
  readonly timestamp: number;
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

/** Read by words: a look holds hundreds of samples, and each way through a method of Buffer is checked anew. */
export function samplesIn(list: Buffer, count: number): UtilisationSample[] {
  const words = wordsOf(list);
  const samples: UtilisationSample[] = [];
  for (let at = 0; samples.length < count; at += SAMPLE_BYTES / WORD_BYTES)
    samples.push({ pid: words[at] ?? 0, timestamp: longAt(words, at + 2), smPercent: words[at + 4] ?? 0 });
  return samples;
}

/** nvmlValueType_t: 0 double, 1 unsigned int, 2 and 3 unsigned long (64 bits each on Linux). */
export function fieldIn(list: Buffer, index: number): { readonly value: number } | { readonly code: number } {
  const words = wordsOf(list);
  const at = (index * FIELD_BYTES) / WORD_BYTES;
  const code = (words[at + 7] ?? 0) | 0;
  if (code !== 0) return { code };
  const type = words[at + 6];
  if (type === 1) return { value: words[at + 8] ?? 0 };
  const value = type === 0 ? list.readDoubleLE(index * FIELD_BYTES + 32) : longAt(words, at + 8);
  return Number.isFinite(value) ? { value: Math.round(value) } : { code: RETURN.noData };
}

const WORD_BYTES = 4;
const WORD = 2 ** 32;

/** The processors that have such drivers write the lowest byte first. */
function wordsOf(list: Buffer): Uint32Array {
  return new Uint32Array(list.buffer, list.byteOffset, list.length / WORD_BYTES);
}

function longAt(words: Uint32Array, at: number): number {
  return (words[at] ?? 0) + (words[at + 1] ?? 0) * WORD;
}

/** The text up to the first NUL. */
export function textIn(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end).trim();
}
