import { join } from 'node:path';

import type { ProcessUse } from '../look.ts';
import type { CardUse } from './card-use.ts';
import { countIn, KeptFiles } from './kept-files.ts';
import { Searched } from './searched.ts';
import { maybeText, namesIn } from './small-file.ts';

/** A compute device of AMD: its number in the compute driver, and where it sits. */
interface ComputeDevice {
  readonly gpuId: string;
  readonly pciAddress: string;
}

const KFD = 'sys/class/kfd/kfd';
const PROCESS = /^\d+$/;

/**
 * Who computes on which card, by the compute driver (ROCm): `proc/<pid>/stats_<gpu id>/cu_occupancy` is the number of compute
 * units that a process holds at this moment (kernel commit f2fa07b39faf). Where all hold none just now, those who have the
 * device open share alike.
 */
export function kfdUse(root: string, deadlineMs: number): CardUse {
  const files = new KeptFiles(deadlineMs);
  const devices = new Searched(() => findDevices(join(root, KFD, 'topology/nodes')));
  return {
    async read(runningMs) {
      const known = await devices.at(runningMs);
      if (known.length === 0) return new Map();
      const folder = join(root, KFD, 'proc');
      const pids = (await namesIn(folder)).filter((name) => PROCESS.test(name));
      const file = (pid: string, { gpuId }: ComputeDevice) => join(folder, pid, `stats_${gpuId}`, 'cu_occupancy');
      const paths = known.flatMap((device) => pids.map((pid) => file(pid, device)));
      files.keepOnly(paths);
      const answers = await files.read(paths);
      const usesOf = (device: ComputeDevice) =>
        pids.flatMap((pid): ProcessUse[] => {
          const weight = countIn(answers.get(file(pid, device)));
          return weight === undefined ? [] : [{ pid: Number(pid), weight }];
        });
      const byCard = Map.groupBy(known, ({ pciAddress }) => pciAddress);
      return new Map([...byCard].map(([card, parts]) => [card, alikeWhereNone(parts.flatMap(usesOf))]));
    },
    close() {
      files.close();
      devices.close();
    },
  };
}

function alikeWhereNone(uses: readonly ProcessUse[]): readonly ProcessUse[] {
  return uses.some(({ weight }) => weight > 0n) ? uses : uses.map(({ pid }) => ({ pid, weight: 1n }));
}

/**
 * Partitions of one chip (MI300X as two, four or eight) stand at functions of its slot that are none: the kernel writes their numbers
 * there (kfd_topology.c). What they do is done on the card at function 0.
 */
async function findDevices(nodes: string): Promise<ComputeDevice[]> {
  const found = (await Promise.all((await namesIn(nodes)).map((node) => findDevice(join(nodes, node))))).flat();
  const addresses = new Set(found.map(({ pciAddress }) => pciAddress));
  return found.map((device) => {
    const whole = device.pciAddress.replace(/[1-7]$/, '0');
    return addresses.has(whole) ? { ...device, pciAddress: whole } : device;
  });
}

/** Processors stand among the nodes with the number 0. */
async function findDevice(node: string): Promise<ComputeDevice[]> {
  const [gpuId, properties] = await Promise.all([maybeText(join(node, 'gpu_id')), maybeText(join(node, 'properties'))]);
  const property = (name: string) => new RegExp(`^${name} (\\d+)$`, 'm').exec(properties ?? '')?.[1];
  const [location, domain] = [property('location_id'), property('domain')];
  if (!gpuId || gpuId === '0' || location === undefined) return [];
  return [{ gpuId, pciAddress: addressOf(Number(domain ?? 0), Number(location)) }];
}

/** `location_id` is the bus in its higher byte, then five bits of the device and three of the function (kfd_topology.c). */
function addressOf(domain: number, location: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return `${hex(domain, 4)}:${hex((location >> 8) & 0xff, 2)}:${hex((location >> 3) & 0x1f, 2)}.${location & 7}`;
}
