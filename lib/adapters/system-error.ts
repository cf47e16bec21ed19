import { messageOf } from '../landing/message.ts';

/** The code of a system error, such as `ENOENT`; the message or text of anything else that was thrown. */
export function codeOf(error: unknown): string {
  // By shape, not by class: an error of the file system may come from another realm than this module's `Error`.
  if (typeof error !== 'object' || error === null) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return messageOf(error);
}

const FOUND: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EEXIST: 'a file',
  EISDIR: 'a folder',
  ENOENT: 'nothing there',
  ENOSPC: 'a full disk',
  ENOTDIR: 'a file',
  EPERM: 'no permission',
  EROFS: 'a read-only disk',
};

/** What a path led to in place of what was expected, in words; of errors that have none here, the code. */
export function foundOf(error: unknown): string {
  const code = codeOf(error);
  return FOUND[code] ?? code;
}

/** True where a path leads to nothing. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
}
