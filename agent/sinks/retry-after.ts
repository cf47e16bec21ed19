/** A server that asks for more is asked again after this long all the same. */
const LONGEST_MS = 15 * 60_000;

/** Milliseconds of a Retry-After header, seconds or a date (RFC 9110, 10.2.3; some servers write parts of a second); `undefined` where there is none that can be read. */
export function retryAfterMs(header: string | null | undefined, now: Date): number | undefined {
  if (header === null || header === undefined || header.trim() === '') return undefined;
  const ms = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_MS);
}
