/** What `/proc/<pid>/stat` tells of a process (proc_pid_stat(5)). */
export interface ProcessStat {
  readonly command: string;
  /** When it began, in hundredths of a second since the host booted: with the pid it names a process for ever. */
  readonly startTicks: number;
  /** CPU time of its threads in user and kernel mode since it began, without that of its children. */
  readonly microseconds: bigint;
  /** A thread of the kernel, or a process that has ended and waits to be collected: neither does anybody's work. */
  readonly isWorking: boolean;
}

/** The kernel shows its ticks in hundredths of a second on every machine (USER_HZ). */
const MICROSECONDS_PER_TICK = 10_000n;
export const MS_PER_TICK = 10;
/** PF_KTHREAD in the kernel's include/linux/sched.h. */
const KERNEL_THREAD = 0x0020_0000;
const TICKS = /^\d{1,18}$/;

/**
 * Reads such a line; `undefined` where it is none. The command stands in parentheses and may itself hold blanks, parentheses
 * and ends of lines: the fields begin behind the last parenthesis.
 */
export function parseStat(text: string): ProcessStat | undefined {
  const end = text.lastIndexOf(')');
  const begin = text.indexOf('(');
  // The third field of the manual page is the first here.
  const fields = end < 0 ? [] : text.slice(end + 2).split(' ');
  const [state = ''] = fields;
  const [flags = '', user = '', system = '', start = ''] = [9, 14, 15, 22].map((field) => fields[field - 3]);
  if (![user, system, start].every((field) => TICKS.test(field))) return undefined;
  return {
    command: text.slice(begin + 1, end),
    startTicks: Number(start),
    microseconds: (BigInt(user) + BigInt(system)) * MICROSECONDS_PER_TICK,
    isWorking: (Number(flags) & KERNEL_THREAD) === 0 && !'ZXx'.includes(state || 'X'),
  };
}
