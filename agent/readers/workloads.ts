import { join } from 'node:path';

import { GroupTime } from '../attribution/group-time.ts';
import { rulesOfCommand, type WorkloadRule } from '../attribution/match-rules.ts';
import type { Parties } from '../attribution/members.ts';
import { type ProcessTime, processTimesAfter } from '../attribution/process-time.ts';
import { Roster } from '../attribution/roster.ts';
import type { CpuTime, WorkloadTime } from '../attribution/shares.ts';
import type { Moment, Owners } from '../look.ts';
import { type Group, microsecondsIn } from './cgroups.ts';
import { parseCpuTime } from './cpu-time.ts';
import { type AssignedDevices, openAssignedDevices } from './devices-assigned.ts';
import { GroupTree } from './group-tree.ts';
import { type FileAnswer, isGone, KeptFiles } from './kept-files.ts';
import { type Kubelet, type KubeletSettings, NO_KUBELET, openKubelet } from './kubelet.ts';
import { MS_PER_TICK, parseStat } from './process-stat.ts';
import { type Process, Processes } from './processes.ts';
import { DEADLINE_MS } from './sensor.ts';

/** What the settings say of workloads. */
export interface WorkloadsContext {
  /** Folder that holds `sys`, `proc` and `var`; `/` on a host. */
  readonly root: string;
  readonly rules?: readonly WorkloadRule[] | undefined;
  /** Absent on a host without Kubernetes: pods then keep their uids. */
  readonly kubelet?: KubeletSettings | undefined;
  /** Name of the accelerator with a number on this host, for environments that give numbers. */
  readonly deviceOfIndex?: ((index: number) => string | undefined) | undefined;
  /** What a tick may wait for all of them. */
  readonly deadlineMs?: number;
}

/** Who uses the host. */
export interface Workloads {
  look(moment: Moment): Promise<WorkloadsLook>;
  /** What cannot be told of the workloads, and why: one sentence each. */
  problems(): readonly string[];
  close(): void;
}

interface WorkloadsLook {
  readonly cpuTime: CpuTime | undefined;
  readonly workloadTimes: readonly WorkloadTime[];
  readonly owners: Owners;
}

/** Parts of what a tick may wait: processes are read first, then files. */
const PROCESSES_PART = 0.4;
const FILES_PART = 0.6;
/** The first look is no tick: it reads all, so that the next ones only compare. */
const FIRST_MS = 1000;
/** Time of so many processes is read one by one; that of more stays with their groups. */
const MOST_TIMED = 500;
/** Accelerators with a number on one host. */
const MOST_NUMBERED = 64;

const NONE: ReadonlyMap<string, bigint> = new Map();
const NOWHERE: ReadonlySet<string> = new Set();

type Answers = ReadonlyMap<string, FileAnswer>;
type Parts = { readonly [Part in keyof Opened]: Opened[Part] };

interface Opened {
  tree: GroupTree;
  processes: Processes;
  kubelet: Kubelet;
  devices: AssignedDevices;
}

/** Opens the control groups, the processes and the kubelet of the host. Nothing is written there. */
export function openWorkloads(context: WorkloadsContext): Workloads {
  const { root, rules = [], deadlineMs = DEADLINE_MS } = context;
  const proc = join(root, 'proc');
  const hasCommands = rules.some(({ match }) => match.command !== undefined);
  const parts: Parts = {
    tree: new GroupTree(root),
    processes: new Processes({
      proc,
      rulesOf: hasCommands ? (command) => rulesOfCommand(rules, command) : undefined,
      deadlineMs: deadlineMs * PROCESSES_PART,
      firstDeadlineMs: FIRST_MS,
    }),
    kubelet: context.kubelet ? openKubelet(context.kubelet) : NO_KUBELET,
    devices: openAssignedDevices(root),
  };
  const watch = new Watch(context, parts);
  return {
    look: (moment) => watch.look(moment),
    problems: () => problemsOf(parts),
    close: () => {
      watch.close();
      parts.kubelet.close();
    },
  };
}

/** What must be remembered from look to look. */
class Watch {
  readonly #context: WorkloadsContext;
  readonly #parts: Parts;
  readonly #files: KeptFiles;
  readonly #processesMs: number;
  readonly #stat: string;
  #roster: Roster<Process> | undefined;
  #made = '';
  #assigned: AssignedDevices['assigned'] = [];
  #askedOf = 0;
  /** In the order of their paths: the outer before the inner. */
  #groups: readonly Group[] = [];
  #groupsFromInside: readonly Group[] = [];
  readonly #groupTimes = new Map<string, GroupTime>();
  #outside: ReadonlyMap<string, bigint> = new Map();
  #timed: readonly Process[] = [];
  #processTimes: ReadonlyMap<number, ProcessTime> = new Map();
  #paths: readonly string[] = [];
  /** Groups whose file was not there at the last look. */
  #absent: ReadonlySet<string> = NOWHERE;
  #before: Moment | undefined;

