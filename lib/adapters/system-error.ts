import { messageOf } from '../landing/message.ts';

/** The code of a system error, such as `ENOENT`; the message or text of anything else that was thrown. */
export function codeOf(error: unknown): string {
  // By shape, not by class: an error of the file system may come from another realm than this module's `Error`.
  if (typeof error !== 'object' || error === null) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return messageOf(error);
}

/** True where a path leads to nothing. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
}
