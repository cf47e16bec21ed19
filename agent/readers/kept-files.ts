import { close, fstat, open, read, readvSync } from 'node:fs';

/** What a small file said, or why it said nothing. `slow` is one that has not answered yet, this time or an earlier one. */
export type FileAnswer = { readonly text: string } | { readonly fault: 'absent' | 'forbidden' | 'slow' | 'broken' };

/** More than a sensor's file or the first lines of /proc/stat ever hold. */
const LONGEST_BYTES = 4096;
const FAULTS: Readonly<Record<string, 'absent' | 'forbidden'>> = {
  ENOENT: 'absent',
  ENODEV: 'absent',
  ENOTDIR: 'absent',
  ESRCH: 'absent',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
};

/**
 * Files of which the kernel itself gives the text (procfs, cgroupfs, powercap) answer within microseconds, and the way through the
 * pool costs more than that: they are read at once, up to so many milliseconds a look. The rest of a look, and a file that once took
 * longer, goes through the pool.
 */
export const AT_ONCE_MS = 5;
/** So many are read between two looks at the clock, each of which costs half a read. */
const BETWEEN_CLOCKS = 8;
/** Buffers of the pool that are kept for the next look: with one for each read, the collector would carry 4 kB a file and look. */
const MOST_BUFFERS = 16;

/** Who answers: the kernel out of its own memory or a register of the processor, or a driver that may ask a device first. */
type Answerer = 'kernel' | 'driver';

interface Kept {
  fd: number | undefined;
  isBusy: boolean;
  isAtOnce: boolean;
  /** It was among several that took long together: alone, it is read and timed once more. */
  isSuspected: boolean;
}

/**
 * Small files of sysfs and procfs that are read again and again: each is opened once and read from its beginning each time
 * (a tenth of the cost of opening it anew, measured on 70 files). A file that does not answer keeps one thread of the pool
 * busy and is not asked again until it does, so that a driver that hangs holds up nobody else.
 */
export class KeptFiles {
  readonly #kept = new Map<string, Kept>();
  readonly #deadlineMs: number;
  readonly #answerer: Answerer;
  /** One buffer, as a list: `readvSync` checks its arguments at half the cost of `readSync`. */
  readonly #bytes = [Buffer.alloc(LONGEST_BYTES)] as const;
  readonly #buffers: Buffer[] = [];

  constructor(deadlineMs: number, answerer: Answerer = 'driver') {
    this.#deadlineMs = deadlineMs;
    this.#answerer = answerer;
  }

  /** Reads the files at once; answers when all have answered, and at the latest at the deadline. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, FileAnswer>> {
    const answers = new Map<string, FileAnswer>();
    const others = this.#answerer === 'kernel' ? this.#readAtOnce(paths, answers) : paths;
    return others.length === 0 ? Promise.resolve(answers) : this.#readInPool(others, answers);
  }

  /** Reads what answers at once; gives the paths that are left. */
  #readAtOnce(paths: readonly string[], answers: Map<string, FileAnswer>): readonly string[] {
    const left: string[] = [];
    const timed = new Timed();
    paths.forEach((path) => {
      const kept = this.#kept.get(path);
      if (kept?.fd === undefined || !kept.isAtOnce || kept.isBusy || timed.isOver) left.push(path);
      else {
        timed.begin(kept);
        answers.set(path, this.#readNow(path, kept, kept.fd));
        timed.end(kept);
      }
    });
    timed.judge();
    return left;
  }

