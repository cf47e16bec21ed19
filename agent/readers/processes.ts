import { join } from 'node:path';

import { type Said, SILENT, saidIn, variablesIn } from '../attribution/said.ts';
import { maybeWorkloadLabels } from '../attribution/workload-labels.ts';
import type { Moment } from '../look.ts';
import { AT_ONCE_MS } from './kept-files.ts';
import { MS_PER_TICK, type ProcessStat, parseStat } from './process-stat.ts';
import { isDoneWithin, listNow, listOnce, ownerOf, readNow, readOnce } from './read-once.ts';

/** A process as it was when it was last read. */
export interface Process {
  readonly pid: number;
  readonly startTicks: number;
  /** Text of `/proc/<pid>/cgroup`; empty for one that does nobody's work or cannot be read. */
  readonly cgroups: string;
  /** What it says of its work; `undefined` where that is not known, which is not the same as saying nothing. */
  readonly said: Said | undefined;
  /** Read while it was so young that it may have worn its parent's environment: between fork and exec. */
  readonly isYoung: boolean;
  readonly isDeaf: boolean;
}

/** What the processes are asked, beside where they are. */
interface Asked {
  /** Folder of the processes. */
  readonly proc: string;
  /** Rules that a command line fits; `undefined` where no rule looks at one, and then none is read. */
  readonly rulesOf: ((command: string) => readonly number[]) | undefined;
  /** How long a look waits, and how long the first one does, which reads all. */
  readonly deadlineMs: number;
  readonly firstDeadlineMs: number;
}

/** Two at a time: files of a process can hang, and the pool has four threads. */
const MOST_AT_ONCE = 2;
/** So many are read in one look; the others in the next. The first look reads all: whose time is whose must not change. */
const MOST_A_LOOK = 64;
/** A listing of 10 000 processes costs as much as the rest of a tick: with so many it is made every ten seconds. */
const LISTING_MS_PER_PROCESS = 1;
/** One in so many is asked at each listing whether it is still the same process. */
const ASKED_AGAIN = 300;
const YOUNG_MS = 1000;
/** Longer environments and command lines are read so far. */
const LONGEST_BYTES = 65_536;
const LONGEST_COMMAND = 4096;
/** Some fifty numbers and a name of sixteen letters. */
const LONGEST_STAT = 4096;
/** Slurm's own process in each step. It serves the job and says nothing of it. */
const STEP_DAEMON = 'slurmstepd';

const UNREAD = { cgroups: '', said: undefined, isYoung: false, isDeaf: false };

/**
 * The processes of the host. Each is read when it is first seen, and again while it is young; who it is (pid and start) is
 * checked in turn. Of its environment only the variables that are heard are kept, of its command line only which rules it fits.
 */
export class Processes {
  readonly #asked: Asked;
  readonly #known = new Map<number, Process>();
  readonly #queue = new Set<number>();
  readonly #reading = new Set<number>();
  readonly #working = new Set<Promise<void>>();
  readonly #hanging = new Set<Promise<void>>();
  readonly #buffers: Buffer[] = [];
  readonly #young = new Set<number>();
  readonly #deaf = new Set<number>();
  readonly #statBytes = Buffer.alloc(LONGEST_STAT);
  #listing = '';
  #listingMs = Number.POSITIVE_INFINITY;
  #listed = 0;
  #left = 0;
  #listAt = Number.NEGATIVE_INFINITY;
  #changes = 0;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /** Every process known, by its pid. */
  get known(): ReadonlyMap<number, Process> {
    return this.#known;
  }

  /** Counts the changes of `known`. */
  get changes(): number {
    return this.#changes;
  }

