const FIRST_MS = 1000;
const LONGEST_MS = 5 * 60_000;

/**
 * How long to wait after the n-th failure in a row (1, 2, …): full jitter, min(5 min, 1 s · 2^(n-1)) · random, so that hosts that failed
 * together do not come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Never
 * less than the place asked for.
 */
export function backoffMs(failures: number, random: () => number, askedMs = 0): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return Math.max(askedMs, longest * random());
}
