import { close, closeSync, constants, open, openSync, read, readdir, readdirSync, readSync, stat } from 'node:fs';

/** Bytes that a file held, or why it said nothing. */
export type Bytes = { readonly bytes: Uint8Array } | { readonly fault: 'absent' | 'forbidden' };

/**
 * Reads the beginning of a file of procfs into `buffer`, by one call, as far as it goes there. By callback: it costs a fraction
 * of what a promise of `fs.promises` does. May never answer where the kernel does not.
 */
export function readOnce(path: string, buffer: Buffer): Promise<Bytes> {
  return new Promise((resolve) => {
    open(path, 'r', (fault, fd) => {
      if (fault) return resolve({ fault: faultOf(fault) });
      return read(fd, buffer, 0, buffer.length, null, (broken, length) => {
        close(fd, () => resolve(broken ? { fault: faultOf(broken) } : { bytes: buffer.subarray(0, length) }));
      });
    });
  });
}

/**
 * The same at once, without the way through the pool: for files that the kernel answers out of its own memory, which
 * `/proc/<pid>/stat` is and `environ` and `cmdline` are not.
 */
export function readNow(path: string, buffer: Buffer): Bytes {
  try {
    // What is no plain file, a pipe or a device, must not keep everybody waiting.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return { bytes: buffer.subarray(0, readSync(fd, buffer)) };
    } finally {
      closeSync(fd);
    }
  } catch (fault) {
    return { fault: faultOf(fault as NodeJS.ErrnoException) };
  }
}

/** Names in a folder, at once; `undefined` where it cannot be listed. */
export function listNow(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined;
  }
}

/** Names in a folder; `undefined` where it cannot be listed. */
export function listOnce(folder: string): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => readdir(folder, (error, names) => resolve(error ? undefined : names)));
}

/** User id that a file belongs to; `undefined` where it is gone. */
export function ownerOf(path: string): Promise<number | undefined> {
  return new Promise((resolve) =>
    stat(path, (error, { uid } = { uid: Number.NaN } as never) => resolve(error ? undefined : uid)),
  );
}

/** Waits for a promise, `ms` at most: whether it was done in time. */
export function isDoneWithin(ms: number, done: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const finish = () => {
      clearTimeout(timer);
      resolve(true);
    };
    done.then(finish, finish);
  });
}

function faultOf({ code }: NodeJS.ErrnoException): 'absent' | 'forbidden' {
  return code === 'EACCES' || code === 'EPERM' ? 'forbidden' : 'absent';
}