  /** Processes that may not be read, and files that do not answer. */
  get troubles(): { readonly deaf: number; readonly hanging: number } {
    return { deaf: this.#deaf.size, hanging: this.#hanging.size };
  }

  /** Lists the processes where it is time and reads those that are new; what is not done at the deadline is done later. */
  async look(moment: Moment): Promise<void> {
    const isFirst = this.#listAt === Number.NEGATIVE_INFINITY;
    if (moment.runningMs >= this.#listAt) await this.#list(moment);
    this.#left = isFirst ? Number.POSITIVE_INFINITY : MOST_A_LOOK;
    while (this.#queue.size > 0 && this.#working.size < MOST_AT_ONCE) this.#startWork(moment);
    const awaited = [...this.#working].filter((work) => !this.#hanging.has(work));
    const { deadlineMs, firstDeadlineMs } = this.#asked;
    const isDone = await isDoneWithin(isFirst ? firstDeadlineMs : deadlineMs, Promise.all(awaited));
    if (isDone) return;
    for (const work of this.#working) this.#hanging.add(work);
  }

  /** Asks for a process that somebody named, before the next listing shows it. */
  want(pid: number): void {
    if (Number.isSafeInteger(pid) && pid > 0 && !this.#known.has(pid) && !this.#reading.has(pid)) this.#queue.add(pid);
  }

  async #list({ runningMs }: Moment): Promise<void> {
    const names = await this.#names();
    if (!names) return;
    // Most listings are the same as the one before.
    const listing = names.join(' ');
    if (listing !== this.#listing) this.#compare(names);
    this.#listing = listing;
    this.#listAt = runningMs + this.#listed * LISTING_MS_PER_PROCESS;
    for (const pid of this.#young) this.#queue.add(pid);
    // Each that is asked goes to the end of the row.
    let left = Math.ceil(this.#known.size / ASKED_AGAIN);
    for (const process of this.#known.values()) {
      if (left === 0) break;
      this.#askAgain(process);
      left -= 1;
    }
    for (const pid of this.#reading) this.#queue.delete(pid);
  }

  /** The kernel lists a few hundred at once; the first time, and where it took long, beside the look. */
  async #names(): Promise<readonly string[] | undefined> {
    const { proc } = this.#asked;
    const began = performance.now();
    const names = this.#listingMs < AT_ONCE_MS ? listNow(proc) : await listOnce(proc);
    this.#listingMs = performance.now() - began;
    return names;
  }

  /** The same process, or one that is to be read anew: another with its number, or one that could not be read. */
  #askAgain(process: Process): void {
    const answer = readNow(this.#path(process.pid, 'stat'), this.#statBytes);
    const stat = 'bytes' in answer ? parseStat(textOf(answer.bytes)) : undefined;
    if (stat?.startTicks === process.startTicks && !process.isYoung) this.#keep(process);
    else this.#queue.add(process.pid);
  }

  /** Those that are gone are forgotten, those that are new are read. */
  #compare(names: readonly string[]): void {
    const listed = new Set(names.filter((name) => /^[1-9]\d{0,9}$/.test(name)).map(Number));
    this.#listed = listed.size;
    for (const pid of [...this.#known.keys(), ...this.#queue]) if (!listed.has(pid)) this.#forget(pid);
    for (const pid of listed) if (!this.#known.has(pid)) this.#queue.add(pid);
  }

  #startWork(moment: Moment): void {
    const work: Promise<void> = this.#work(moment).finally(() => {
      this.#working.delete(work);
      this.#hanging.delete(work);
    });
    this.#working.add(work);
  }

  async #work(moment: Moment): Promise<void> {
    const buffer = this.#buffers.pop() ?? Buffer.alloc(LONGEST_BYTES);
    for (const pid of this.#queue) {
      if (this.#left === 0) break;
      this.#left -= 1;
      this.#queue.delete(pid);
      this.#reading.add(pid);
      await this.#read(pid, buffer, moment);
      this.#reading.delete(pid);
    }
    this.#buffers.push(buffer);
  }

  async #read(pid: number, buffer: Buffer, { sinceBootMs }: Moment): Promise<void> {
    const answer = await readOnce(this.#path(pid, 'stat'), buffer);
    const stat = 'bytes' in answer ? parseStat(textOf(answer.bytes)) : undefined;
    const before = this.#known.get(pid);
    if ('fault' in answer && answer.fault === 'absent') this.#forget(pid);
    else if (!stat) this.#learn({ ...UNREAD, pid, startTicks: -1, isDeaf: true });
    else if (before?.startTicks === stat.startTicks && !before.isYoung) this.#keep(before);
    else {
      const isYoung = sinceBootMs - stat.startTicks * MS_PER_TICK < YOUNG_MS;
      const heard = stat.isWorking ? await this.#hear(pid, stat, buffer) : UNREAD;
      this.#learn({ ...heard, pid, startTicks: stat.startTicks, isYoung: isYoung && stat.isWorking });
    }
  }

  async #hear(pid: number, { command }: ProcessStat, buffer: Buffer): Promise<Omit<Process, 'pid' | 'startTicks'>> {
    const groups = await readOnce(this.#path(pid, 'cgroup'), buffer);
    const cgroups = 'bytes' in groups ? textOf(groups.bytes) : '';
    const environ = await readOnce(this.#path(pid, 'environ'), buffer);
    const isDeaf = 'fault' in environ && environ.fault === 'forbidden';
    const variables = 'bytes' in environ ? variablesIn(whole(environ.bytes)) : new Map<string, string>();
    // An environment is empty while a process ends; one that is really empty says nothing either.
    const isKnown = isDeaf || ('bytes' in environ && environ.bytes.length > 0);
    buffer.fill(0);
    const said = saidIn(variables, await this.#rulesFor(pid, buffer));
    const isSilent = command === STEP_DAEMON || !isKnown;
    return { cgroups, said: isSilent ? undefined : await this.#withOwner(said, pid, cgroups), isYoung: false, isDeaf };
  }

  async #rulesFor(pid: number, buffer: Buffer): Promise<readonly number[]> {
    if (!this.#asked.rulesOf) return SILENT.commandRules;
    const answer = await readOnce(this.#path(pid, 'cmdline'), buffer);
    const typed = 'bytes' in answer ? textOf(answer.bytes.subarray(0, LONGEST_COMMAND)) : '';
    buffer.fill(0);
    return this.#asked.rulesOf(typed.replaceAll('\0', ' ').trim());
  }

  /** Version 2 names no user in the groups of a Slurm job: it is the owner of the processes. */
  async #withOwner(said: Said, pid: number, cgroups: string): Promise<Said> {
    if (!cgroups.includes('/job_') || !cgroups.split('\n').some((line) => isJob(line))) return said;
    const owner = await ownerOf(this.#path(pid, ''));
    return owner ? { ...said, job: { ...said.job, uid: String(owner) } } : said;
  }

  #learn(process: Process): void {
    const { pid, isYoung, isDeaf } = process;
    this.#changes += 1;
    this.#known.delete(pid);
    this.#known.set(pid, process);
    if (isYoung) this.#young.add(pid);
    else this.#young.delete(pid);
    if (isDeaf) this.#deaf.add(pid);
    else this.#deaf.delete(pid);
  }

  #keep(process: Process): void {
    this.#known.delete(process.pid);
    this.#known.set(process.pid, process);
  }

  #forget(pid: number): void {
    this.#queue.delete(pid);
    this.#young.delete(pid);
    this.#deaf.delete(pid);
    if (this.#known.delete(pid)) this.#changes += 1;
  }

  #path(pid: number, file: string): string {
    return join(this.#asked.proc, String(pid), file);
  }
}

function isJob(line: string): boolean {
  return maybeWorkloadLabels(line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1))?.['job'] !== undefined;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').trimEnd();
}

/** A variable that was cut off is none. */
function whole(bytes: Uint8Array): Uint8Array {
  return bytes.length < LONGEST_BYTES ? bytes : bytes.subarray(0, bytes.lastIndexOf(0) + 1);
}
