import { join } from 'node:path';

import { isThere, maybeText, namesIn } from '../small-file.ts';
import type { GpuName } from './gpu.ts';

const LIBRARY = 'libnvidia-ml.so.1';
const TRIPLET = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
/** Debian and Ubuntu; Red Hat and SUSE; others; WSL; Container-Optimized OS; the GPU operator's driver container. */
const FOLDERS = [
  `usr/lib/${TRIPLET}`,
  'usr/lib64',
  'usr/lib',
  'usr/lib/wsl/lib',
  'usr/local/nvidia/lib64',
  'home/kubernetes/bin/nvidia/lib64',
  `run/nvidia/driver/usr/lib/${TRIPLET}`,
];

/** The driver's library below the first of the roots that has it, or where the settings say; `undefined` where there is none. */
export async function findLibrary(
  roots: readonly string[],
  configured: string | undefined,
): Promise<string | undefined> {
  const paths = roots.flatMap((root) => FOLDERS.map((folder) => join(root, folder, LIBRARY)));
  for (const path of configured ? [configured] : paths) if (await isThere(path)) return path;
  return undefined;
}

/** GPUs that the kernel's driver knows, also where its library does not work (NVIDIA driver README, "The /proc interface"). */
export async function gpusOfKernel(root: string): Promise<GpuName[]> {
  const folder = join(root, 'proc/driver/nvidia/gpus');
  const texts = await Promise.all((await namesIn(folder)).map((bus) => maybeText(join(folder, bus, 'information'))));
  return texts.flatMap((text = '') => {
    const uuid = /^GPU UUID:\s*(GPU-[0-9a-f-]+)$/m.exec(text)?.[1];
    const model = /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim();
    return uuid ? [{ uuid, model: model ?? 'unknown' }] : [];
  });
}
