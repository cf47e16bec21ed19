import { messageOf } from '../../landing/message.ts';
import { codeOf } from '../system-error.ts';

/** Why `fetch` gave no answer, in a few words: it says "fetch failed" or "terminated" itself, and the reason in the cause. */
export function whyUnanswered(error: unknown, timeoutMs: number): string {
  if (nameOf(error) === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const reason = codeOf(causeOf(error));
  return messageOf(error) === 'terminated' ? `half an answer (${reason})` : `no connection (${reason})`;
}

/** The name of an error, by shape and not by class: it may come from another realm. */
export function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : 'Error';
}

/** What brought an error about, where it says so. */
export function causeOf(error: unknown): unknown {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  return cause ?? error;
}
