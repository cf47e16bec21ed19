/**
 * What an error says; the text of anything else that was thrown. By shape, not by class: an error of the file system may come
 * from another realm than this module's `Error`.
 */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
