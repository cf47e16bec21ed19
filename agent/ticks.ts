import { uptime } from 'node:os';
import { setTimeout } from 'node:timers/promises';

import type { Moment } from './look.ts';

/** The clocks of this host, in whole milliseconds. */
export function now(): Moment {
  return { readAt: new Date(), runningMs: runningNow(), sinceBootMs: Math.round(uptime() * 1000) };
}

/** The clock that only runs, alone: how long the host is up is read from a file. */
export function runningNow(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/**
 * Ticks at whole multiples of `everyMs` of the clock that only runs, until `ending`. One that came late is not made up for:
 * the counters have not lost anything.
 */
export async function* ticks(everyMs: number, ending: AbortSignal): AsyncGenerator<Moment> {
  while (!ending.aborted) {
    const isOver = await setTimeout(everyMs - (runningNow() % everyMs), false, { signal: ending }).catch(() => true);
    if (!isOver) yield now();
  }
}
