import { splitExactly } from './split.ts';

/** CPU time that each voice of a workload has used since the group began, in microseconds; '' is the group itself. */
export type TimeByVoice = ReadonlyMap<string, bigint>;

/** A set of voices, or a map by them. */
type Voices = Pick<ReadonlyMap<string, unknown>, 'size' | 'has'> & { keys(): Iterable<string> };

/** How a step of a group's CPU time is dealt out among those who speak in it. */
export interface Step {
  /** CPU time that the group used since the look before, in microseconds. */
  readonly microseconds: bigint;
  /** What the processes of the group say: one text each, '' for a process that says nothing. */
  readonly voices: Voices;
  /** CPU time of the processes of each voice in the same step; asked only where there are several. */
  readonly spoken: TimeByVoice;
}

/**
 * Deals a step out. Where all say the same, all of it is theirs: also what short-lived processes used that nobody saw. Where
 * they differ, each voice gets what its processes used, and the rest stays with the group. The parts add up to the step.
 */
export function dealtStep({ microseconds, voices, spoken }: Step): TimeByVoice {
  const [only = ''] = voices.keys();
  if (voices.size <= 1) return new Map([[only, microseconds]]);
  const speakers = [...spoken].filter(([voice, time]) => voice !== '' && time > 0n);
  const sum = speakers.reduce((total, [, time]) => total + time, 0n);
  const rest = microseconds > sum ? microseconds - sum : 0n;
  if (sum === 0n) return new Map([['', rest]]);
  // Processes are counted in hundredths of a second and read a moment later: together they may claim more than the group used.
  const times = sum <= microseconds ? speakers.map(([, time]) => time) : splitTimes(microseconds, speakers);
  return new Map([['', rest], ...speakers.map(([voice], index): [string, bigint] => [voice, times[index] ?? 0n])]);
}

function splitTimes(microseconds: bigint, speakers: readonly (readonly [string, bigint])[]): bigint[] {
  return splitExactly(
    microseconds,
    speakers.map(([, time]) => time),
  );
}

/** Takes the counters of the voices one step further. A voice that fell silent is dropped: it begins again from nothing. */
export function addStep(times: Map<string, bigint>, step: Step): void {
  const { microseconds, voices } = step;
  // As it is nearly always, and a pod uses nothing beside its containers.
  const isAsBefore =
    times.size === 1 && (voices.size === 0 ? times.has('') : voices.size === 1 && areIn(voices, times));
  if (isAsBefore && microseconds === 0n) return;
  if (isAsBefore) times.forEach((time, voice) => void times.set(voice, time + microseconds));
  else addToVoices(times, step);
}

function areIn(voices: Voices, times: TimeByVoice): boolean {
  const [only = ''] = voices.keys();
  return times.has(only);
}

function addToVoices(times: Map<string, bigint>, step: Step): void {
  for (const voice of [...times.keys()]) if (voice !== '' && !step.voices.has(voice)) times.delete(voice);
  for (const [voice, time] of dealtStep(step)) times.set(voice, (times.get(voice) ?? 0n) + time);
}
