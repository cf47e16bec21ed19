/** A made-up host of eight RAPL zones and 300 processes in 60 containers, as files below a folder. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const SIZE = { packages: 4, containers: 60, processesEach: 5 } as const;

const FIRST_PID = 1000;
const UNUSED_CGROUP = '0::/system.slice/sshd.service\n';

/** One file whose text changes as the host lives: `textAt` gives it for a second. */
interface LivingFile {
  readonly path: string;
  textAt(second: number): string;
}

/** Writes the host below `root` as it stands at second 0. */
export function buildHost(root: string): void {
  for (const [path, text] of Object.entries(stillFiles())) write(join(root, path), text);
  for (const { path, textAt } of livingFiles()) write(join(root, path), textAt(0));
}

/** Opens what changes on the host; the call writes all of it as it stands at a second. */
export function openHost(root: string): (second: number) => void {
  const files = livingFiles().map(({ path, textAt }) => ({ fd: openSync(join(root, path), 'r+'), textAt }));
  process.once('exit', () => {
    for (const { fd } of files) closeSync(fd);
  });
  return (second) => {
    for (const { fd, textAt } of files) writeSync(fd, textAt(second), 0);
  };
}

function stillFiles(): Readonly<Record<string, string>> {
  const zones = range(SIZE.packages).flatMap((each) => [
    [`${powercap(each)}/name`, `package-${each}\n`],
    [`${powercap(each)}/max_energy_range_uj`, '262143328850\n'],
    [`${powercap(each)}/constraint_0_max_power_uw`, '350000000\n'],
    [`${powercap(each, 0)}/name`, 'dram\n'],
    [`${powercap(each, 0)}/max_energy_range_uj`, '65712999613\n'],
  ]);
  const processes = range(SIZE.containers).flatMap((container) =>
    range(SIZE.processesEach).flatMap((each) => {
      const pid = pidOf(container, each);
      return [
        [`proc/${pid}/cgroup`, `0::${cgroupOf(container)}\n`],
        [`proc/${pid}/cmdline`, `python\0-m\0worker\0--rank=${each}\0`],
        [`proc/${pid}/environ`, `PATH=/usr/bin\0JOULEBOOK_PROJECT=project-${container % 7}\0HOME=/root\0`],
      ];
    }),
  );
  return Object.fromEntries([
    ['proc/sys/kernel/hostname', 'bench-1\n'],
    ['proc/sys/kernel/random/boot_id', '5f1c3a52-0000-4000-8000-000000000001\n'],
    ['proc/1/cgroup', UNUSED_CGROUP],
    ['proc/meminfo', 'MemTotal:       527908864 kB\n'],
    ['sys/fs/cgroup/cgroup.controllers', 'cpu memory\n'],
    ...zones,
    ...processes,
  ]);
}

function livingFiles(): LivingFile[] {
  const zones = range(SIZE.packages).flatMap((each): LivingFile[] => [
    {
      path: `${powercap(each)}/energy_uj`,
      textAt: (second) => padded(5_000_000_000 + second * 180_000_000 + (second % 7) * 1_000_000),
    },
    { path: `${powercap(each, 0)}/energy_uj`, textAt: (second) => padded(1_000_000_000 + second * 24_000_000) },
  ]);
  const containers = range(SIZE.containers).flatMap((container): LivingFile[] => {
    const used = (second: number) => second * (100_000 + container * 5000);
    // Each container lies in a pod of its own, which counts what its container uses.
    return [cgroupOf(container), dirname(cgroupOf(container))].map((cgroup) => ({
      path: `sys/fs/cgroup${cgroup}/cpu.stat`,
      textAt: (second) => cpuStat(used(second)),
    }));
  });
  const processes = range(SIZE.containers).flatMap((container) =>
    range(SIZE.processesEach).map((each): LivingFile => {
      const pid = pidOf(container, each);
      return {
        path: `proc/${pid}/stat`,
        textAt: (second) =>
          `${pid} (python (rank ${each})) S 1 ${pid} ${pid} 0 -1 4194560 1 0 0 0 ${String(second * 3).padStart(12, '0')} 0 0 0 20 0 8 0 4711 1000000 2000\n`,
      };
    }),
  );
  const node: LivingFile = {
    path: 'proc/stat',
    textAt: (second) => `cpu  ${ticks(second * 1800)} 0 0 ${ticks(second * 4600)} 0 0 0 0 0 0\nctxt 1\n`,
  };
  return [...zones, ...containers, ...processes, node];
}

function cgroupOf(container: number): string {
  const pod = `${String(container).padStart(8, '0')}_0000_4000_8000_000000000000`;
  const id = String(container).padStart(64, 'a');
  return `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${pod}.slice/cri-containerd-${id}.scope`;
}

export function pidOf(container: number, each: number): number {
  return FIRST_PID + container * SIZE.processesEach + each;
}

function powercap(each: number, child?: number): string {
  return `sys/class/powercap/intel-rapl:${each}${child === undefined ? '' : `:${child}`}`;
}

/** As the kernel writes it where the controllers `cpu` and bandwidth are on (kernel documentation, cgroup-v2, cpu.stat). */
function cpuStat(used: number): string {
  const rest = ['nr_periods', 'nr_throttled', 'throttled_usec', 'nr_bursts', 'burst_usec'].map((name) => `${name} 0\n`);
  return `usage_usec ${padded(used)}user_usec ${padded(used)}system_usec ${padded(0)}nice_usec ${padded(0)}${rest.join('')}`;
}

/** Always as long, so that a file which is written in place never holds the end of an older text. */
function padded(count: number): string {
  return `${String(count).padStart(18, '0')}\n`;
}

function ticks(count: number): string {
  return String(count).padStart(12, '0');
}

function range(length: number): number[] {
  return Array.from({ length }, (_, each) => each);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
