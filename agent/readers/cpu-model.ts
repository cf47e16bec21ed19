import { join } from 'node:path';
import type { CpuTime } from '../attribution/shares.ts';
import type { DeviceReading, Moment } from '../look.ts';
import { microjoulesOf } from '../power.ts';
import type { ModelSettings } from '../sensor-settings.ts';
import { type CpuCoefficients, coefficientsOf, memoryWattsPerGib } from './cpu-coefficients.ts';
import { readCpuTime } from './cpu-time.ts';
import { Searched } from './searched.ts';
import type { Sensor } from './sensor.ts';
import { maybeText } from './small-file.ts';

/** What is modelled: the processors and the memory of the machine, as far as they can be read. */
interface Machine {
  readonly vcpus: number;
  readonly memoryGib: number | undefined;
  readonly cpu: CpuCoefficients;
  readonly memory: ReturnType<typeof memoryWattsPerGib>;
}

export interface CpuModel {
  readonly root: string;
  readonly settings?: ModelSettings | undefined;
  readonly instanceType?: string | undefined;
}

const MODELLED = { method: 'cpu-utilisation-model', basis: 'modelled', use: 'cpu-time' } as const;
const KIB_PER_GIB = 1024 ** 2;
/** A burst above the full power of the model is the model's error, more than twice of it is none. */
const LIMIT_TO_FULL = 2;

/**
 * The processors as `measured` reads them; where it never showed one, as on a virtual machine, a model of processors and memory
 * instead (docs/methods/modelled-energy.md), by utilisation as it was and not as it is assumed to be.
 */
export function withCpuModel(measured: Sensor, model: CpuModel): Sensor {
  const machine = new Searched(() => findMachine(model));
  let isMeasured = false;
  return {
    async read(moment) {
      const devices = await measured.read(moment);
      isMeasured ||= devices.some(({ component }) => component === 'cpu');
      if (isMeasured) return devices;
      const [[found], cpuTime] = await Promise.all([machine.at(moment.runningMs), readCpuTime(model.root)]);
      return found ? [...devices, ...modelledDevices(found, cpuTime, moment)] : devices;
    },
    close() {
      measured.close();
      machine.close();
    },
  };
}

/** None where not even its processors can be counted: then the books say that counters are absent. */
async function findMachine({ root, instanceType, settings }: CpuModel): Promise<Machine[]> {
  const [stat, memory] = await Promise.all([maybeText(join(root, 'proc/stat')), maybeText(join(root, 'proc/meminfo'))]);
  const kib = /^MemTotal:\s*(\d+) kB$/m.exec(memory ?? '')?.[1];
  const vcpus = stat?.match(/^cpu\d+ /gm)?.length;
  if (!vcpus) return [];
  const memoryGib = kib === undefined ? undefined : Number(kib) / KIB_PER_GIB;
  return [{ vcpus, memoryGib, cpu: coefficientsOf(instanceType, settings, vcpus), memory: memoryWattsPerGib() }];
}

/** Both as counters since boot, so that they go on where an earlier agent stood. */
function modelledDevices(machine: Machine, cpuTime: CpuTime | undefined, moment: Moment): DeviceReading[] {
  const memory = memoryOf(machine, moment);
  return [{ ...cpuOf(machine, cpuTime, moment), ...(memory.length === 0 && { covers: ['memory'] }) }, ...memory];
}

/** E (µJ) = vCPU · idle (W) · t (ms) · 1000 + (full − idle) (W) · busy time (µs). */
function cpuOf({ vcpus, cpu }: Machine, cpuTime: CpuTime | undefined, { runningMs }: Moment): DeviceReading {
  const { idleWattsPerVcpu: idle, fullWattsPerVcpu: full, u95Ratio, remark } = cpu;
  const head = { ...MODELLED, component: 'cpu', domain: 'cpu-model', u95Ratio, quality: [remark] } as const;
  if (!cpuTime) return { ...head, counter: undefined, gap: 'cpu-time-not-readable', powerLimitWatts: 0 };
  const microjoules = microjoulesOf(vcpus * idle, runningMs) + (full - idle) * Number(cpuTime.busyMicroseconds);
  return { ...head, counter: counterOf(microjoules), powerLimitWatts: LIMIT_TO_FULL * full * vcpus };
}

/** Memory beyond what the processors' figures include; none where they include all of it. */
function memoryOf({ vcpus, memoryGib, cpu, memory }: Machine, { runningMs }: Moment): DeviceReading[] {
  const { watts, u95Ratio } = memory;
  const head = { ...MODELLED, component: 'memory', domain: 'memory-model', u95Ratio } as const;
  if (memoryGib === undefined)
    return [{ ...head, counter: undefined, gap: 'memory-size-not-readable', powerLimitWatts: 0 }];
  const power = Math.max(0, memoryGib - vcpus * cpu.includedGibPerVcpu) * watts;
  if (power === 0) return [];
  const counter = counterOf(microjoulesOf(power, runningMs));
  return [{ ...head, counter, powerLimitWatts: LIMIT_TO_FULL * power, quality: ['modelled-by-size'] }];
}

function counterOf(microjoules: number) {
  return { energyMicrojoules: BigInt(Math.round(microjoules)), rangeMicrojoules: 0n };
}
