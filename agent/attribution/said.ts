import type { WorkloadNames } from './workload.ts';
import type { Labels } from './workload-labels.ts';

/** What a process says in its environment of the work that it does. */
export interface Said {
  readonly names: Partial<WorkloadNames>;
  /** Labels of a run: two processes that differ here do different work. */
  readonly labels: Labels;
  /** Labels of its Slurm job, the same for all its processes. */
  readonly job: Labels;
  /** Accelerators that it may use, as named there. */
  readonly devices: DevicesSaid;
  /** Positions of the workload rules that fit its command line. */
  readonly commandRules: readonly number[];
}

/** Devices by their own names, and by their number on this host. */
interface DevicesSaid {
  readonly ids: readonly string[];
  readonly indices: readonly number[];
}

const NAMES: Readonly<Record<string, keyof WorkloadNames>> = {
  JOULEBOOK_PROJECT: 'project',
  JOULEBOOK_MODEL_ID: 'model_id',
  JOULEBOOK_WORKLOAD_TYPE: 'workload_type',
  JOULEBOOK_WORKLOAD_ID: 'workload_id',
};
const RUN_LABELS: Readonly<Record<string, string>> = { JOULEBOOK_RUN_ID: 'run_id' };
/** Output environment variables of sbatch and srun (Slurm documentation, sbatch). */
const JOB_LABELS: Readonly<Record<string, string>> = {
  SLURM_JOB_ID: 'job',
  SLURM_JOB_NAME: 'job_name',
  SLURM_JOB_USER: 'user',
  SLURM_JOB_PARTITION: 'partition',
};
const DEVICES = ['CUDA_VISIBLE_DEVICES', 'SLURM_JOB_GPUS', 'NVIDIA_VISIBLE_DEVICES'] as const;
/** Nothing else of an environment is ever kept: it holds secrets. */
const HEARD: ReadonlySet<string> = new Set([
  ...Object.keys(NAMES),
  ...Object.keys(RUN_LABELS),
  ...Object.keys(JOB_LABELS),
  ...DEVICES,
]);
const FIRST_LETTERS: ReadonlySet<number> = new Set([...HEARD].map((name) => name.charCodeAt(0)));
const EQUALS = '='.charCodeAt(0);
/** Longer than any project or model; a value that is longer is not a name. */
const LONGEST_NAME = 253;
const LONGEST_DEVICES = 4096;
/** A name is one line of visible text. */
const UNSEEN = /\p{Cc}|\p{Zl}|\p{Zp}|\ufffd/u;

export const SILENT: Said = { names: {}, labels: {}, job: {}, devices: { ids: [], indices: [] }, commandRules: [] };

/** The variables of an environment that are heard: `name=value` between zero bytes, the first of a name stands. */
export function variablesIn(environ: Uint8Array): ReadonlyMap<string, string> {
  const heard = new Map<string, string>();
  const bytes = Buffer.from(environ.buffer, environ.byteOffset, environ.length);
  for (let start = 0; start < bytes.length; ) {
    const zero = bytes.indexOf(0, start);
    const end = zero < 0 ? bytes.length : zero;
    const [name, value] = heardIn(bytes.subarray(start, end)) ?? [];
    if (name !== undefined && value !== undefined && !heard.has(name)) heard.set(name, value);
    start = end + 1;
  }
  return heard;
}

/** Only what is heard becomes a text: a part of a longer text would keep the whole of it in memory. */
function heardIn(variable: Buffer): readonly [name: string, value: string] | undefined {
  if (!FIRST_LETTERS.has(variable[0] ?? 0)) return undefined;
  const equals = variable.indexOf(EQUALS);
  const name = variable.toString('latin1', 0, Math.max(equals, 0));
  return HEARD.has(name) ? [name, variable.toString('utf8', equals + 1)] : undefined;
}

/** What the variables say. Values that are no names (empty, long, of unseen characters) say nothing. */
export function saidIn(variables: ReadonlyMap<string, string>, commandRules: readonly number[] = []): Said {
  return {
    names: renamed(variables, NAMES),
    labels: renamed(variables, RUN_LABELS),
    job: renamed(variables, JOB_LABELS),
    devices: devicesIn(variables),
    commandRules,
  };
}

/** One text for all processes that say the same of their work; empty where a process says nothing. */
export function voiceOf({ names, labels, commandRules }: Said): string {
  const said = [...Object.entries(names), ...Object.entries(labels)].filter(([, value]) => value);
  const rules = commandRules.map((index): [string, string] => ['rule', String(index)]);
  return new URLSearchParams([
    ...said.map(([name, value]): [string, string] => [name, value ?? '']),
    ...rules,
  ]).toString();
}

function renamed(
  variables: ReadonlyMap<string, string>,
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const found = Object.entries(names).flatMap(([variable, name]): [string, string][] => {
    const value = variables.get(variable)?.trim();
    return value && value.length <= LONGEST_NAME && !UNSEEN.test(value) ? [[name, value]] : [];
  });
  return Object.fromEntries(found);
}

/**
 * Devices that the environment names, by the narrowest of three variables. The numbers of CUDA_VISIBLE_DEVICES count what the
 * process sees, which inside a container or a job is less than the host has: they are used where Slurm gives none, and the
 * caller leaves out those of containers.
 */
function devicesIn(variables: ReadonlyMap<string, string>): DevicesSaid {
  const lists = DEVICES.map((name) => namesIn(variables.get(name)));
  const ids = lists.find((names) => names.some(isDeviceId))?.filter(isDeviceId) ?? [];
  const [cuda = [], slurm = [], nvidia = []] = lists;
  const numbers = [slurm, cuda, nvidia].find((names) => names.some(isNumber)) ?? [];
  return { ids, indices: ids.length > 0 ? [] : numbers.filter(isNumber).map(Number) };
}

function namesIn(list: string | undefined): string[] {
  return list === undefined || list.length > LONGEST_DEVICES ? [] : list.split(',').map((name) => name.trim());
}

/** `all`, `none` and `void` are words for no choice (NVIDIA container toolkit), not devices. */
function isDeviceId(name: string): boolean {
  return (
    /^(?:GPU|MIG)-[0-9a-f][0-9a-f/-]+$/i.test(name) || /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/i.test(name)
  );
}

function isNumber(name: string): boolean {
  return /^\d{1,3}$/.test(name);
}
