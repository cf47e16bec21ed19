import { join } from 'node:path';

import { countIn, type FileAnswer, type KeptFiles } from './kept-files.ts';
import { namesIn } from './small-file.ts';

/** A counter to be read. `domain` is its name in the records: `package-0`, `package-0-die-1/dram`. */
export interface Zone {
  readonly energyFile: string;
  readonly domain: string;
  readonly component: 'cpu' | 'memory';
  /** Where the counter starts again, in microjoules; 0 where the kernel does not say. */
  readonly rangeMicrojoules: bigint;
  /** More than this it cannot draw. */
  readonly powerLimitWatts: number;
}

const FOLDER = /^intel-rapl(?<mmio>-mmio)?:(?<parent>[0-9a-z]+)(?::(?<child>[0-9a-z]+))?$/;
/** The kernel writes `package-0`, and `package-0-die-1` where a package holds several dies (intel_rapl_common.c). */
const PACKAGE = /^package-\d+/;
/** Files that state what the zone may draw; the short-term limit is the higher one (Documentation/power/powercap/powercap.rst). */
const LIMITS = ['constraint_0_max_power_uw', 'constraint_0_power_limit_uw', 'constraint_1_power_limit_uw'] as const;
const READ_ONCE = ['name', 'max_energy_range_uj', ...LIMITS] as const;
/** Twice the largest processor package of 2026 (500 W): what is above was a reset of the counter. */
const MOST_WATTS = 1000;
/** A limit stated too low would call true energy implausible; at this one a reset is still told from a wrap. */
const LEAST_WATTS = 100;
const MICROWATTS_PER_WATT = 1e6;

interface Found {
  readonly zone: string;
  readonly name: string;
  readonly isMmio: boolean;
  readonly parent: string | undefined;
  readonly told: (file: (typeof READ_ONCE)[number]) => bigint | undefined;
}

/**
 * Packages and their memory below a powercap folder; none where there are no such counters.
 *
 * Zones are told by their names, since their numbers differ from machine to machine. Cores and graphics are part of their
 * package, `psys` holds the packages, and `intel-rapl-mmio` shows the same package a second time: none is read beside it.
 */
export async function findZones(powercap: string, files: KeptFiles): Promise<Zone[]> {
  const names = await namesIn(powercap);
  const answers = await files.read(names.flatMap((zone) => READ_ONCE.map((file) => join(powercap, zone, file))));
  const found = names.flatMap((zone) => maybeFound(zone, (file) => answers.get(join(powercap, zone, file))));
  const wanted = found.filter(({ name }) => PACKAGE.test(name) || name === 'dram');
  const single = wanted.filter((zone) => !isTwin(zone, wanted, found));
  return single.map((zone) => ({
    energyFile: join(powercap, zone.zone, 'energy_uj'),
    domain: domainOf(zone, single, found),
    component: zone.name === 'dram' ? 'memory' : 'cpu',
    rangeMicrojoules: zone.told('max_energy_range_uj') ?? 0n,
    powerLimitWatts: powerLimitOf(zone),
  }));
}

function maybeFound(zone: string, answer: (file: string) => FileAnswer | undefined): Found[] {
  const parts = FOLDER.exec(zone)?.groups;
  const named = answer('name');
  if (!parts || !named || !('text' in named)) return [];
  const { mmio, parent, child } = parts;
  return [
    {
      zone,
      name: named.text,
      isMmio: mmio !== undefined,
      parent: child && `intel-rapl${mmio ?? ''}:${parent}`,
      told: (file) => countIn(answer(file)),
    },
  ];
}

/** An mmio zone stands only where no other zone shows the same part of the same package. */
function isTwin(zone: Found, wanted: readonly Found[], all: readonly Found[]): boolean {
  return zone.isMmio && wanted.some((other) => !other.isMmio && pathOf(other, all) === pathOf(zone, all));
}

function pathOf({ name, parent }: Found, all: readonly Found[]): string {
  const above = all.find(({ zone }) => zone === parent)?.name;
  return above === undefined ? name : `${above}/${name}`;
}

/** `package-0/dram`; with the zone's number where the kernel gives one name to several counters. */
function domainOf(zone: Found, wanted: readonly Found[], all: readonly Found[]): string {
  const path = pathOf(zone, all);
  const isAlone = wanted.every((other) => other.zone === zone.zone || pathOf(other, all) !== path);
  return isAlone ? path : `${path} (${zone.zone})`;
}

/** Limits are passed for moments at a time: twice the highest is not. Unlimited ones are written as thousands of watts. */
function powerLimitOf({ told }: Found): number {
  const most = Math.max(...LIMITS.map((file) => Number(told(file) ?? 0n)));
  if (most === 0) return MOST_WATTS;
  return Math.min(Math.max((2 * most) / MICROWATTS_PER_WATT, LEAST_WATTS), MOST_WATTS);
}
