import type { ProcessUse } from '../live/health.ts';

const MICROSECONDS_PER_SECOND = 1e6;

/** What this process has used until now. */
export function readOwnProcess(): ProcessUse {
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / MICROSECONDS_PER_SECOND,
    residentBytes: process.memoryUsage.rss(),
    startedAt: new Date(performance.timeOrigin),
  };
}