  constructor(context: WorkloadsContext, parts: Parts) {
    this.#context = context;
    this.#parts = parts;
    const { deadlineMs = DEADLINE_MS } = context;
    this.#files = new KeptFiles(deadlineMs * FILES_PART, 'kernel');
    this.#processesMs = deadlineMs * PROCESSES_PART;
    this.#stat = join(context.root, 'proc/stat');
  }

  async look(moment: Moment): Promise<WorkloadsLook> {
    const { tree, processes, devices } = this.#parts;
    await Promise.all([
      tree.look(moment.runningMs),
      processes.look(moment),
      devices.look(moment.runningMs, this.#processesMs),
    ]);
    const roster = this.#refreshed();
    this.#askKubelet(moment);
    const answers = await this.#files.read(this.#paths);
    const spent = this.#spentIn(answers);
    const workloadTimes = [...this.#timesOfGroups(roster, answers, spent), ...this.#timesOutside(roster, spent)];
    this.#before = moment;
    const absent = this.#groups.filter(({ file }) => isGone(answers.get(file))).map(({ cgroup }) => cgroup);
    // A service that was started anew has a group of the same name: its file is opened anew before the group is taken for gone.
    const gone = absent.filter((cgroup) => this.#absent.has(cgroup));
    this.#absent = absent.length === 0 ? NOWHERE : new Set(absent);
    if (gone.length > 0) tree.drop(gone);
    return { cpuTime: cpuTimeIn(answers.get(this.#stat)), workloadTimes, owners: this.#ownersOf(roster) };
  }

  close(): void {
    this.#files.close();
  }

  /** The roster is made anew only where something has changed that it is made of. */
  #refreshed(): Roster<Process> {
    const { tree, processes, kubelet, devices } = this.#parts;
    const made = this.#madeOf();
    if (this.#roster && made === this.#made && this.#assigned === devices.assigned) return this.#roster;
    this.#assigned = devices.assigned;
    this.#roster = new Roster({
      processes: processes.known,
      placeOf: ({ cgroups }) => (cgroups === '' ? 'unknown' : tree.placeOf(cgroups)),
      groups: tree.groups,
      pods: kubelet.pods,
      rules: this.#context.rules ?? [],
      assigned: devices.assigned,
      deviceOfIndex: (index) => this.#deviceOf(index),
    });
    // Processes have shown groups that were not known.
    this.#groups = [...tree.groups.values()].sort((a, b) => (a.cgroup < b.cgroup ? -1 : 1));
    this.#groupsFromInside = this.#groups.toReversed();
    for (const cgroup of this.#groupTimes.keys()) if (!tree.groups.has(cgroup)) this.#groupTimes.delete(cgroup);
    this.#made = this.#madeOf();
    this.#choose(this.#roster);
    return this.#roster;
  }

  /** Changes with whatever a roster is made of. */
  #madeOf(): string {
    const { tree, processes, kubelet } = this.#parts;
    const numbered: string[] = [];
    for (let device = this.#deviceOf(0); device !== undefined; device = this.#deviceOf(numbered.length))
      numbered.push(device);
    return [tree.changes, processes.changes, kubelet.changes, ...numbered].join();
  }

  #deviceOf(index: number): string | undefined {
    return index < MOST_NUMBERED ? this.#context.deviceOfIndex?.(index) : undefined;
  }

  /** New groups may be those of new pods; one that the kubelet does not know then is not asked for again and again. */
  #askKubelet({ runningMs }: Moment): void {
    const { kubelet, tree } = this.#parts;
    const isNew = tree.changes !== this.#askedOf;
    const isMissing = isNew && this.#groups.some(({ labels: { pod_uid: uid } }) => uid && !kubelet.pods.has(uid));
    if (kubelet.askIfDue(runningMs, isMissing) || !isMissing) this.#askedOf = tree.changes;
  }

  /** The files of each look from now on; those that are no longer read are let go. */
  #choose(roster: Roster<Process>): void {
    this.#timed = timedIn(roster);
    const files = this.#groups.map(({ file }) => file);
    const paths = [this.#stat, ...files, ...this.#timed.map((process) => this.#statOf(process))];
    const chosen = new Set(paths);
    this.#files.forget(this.#paths.filter((path) => !chosen.has(path)));
    this.#paths = paths;
  }

  #statOf({ pid }: Process): string {
    return join(this.#context.root, 'proc', String(pid), 'stat');
  }

  #spentIn(answers: Answers): ReadonlyMap<number, bigint> {
    const looks = this.#timed.map((process) => ({
      pid: process.pid,
      startTicks: process.startTicks,
      microseconds: timeIn(answers.get(this.#statOf(process)), process),
      isNew: this.#isNew(process),
    }));
    const { spent, times } = processTimesAfter(this.#processTimes, looks);
    this.#processTimes = times;
    return spent;
  }

  /** Begun since the look before; at the first look all are new, as the groups are. */
  #isNew({ startTicks }: Process): boolean {
    return this.#before === undefined || startTicks * MS_PER_TICK >= this.#before.sinceBootMs - MS_PER_TICK;
  }

  #timesOfGroups(
    roster: Roster<Process>,
    answers: Answers,
    spent: ReadonlyMap<number, bigint>,
  ): readonly WorkloadTime[] {
    const { hierarchy } = this.#parts.tree;
    if (!hierarchy) return [];
    const usedInside = new Map<string, bigint>();
    // The inner before the outer, which takes off what they used.
    this.#groupsFromInside.forEach(({ cgroup, file, outer }) => {
      const parties = roster.partiesOf(cgroup);
      const time = this.#groupTimes.get(cgroup) ?? new GroupTime();
      time.look({
        usage: microsecondsIn(hierarchy, answers.get(file)),
        usedInside: usedInside.get(cgroup) ?? 0n,
        isLate: outer !== undefined && this.#groupTimes.has(outer),
        voices: parties,
        spoken: spokenIn(parties, spent),
      });
      this.#groupTimes.set(cgroup, time);
      if (outer !== undefined && time.used > 0n) usedInside.set(outer, (usedInside.get(outer) ?? 0n) + time.used);
    });
    const isFirst = this.#before === undefined;
    const times: WorkloadTime[] = [];
    this.#groups.forEach((group) => {
      const time = this.#groupTimes.get(group.cgroup);
      // One whose file has never answered is not listed: it would count from its beginning when it does.
      const usage = time?.usage;
      if (!time || usage === undefined) return;
      const isReckonedAnew = isFirst && (time.times.size > 1 || isHolder(group));
      const add = (microseconds: bigint, voice: string) =>
        void times.push({ workload: roster.workloadOf(group, voice), microseconds, usage, isReckonedAnew });
      time.times.forEach(add);
    });
    return times;
  }

  #timesOutside(roster: Roster<Process>, spent: ReadonlyMap<number, bigint>): readonly WorkloadTime[] {
    const parties = roster.members.outside;
    const spoken = spokenIn(parties, spent);
    this.#outside = new Map(
      [...parties.keys()].sort().map((voice) => [voice, (this.#outside.get(voice) ?? 0n) + (spoken.get(voice) ?? 0n)]),
    );
    return [...this.#outside].map(([voice, microseconds]) => ({
      workload: roster.workloadOf(undefined, voice),
      microseconds,
      isReckonedAnew: this.#before === undefined,
    }));
  }

  /** A process that a device names and nobody has seen yet is read next. */
  #ownersOf(roster: Roster<Process>): Owners {
    const { processes } = this.#parts;
    return {
      ofProcess: (pid) => {
        processes.want(pid);
        return roster.ofProcess(pid);
      },
      ofDevice: (domain) => roster.ofDevice(domain),
    };
  }
}

