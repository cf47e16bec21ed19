import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { hostTree, zone } from './host-tree.ts';

const COUNTER = 'sys/class/powercap/intel-rapl:0/energy_uj';
const UNIT = 'sys/fs/cgroup/system.slice/llm.service/cpu.stat';
const WATTS = 60;
const DIGITS = 16;

/** A made-up host whose package draws 60 W while `draw` is called: its service was busy a quarter of the time. */
export class LivingHost {
  readonly root: string;
  #microjoules = 1_000_000_000;
  #busyMs = 0;
  #files: readonly number[];

  constructor(root: string) {
    this.root = hostTree(root, {
      'proc/sys/kernel/hostname': 'node-1',
      'proc/sys/kernel/random/boot_id': '6f1c3a52-0000-4000-8000-000000000001',
      'proc/stat': this.#stat(),
      [UNIT]: this.#usage(),
      'sys/fs/cgroup/cgroup.controllers': 'cpu',
      ...zone('intel-rapl:0', 'package-0', this.#counter()),
    });
    this.#files = [COUNTER, UNIT, 'proc/stat'].map((path) => openSync(join(root, path), 'r+'));
  }

  /** Everything that the package has drawn since it began, in microjoules. */
  get drawn(): bigint {
    return BigInt(this.#microjoules - 1_000_000_000);
  }

  /** Time passes on the host. Texts keep their length and are written in place, so that a reader never sees half a number. */
  draw(ms: number): void {
    this.#microjoules += WATTS * ms * 1000;
    this.#busyMs += ms / 4;
    const texts = [this.#counter(), this.#usage(), this.#stat()];
    for (const [index, file] of this.#files.entries()) writeSync(file, texts[index] ?? '', 0);
  }

  close(): void {
    for (const file of this.#files) closeSync(file);
  }

  #counter(): string {
    return String(this.#microjoules).padStart(DIGITS, '0');
  }

  #usage(): string {
    return `usage_usec ${String(Math.round(this.#busyMs * 500)).padStart(DIGITS, '0')}`;
  }

  #stat(): string {
    const ticks = (ms: number) => String(Math.round(ms / 10)).padStart(DIGITS, '0');
    return `cpu  ${ticks(this.#busyMs)} 0 0 ${ticks(this.#busyMs * 3)} 0 0 0 0 0 0`;
  }
}
