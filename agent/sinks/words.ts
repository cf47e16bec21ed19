/** The code or the class of an error, such as `ECONNREFUSED` or `SlowDown`. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error ? String(error.name) : 'Error';
}

/** The message of an error with that of its cause: `fetch failed` alone says nothing. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  const words = message === '' ? codeOf(error) : message;
  return cause instanceof Error ? `${words}: ${messageOf(cause)}` : words;
}