/** Processes whose own time is needed: those who speak where not all say the same, and those outside of all groups. */
function timedIn({ members }: Roster<Process>): readonly Process[] {
  const mixed = [...members.inGroups.values()].filter((parties) => parties.size > 1);
  const speakers = [members.outside, ...mixed].flatMap((parties) =>
    [...parties.values()].flatMap(({ voice, processes }) => (voice === '' ? [] : processes)),
  );
  return speakers.slice(0, MOST_TIMED);
}

function spokenIn(parties: Parties<Process>, spent: ReadonlyMap<number, bigint>): ReadonlyMap<string, bigint> {
  if (spent.size === 0) return NONE;
  const spoken = new Map<string, bigint>();
  for (const { voice, processes } of parties.values()) {
    const time = processes.reduce((sum, { pid }) => sum + (spent.get(pid) ?? 0n), 0n);
    if (time > 0n) spoken.set(voice, time);
  }
  return spoken;
}

/** A group that holds workloads of its own kind: its own time is what they leave, and those that ended are forgotten. */
function isHolder({ labels }: Group): boolean {
  const { container_id: container, pod_uid: pod, task, job, step } = labels;
  return (container === undefined && (pod ?? task) !== undefined) || (job !== undefined && step === undefined);
}

/** `undefined` where the file does not answer, or another process has its number by now. */
function timeIn(answer: FileAnswer | undefined, { startTicks }: Process): bigint | undefined {
  const stat = answer && 'text' in answer ? parseStat(answer.text) : undefined;
  return stat?.startTicks === startTicks ? stat.microseconds : undefined;
}

function cpuTimeIn(answer: FileAnswer | undefined): CpuTime | undefined {
  return answer && 'text' in answer ? parseCpuTime(answer.text) : undefined;
}

function problemsOf({ processes, kubelet }: Parts): readonly string[] {
  const { deaf, hanging } = processes.troubles;
  return [
    ...(deaf > 0
      ? [`Cannot read the environment of ${deaf} processes: expected CAP_SYS_PTRACE, got no permission`]
      : []),
    ...(hanging > 0 ? [`Cannot read all processes: expected an answer of the kernel, got none from ${hanging}`] : []),
    ...(kubelet.problem ? [kubelet.problem] : []),
  ];
}
