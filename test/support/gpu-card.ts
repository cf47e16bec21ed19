import type { HostFiles } from './host-tree.ts';

interface Card {
  readonly index: number;
  /** PCI address. */
  readonly address: string;
  readonly driver: string;
  /** Files of its hardware monitor; none where it has none. */
  readonly monitor: HostFiles;
  readonly device: HostFiles;
}

/** Files of a graphics card below the root of a made-up host. */
export function card({ index, address, driver, monitor, device }: Card): HostFiles {
  const folder = `sys/class/drm/card${index}/device`;
  const named = (below: string, files: HostFiles) =>
    Object.entries(files).map(([name, text]) => [`${below}/${name}`, text]);
  return Object.fromEntries([
    [`${folder}/uevent`, `DRIVER=${driver}\nPCI_CLASS=38000\nPCI_SLOT_NAME=${address}`],
    ...named(folder, device),
    ...named(monitorOf(index), monitor),
  ]);
}

/** Where the hardware monitor of a card stands. */
export function monitorOf(index: number): string {
  return `sys/class/drm/card${index}/device/hwmon/hwmon${index + 3}`;
}
