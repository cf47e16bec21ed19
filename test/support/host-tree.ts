import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files of a made-up host by their path below its root: `{ 'proc/stat': 'cpu  1 0 …' }`. */
export type HostFiles = Readonly<Record<string, string>>;

/** Files of one powercap zone. */
export function zone(
  folder: string,
  name: string,
  energy: number | string,
  range: number | string = 262_143_328_850,
): HostFiles {
  const path = `sys/class/powercap/${folder}`;
  return {
    [`${path}/name`]: name,
    [`${path}/energy_uj`]: String(energy),
    [`${path}/max_energy_range_uj`]: String(range),
  };
}

/** Writes the files below `root`, and gives `root`; whatever stood there before is gone. */
export function hostTree(root: string, files: HostFiles): string {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return root;
}
