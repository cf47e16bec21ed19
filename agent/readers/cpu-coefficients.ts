import energyCoefficients from '../../lib/ledger/tables/energy-coefficients.csv' with { type: 'text' };
import instanceFamilies from '../../lib/ledger/tables/instance-families.csv' with { type: 'text' };
import processors from '../../lib/ledger/tables/processors.csv' with { type: 'text' };
import type { ModelSettings } from '../sensor-settings.ts';

/** What a machine is expected to draw, and how sure that is. */
export interface CpuCoefficients {
  readonly idleWattsPerVcpu: number;
  readonly fullWattsPerVcpu: number;
  /** Memory whose power stands in the two figures already. */
  readonly includedGibPerVcpu: number;
  readonly u95Ratio: number;
  /** Where the figures come from, as a remark on quality. */
  readonly remark: string;
}

/**
 * A straight line between idle and full misses the power that RAPL shows by up to 0.48 in 52 of 60 steps of six recorded
 * load tests (CodeCarbon b05965e, cpu_load_profiling), and by up to 1.3 in the others: half is our judgement for a whole server.
 */
const U95_LINE = 0.5;
/** Servers of one generation differ by this (docs/methods/uncertainty.md). */
const U95_GENERATION = 0.2;
/** At half load the generations draw 1.1 to 3.7 W a vCPU around the mean of 2.1 W, but for the two oldest (processors.csv). */
const U95_UNKNOWN = 0.75;
/** The row of the table that holds the mean. */
const MEAN = 'unknown';
const SECONDS_PER_HOUR = 3600;

/** The settings, else the table by instance type, else the mean of all processors: an unknown machine draws power too. */
export function coefficientsOf(
  instanceType: string | undefined,
  settings: ModelSettings | undefined,
  vcpus: number,
): CpuCoefficients {
  if (settings) return settingsOf(settings, vcpus);
  const processor = instanceType === undefined ? undefined : processorOf(instanceType);
  const known = processor === undefined || processor === MEAN ? undefined : maybeProcessor(processor);
  if (known) return { ...known, u95Ratio: Math.hypot(U95_LINE, U95_GENERATION), remark: 'modelled-by-instance-type' };
  const mean = maybeProcessor(MEAN);
  if (!mean) throw new Error(`Cannot model a processor: expected a row "${MEAN}" in processors.csv, got none`);
  return { ...mean, u95Ratio: Math.hypot(U95_LINE, U95_GENERATION, U95_UNKNOWN), remark: 'instance-type-unknown' };
}

/** Watts that one GiB of memory draws, used or not: the ledger's figure, of which half is uncertain. */
export function memoryWattsPerGib(): { readonly watts: number; readonly u95Ratio: number } {
  const [, , joules, , low, high] = rowOf(energyCoefficients, 0, 'memory_gb_hours') ?? [];
  const [perHour, least, most] = [Number(joules), Number(low), Number(high)];
  return { watts: perHour / SECONDS_PER_HOUR, u95Ratio: (most - least) / (2 * perHour) };
}

function settingsOf({ idle_watts, full_watts }: ModelSettings, vcpus: number): CpuCoefficients {
  return {
    idleWattsPerVcpu: idle_watts / vcpus,
    fullWattsPerVcpu: full_watts / vcpus,
    includedGibPerVcpu: 0,
    u95Ratio: U95_LINE,
    remark: 'modelled-by-settings',
  };
}

/** The family of a type as docs/methods/instance-hardware.md tells it, of whichever provider has it. */
function processorOf(instanceType: string): string | undefined {
  const families = [
    instanceType.split('.')[0],
    instanceType.split('-').slice(0, 2).join('-'),
    instanceType.replace(/^(Standard|Basic)_([A-Z]+)\d+(-\d+)?/, '$1_$2'),
  ];
  return families.map((family) => family && rowOf(instanceFamilies, 1, family)?.[2]).find((found) => found);
}

function maybeProcessor(
  name: string,
): Pick<CpuCoefficients, 'idleWattsPerVcpu' | 'fullWattsPerVcpu' | 'includedGibPerVcpu'> | undefined {
  const [, idle, full, , included] = rowOf(processors, 0, name) ?? [];
  if (!idle || !full) return undefined;
  return {
    idleWattsPerVcpu: Number(idle),
    fullWattsPerVcpu: Number(full),
    includedGibPerVcpu: Number(included ?? 0),
  };
}

/** The first row with this word in a column; texts with commas stand behind the columns that are asked for. */
function rowOf(table: string, column: number, word: string): string[] | undefined {
  const rows = table.split('\n').map((line) => line.split(','));
  return rows.find((cells) => cells[column] === word);
}
