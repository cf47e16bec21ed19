import type { Secret } from './secrets.ts';

/** What the transports are handed for one source. */
export interface CallerEdges {
  /** The source in the settings, for errors. */
  readonly sourceId: string;
  /** The provider's options in the settings. */
  readonly options: Readonly<Record<string, string>>;
  /** The source's secret, where the settings name one. */
  readonly secret?: Secret;
  /** Environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly patience: Patience;
  /** Where a URL really leads, for tests: a server of their own instead of the provider's. */
  rewrite(url: string): string;
  /** Milliseconds since 1970. */
  now(): number;
  wait(ms: number): Promise<void>;
  /** 0 to 1, for the jitter between attempts. */
  random(): number;
  /** A token of Microsoft Entra for a scope, by workload identity. */
  azureToken(scope: string, edges: CallerEdges): Promise<string>;
}

/** How long a provider is waited for. */
export interface Patience {
  /** Attempts of one call. */
  readonly attempts: number;
  /** The wait before the second attempt is random up to this; it doubles with each further one. */
  readonly firstWaitMs: number;
  /** The longest wait, also where the provider asks for more: then the source is unavailable, and asked again later. */
  readonly longestWaitMs: number;
  /** An attempt that takes longer is given up. */
  readonly timeoutMs: number;
  /** The largest answer that is read, in bytes. */
  readonly maxBytes: number;
  /** All calls of one collection. What is left over is asked by the next attempt, which finds the rest in the book. */
  readonly totalMs: number;
}

const MINUTE_MS = 60_000;
/** A collection has 15 minutes in a Lambda: what was answered must have landed by then. */
export const PATIENCE: Patience = {
  attempts: 5,
  firstWaitMs: 1000,
  longestWaitMs: MINUTE_MS,
  timeoutMs: MINUTE_MS,
  maxBytes: 64 * 1024 ** 2,
  totalMs: 8 * MINUTE_MS,
};
