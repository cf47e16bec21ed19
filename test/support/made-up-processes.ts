import type { HostFiles } from './host-tree.ts';

/** A process of a made-up host. */
export interface MadeUp {
  readonly cgroup: string;
  /** Variables of its environment. */
  readonly says?: Readonly<Record<string, string>>;
  readonly comm?: string;
  readonly command?: string;
  /** CPU time in hundredths of a second. */
  readonly ticks?: number;
  /** When it began, in hundredths of a second since boot. */
  readonly start?: number;
  readonly state?: string;
  readonly flags?: number;
}

/** The fields of `/proc/<pid>/stat` that are read, the others zero. */
export function statLine(
  pid: number,
  { comm = 'python', ticks = 0, start = 100, state = 'S', flags = 0 }: Partial<MadeUp>,
) {
  const fields = Array.from({ length: 52 }, (_, index) => (index === 0 ? String(pid) : '0'));
  fields.splice(1, 2, `(${comm})`, state);
  for (const [field, value] of [
    [9, flags],
    [14, ticks],
    [22, start],
  ] as const)
    fields[field - 1] = String(value);
  return fields.join(' ');
}

/** Files of one process below the root of a made-up host of control groups, version 2. */
export function processFiles(pid: number, made: MadeUp): HostFiles {
  const { cgroup, says = {}, command = 'python' } = made;
  const variables = Object.entries({ PATH: '/bin', ...says }).map(([name, value]) => `${name}=${value}\0`);
  return {
    [`proc/${pid}/stat`]: statLine(pid, made),
    [`proc/${pid}/cgroup`]: `0::${cgroup}`,
    [`proc/${pid}/environ`]: variables.join(''),
    [`proc/${pid}/cmdline`]: command.replaceAll(' ', '\0'),
  };
}

/** A control group, version 2, that has used `microseconds`. */
export function groupFiles(cgroup: string, microseconds: number | bigint): HostFiles {
  return { [`sys/fs/cgroup${cgroup}/cpu.stat`]: `usage_usec ${microseconds}\nuser_usec 0\nsystem_usec 0` };
}