  #readNow(path: string, kept: Kept, fd: number): FileAnswer {
    try {
      return { text: textOf(this.#bytes[0], readvSync(fd, this.#bytes, 0)) };
    } catch (error) {
      this.#drop(path, kept);
      return { fault: faultOf(error as NodeJS.ErrnoException) };
    }
  }

  #readInPool(paths: readonly string[], answers: Map<string, FileAnswer>): Promise<ReadonlyMap<string, FileAnswer>> {
    for (const path of paths) answers.set(path, { fault: 'slow' });
    const asked = new Set(paths);
    let left = asked.size;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(new Map(answers)), this.#deadlineMs);
      for (const path of asked) {
        this.#readOne(path, (answer) => {
          answers.set(path, answer);
          left -= 1;
          if (left > 0) return;
          clearTimeout(timer);
          resolve(answers);
        });
      }
    });
  }

  /** Closes what is no longer read: files of workloads that ended. */
  forget(paths: Iterable<string>): void {
    for (const path of paths) {
      const kept = this.#kept.get(path);
      if (kept && !kept.isBusy) this.#drop(path, kept);
    }
  }

  /** Closes all but these: files of processes that ended are named by nobody any more. */
  keepOnly(paths: Iterable<string>): void {
    const wanted = new Set(paths);
    this.forget([...this.#kept.keys()].filter((path) => !wanted.has(path)));
  }

  close(): void {
    this.keepOnly([]);
  }

  #readOne(path: string, answer: (answer: FileAnswer) => void): void {
    const kept = this.#kept.get(path) ?? { fd: undefined, isBusy: false, isAtOnce: false, isSuspected: false };
    if (kept.isBusy) {
      answer({ fault: 'slow' });
      return;
    }
    this.#kept.set(path, kept);
    kept.isBusy = true;
    // A file that hangs keeps its buffer: each has one of its own while it is read.
    const bytes = this.#buffers.pop() ?? Buffer.allocUnsafeSlow(LONGEST_BYTES);
    readKept({ path, kept, bytes, answerer: this.#answerer }, (error, length = 0) => {
      kept.isBusy = false;
      if (error) this.#drop(path, kept);
      answer(error ? { fault: faultOf(error) } : { text: textOf(bytes, length) });
      if (this.#buffers.length < MOST_BUFFERS) this.#buffers.push(bytes);
    });
  }

  #drop(path: string, kept: Kept): void {
    this.#kept.delete(path);
    if (kept.fd !== undefined) close(kept.fd, () => undefined);
  }
}

/** Reads of one look, timed several together. One that takes long alone is read at once no more; of several, each is timed alone next. */
class Timed {
  readonly #began = performance.now();
  #then = this.#began;
  #together: Kept[] = [];

  /** No more is read at once in this look. */
  get isOver(): boolean {
    return this.#then - this.#began > AT_ONCE_MS;
  }

  begin(kept: Kept): void {
    if (kept.isSuspected) this.judge();
  }

  end(kept: Kept): void {
    if (this.#together.push(kept) === BETWEEN_CLOCKS || kept.isSuspected) this.judge();
  }

  judge(): void {
    const now = performance.now();
    const isSlow = now - this.#then >= AT_ONCE_MS;
    const isAlone = this.#together.length === 1;
    for (const kept of this.#together) {
      kept.isSuspected = isSlow && !isAlone;
      if (isSlow && isAlone) kept.isAtOnce = false;
    }
    this.#then = now;
    this.#together = [];
  }
}

type Done = (error: NodeJS.ErrnoException | null, length?: number) => void;

interface Asked {
  readonly path: string;
  readonly kept: Kept;
  readonly bytes: Buffer;
  readonly answerer: Answerer;
}

function readKept({ path, kept, bytes, answerer }: Asked, done: Done): void {
  const readFromStart = (fd: number) => read(fd, bytes, 0, bytes.length, 0, done);
  if (kept.fd !== undefined) readFromStart(kept.fd);
  else {
    open(path, (error, fd) => {
      if (error) return done(error);
      kept.fd = fd;
      if (answerer === 'driver') return readFromStart(fd);
      // What is no plain file, a pipe or a device, may keep whoever reads it waiting for ever.
      return fstat(fd, (broken, stats) => {
        kept.isAtOnce = !broken && stats.isFile();
        readFromStart(fd);
      });
    });
  }
}

function faultOf({ code }: NodeJS.ErrnoException): 'absent' | 'forbidden' | 'broken' {
  return FAULTS[code ?? ''] ?? 'broken';
}

function textOf(bytes: Buffer, length: number): string {
  return bytes.toString('latin1', 0, length).trimEnd();
}

/** A whole number of at least zero; `undefined` where the file said nothing or something else. */
export function countIn(answer: FileAnswer | undefined): bigint | undefined {
  const text = answer && 'text' in answer ? answer.text.trim() : undefined;
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined;
}

/** True where the file was looked for and is not there: its device or workload went. */
export function isGone(answer: FileAnswer | undefined): boolean {
  return answer !== undefined && 'fault' in answer && answer.fault === 'absent';
}
