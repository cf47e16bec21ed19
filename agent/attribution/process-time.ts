/** CPU time of one process at a look, in microseconds since it began. */
export interface ProcessTime {
  readonly startTicks: number;
  readonly microseconds: bigint;
}

export interface ProcessLook {
  readonly pid: number;
  readonly startTicks: number;
  /** `undefined` where it did not answer, or another process has its number by now. */
  readonly microseconds: bigint | undefined;
  /** Begun since the look before: all of its time is new. Another one that is timed for the first time counts from now. */
  readonly isNew: boolean;
}

/** By the pid. */
type Times = ReadonlyMap<number, ProcessTime>;

/** What each process used since the look before, in microseconds, and its time for the next look. */
export function processTimesAfter(
  before: Times,
  looks: readonly ProcessLook[],
): { readonly spent: ReadonlyMap<number, bigint>; readonly times: Times } {
  const spent = new Map<number, bigint>();
  const times = new Map<number, ProcessTime>();
  for (const look of looks) {
    const then = timeBefore(before.get(look.pid), look);
    const now = look.microseconds ?? then;
    if (now === undefined || then === undefined) continue;
    if (now > then) spent.set(look.pid, now - then);
    times.set(look.pid, { startTicks: look.startTicks, microseconds: now });
  }
  return { spent, times };
}

function timeBefore(known: ProcessTime | undefined, { startTicks, microseconds, isNew }: ProcessLook) {
  if (known?.startTicks === startTicks) return known.microseconds;
  return isNew ? 0n : microseconds;
}
