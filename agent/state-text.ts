import type { Progress } from './progress.ts';
import { plainWindows, windowsFrom } from './runs/state-text.ts';
import type { Baseline, Device, KnownCounter } from './spending.ts';

const SCHEMA = 'joulebook.agent-state/1';
const COUNT = /^\d+n$/;

type Kept = Pick<Progress, 'baseline' | 'windows'>;

/** What must survive the agent, as one line of JSON for the spool. */
export function stateText({ baseline, windows }: Kept): string {
  const { counters, workloadTimes, ...rest } = baseline;
  const plain = {
    schema: SCHEMA,
    ...rest,
    counters: [...counters],
    workloadTimes: [...workloadTimes],
    windows: plainWindows(windows),
  };
  return JSON.stringify(plain, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

/**
 * Reads such a line; `undefined` where it is of another version or broken: then counting begins anew, and the time without
 * an agent is a gap.
 */
export function maybeState(text: string | undefined): Kept | undefined {
  const value = fieldsOf(parsed(text));
  const baseline = value['schema'] === SCHEMA ? maybeBaseline(value) : undefined;
  return baseline && { baseline, windows: windowsFrom(value['windows']) };
}

function maybeBaseline(value: Fields): Baseline | undefined {
  const { bootId, cpuTime } = value;
  const counters = pairsOf(value['counters']).map(([domain, known]) => [domain, maybeCounter(known)] as const);
  const times = pairsOf(value['workloadTimes']);
  const isWhole = counters.every(([, known]) => known) && times.every(([, time]) => typeof time === 'bigint');
  const moment = maybeMoment(value);
  if (typeof bootId !== 'string' || !moment || !isWhole) return undefined;
  return {
    ...moment,
    bootId,
    cpuTime: maybeCpuTime(cpuTime),
    counters: new Map(counters.flatMap(([domain, known]) => (known ? [[domain, known]] : []))),
    workloadTimes: new Map(times.flatMap(([key, time]) => (typeof time === 'bigint' ? [[key, time]] : []))),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '', (_, value) =>
      typeof value === 'string' && COUNT.test(value) ? BigInt(value.slice(0, -1)) : value,
    );
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function pairsOf(value: unknown): (readonly [string, unknown])[] {
  if (!Array.isArray(value)) return [];
  return value.map((pair): readonly [string, unknown] => [String(pair?.[0]), pair?.[1]]);
}

function maybeMoment({ readAt, runningMs, sinceBootMs }: Fields) {
  const at = new Date(typeof readAt === 'string' ? readAt : Number.NaN);
  if (Number.isNaN(at.getTime()) || typeof runningMs !== 'number' || typeof sinceBootMs !== 'number') return undefined;
  return { readAt: at, runningMs, sinceBootMs };
}

function maybeCpuTime(value: unknown): Baseline['cpuTime'] {
  const { busyMicroseconds, idleMicroseconds } = fieldsOf(value);
  if (typeof busyMicroseconds !== 'bigint' || typeof idleMicroseconds !== 'bigint') return undefined;
  return { busyMicroseconds, idleMicroseconds };
}

function maybeCounter(value: unknown): KnownCounter | undefined {
  const fields = fieldsOf(value);
  const { energyMicrojoules, rangeMicrojoules } = fieldsOf(fields['counter']);
  const [moment, device] = [maybeMoment(fields), fieldsOf(fields['device'])];
  if (!moment || typeof energyMicrojoules !== 'bigint' || typeof rangeMicrojoules !== 'bigint') return undefined;
  const isDevice = ['component', 'domain', 'method', 'basis'].every((name) => typeof device[name] === 'string');
  if (!isDevice) return undefined;
  return { ...moment, device: device as unknown as Device, counter: { energyMicrojoules, rangeMicrojoules } };
}
