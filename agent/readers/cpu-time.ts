import { join } from 'node:path';

import type { CpuTime } from '../attribution/shares.ts';
import { maybeText } from './small-file.ts';

/** The kernel shows its ticks in hundredths of a second on every machine (USER_HZ). */
const MICROSECONDS_PER_TICK = 10_000n;

/** CPU time since boot from `/proc/stat`; `undefined` where it cannot be read. */
export async function readCpuTime(root: string): Promise<CpuTime | undefined> {
  return parseCpuTime((await maybeText(join(root, 'proc/stat'))) ?? '');
}

/**
 * CPU time in the text of `/proc/stat`, whose first line holds it; `undefined` where it does not. Waiting for a disk is idle;
 * time that a hypervisor took away is neither; guests stand in `user` already.
 */
export function parseCpuTime(text: string): CpuTime | undefined {
  const [first] = text.split('\n', 1);
  const ticks = first?.split(/\s+/);
  if (ticks?.[0] !== 'cpu' || ticks.length < 8 || !ticks.slice(1).every((each) => /^\d+$/.test(each))) return undefined;
  const [user = 0n, nice = 0n, system = 0n, idle = 0n, iowait = 0n, irq = 0n, softirq = 0n] = ticks
    .slice(1)
    .map(BigInt);
  return {
    busyMicroseconds: (user + nice + system + irq + softirq) * MICROSECONDS_PER_TICK,
    idleMicroseconds: (idle + iowait) * MICROSECONDS_PER_TICK,
  };
}
