import { close, open, read } from 'node:fs';

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

interface Kept {
  fd: number | undefined;
  isBusy: boolean;
  readonly bytes: Buffer;
}

/**
 * Small files of sysfs and procfs that are read again and again: each is opened once and read from its beginning each time
 * (a tenth of the cost of opening it anew, measured on 70 files). A file that does not answer keeps one thread of the pool
 * busy and is not asked again until it does, so that a driver that hangs holds up nobody else.
 */
export class KeptFiles {
  readonly #kept = new Map<string, Kept>();
  readonly #deadlineMs: number;

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  /** Reads the files at once; answers when all have answered, and at the latest at the deadline. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, FileAnswer>> {
    const answers = new Map<string, FileAnswer>(paths.map((path) => [path, { fault: 'slow' }]));
    let left = answers.size;
    if (left === 0) return Promise.resolve(answers);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(new Map(answers)), this.#deadlineMs);
      for (const path of answers.keys()) {
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

  close(): void {
    this.forget([...this.#kept.keys()]);
  }

  #readOne(path: string, answer: (answer: FileAnswer) => void): void {
    const kept = this.#kept.get(path) ?? { fd: undefined, isBusy: false, bytes: Buffer.allocUnsafe(LONGEST_BYTES) };
    if (kept.isBusy) {
      answer({ fault: 'slow' });
      return;
    }
    this.#kept.set(path, kept);
    kept.isBusy = true;
    readKept(path, kept, (error, length = 0) => {
      kept.isBusy = false;
      if (error) this.#drop(path, kept);
      answer(error ? { fault: FAULTS[error.code ?? ''] ?? 'broken' } : { text: textOf(kept.bytes, length) });
    });
  }

  #drop(path: string, kept: Kept): void {
    this.#kept.delete(path);
    if (kept.fd !== undefined) close(kept.fd, () => undefined);
  }
}

type Done = (error: NodeJS.ErrnoException | null, length?: number) => void;

function readKept(path: string, kept: Kept, done: Done): void {
  const readFromStart = (fd: number) => read(fd, kept.bytes, 0, kept.bytes.length, 0, done);
  if (kept.fd === undefined) {
    open(path, (error, fd) => {
      if (error) return done(error);
      kept.fd = fd;
      return readFromStart(fd);
    });
  } else readFromStart(kept.fd);
}

function textOf(bytes: Buffer, length: number): string {
  return bytes.toString('latin1', 0, length).trimEnd();
}

/** A whole number of at least zero; `undefined` where the file said nothing or something else. */
export function countIn(answer: FileAnswer | undefined): bigint | undefined {
  const text = answer && 'text' in answer ? answer.text.trim() : undefined;
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined;
}
