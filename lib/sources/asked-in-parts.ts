import type { HttpCall } from './live.ts';

/** One of several questions whose answers make one report only together. */
interface Part {
  /** What the answer does not say again and its shape must know: it lands beside the answer. */
  readonly asked: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * A POST that is made once for each part. The answers land together, as one list of `{"asked": …, "answer": …}`, or not at
 * all: half a report would count as a whole one. An answer that holds a text under `cursor` has a page behind it, which is
 * asked for by the same body with that text under the same name. `body` holds all parts, for the receipt, and is not sent.
 */
export interface AskedInParts extends HttpCall {
  readonly parts: readonly Part[];
  readonly cursor: string;
}

/** True for a call that is made in parts. */
export function isInParts(call: object): call is AskedInParts {
  return 'parts' in call && Array.isArray(call.parts);
}
