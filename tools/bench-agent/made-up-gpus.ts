/** What the stand-in of the NVIDIA driver answers for eight busy GPUs, second by second (test/support/nvml-stand-in.c). */
import { pidOf } from './made-up-host.ts';

export const GPUS = 8;

const MILLIJOULES_A_SECOND = 420_000;
const MICROSECONDS_PER_SECOND = 1_000_000;

/** The script as it stands at a second: counters climb, and four processes a GPU are sampled six times a second. */
export function gpuScript(second: number): string {
  const gpus = Array.from({ length: GPUS }, (_, gpu) => {
    const pids = [0, 1, 2, 3].map((each) => pidOf(gpu * 7, each));
    const samples = pids.flatMap((pid, each) => sampleTimes(second).map((at) => `${pid}@${at}:${20 + each * 5}`));
    return {
      uuid: `GPU-00000000-0000-4000-8000-00000000000${gpu}`,
      name: 'NVIDIA H100 80GB HBM3',
      energy: 1_000_000 + second * MILLIJOULES_A_SECOND,
      // The counter as a field (NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION of nvml.h), as drivers since Volta have it.
      'field83.0': 1_000_000 + second * MILLIJOULES_A_SECOND,
      power: 420_000,
      'field185.0': 420_000,
      'field186.0': 418_000,
      limit: 700_000,
      processes: pids.map((pid) => `${pid}:4294967295`).join(' '),
      samples: samples.join(' '),
    };
  });
  const lines = gpus.flatMap((gpu, index) => Object.entries(gpu).map(([key, value]) => `gpu${index}.${key}=${value}`));
  // The stand-in looks for `hang` first, in all of the script where it is not at its beginning.
  return ['hang=nothing', `count=${GPUS}`, ...lines, ''].join('\n');
}

function sampleTimes(second: number): number[] {
  return [1, 2, 3, 4, 5, 6].map((sixth) => Math.round((second + sixth / 6) * MICROSECONDS_PER_SECOND));
}
