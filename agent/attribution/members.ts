import { type Said, SILENT, voiceOf } from './said.ts';
import type { Labels } from './workload-labels.ts';

/** A process as far as it matters whose work it does. */
export interface Member {
  readonly pid: number;
  readonly startTicks: number;
  readonly said: Said | undefined;
}

/** Processes that say the same. */
interface Party<Process extends Member> {
  readonly voice: string;
  readonly said: Said;
  readonly processes: readonly Process[];
}

interface Gathering<Process extends Member> extends Party<Process> {
  readonly processes: Process[];
}

/** The parties of one control group, or of everything outside, by their voice. */
export type Parties<Process extends Member> = ReadonlyMap<string, Party<Process>>;

/** Where a process lies: in a workload's control group, outside all of them, or where that is not known. */
export type Place = { readonly cgroup: string; readonly labels: Labels } | 'outside' | 'unknown';

export interface Members<Process extends Member> {
  readonly inGroups: ReadonlyMap<string, Parties<Process>>;
  readonly outside: Parties<Process>;
}

/**
 * Who speaks where. A process of which nothing is known has no voice: it is taken to do what its group does. Outside the
 * control groups only those count who say something.
 */
export function membersOf<Process extends Member>(
  processes: Iterable<Process>,
  placeOf: (process: Process) => Place,
): Members<Process> {
  const inGroups = new Map<string, Map<string, Gathering<Process>>>();
  const outside = new Map<string, Gathering<Process>>();
  for (const process of processes) {
    const place = placeOf(process);
    if (!process.said || place === 'unknown') continue;
    const voice = voiceAt(place, process.said);
    if (place === 'outside') {
      if (voice) join(outside, voice, process);
      continue;
    }
    const parties = inGroups.get(place.cgroup) ?? new Map<string, Gathering<Process>>();
    inGroups.set(place.cgroup, parties);
    join(parties, voice, process);
  }
  return { inGroups, outside };
}

/** What a process says never changes, and is asked for at each look. */
const VOICES = { inJob: new WeakMap<Said, string>(), elsewhere: new WeakMap<Said, string>() } as const;

/** Within a job all processes name the same job: it tells nobody apart. Elsewhere it is all that tells one. */
export function voiceAt(place: Place, said: Said): string {
  const isJob = typeof place === 'object' && place.labels['job'] !== undefined;
  const voices = isJob ? VOICES.inJob : VOICES.elsewhere;
  const known = voices.get(said);
  if (known !== undefined) return known;
  const voice = voiceOf(isJob ? said : { ...said, labels: { ...said.job, ...said.labels } });
  voices.set(said, voice);
  return voice;
}

function join<Process extends Member>(parties: Map<string, Gathering<Process>>, voice: string, process: Process): void {
  const party = parties.get(voice);
  if (party) party.processes.push(process);
  else parties.set(voice, { voice, said: process.said ?? SILENT, processes: [process] });
}
