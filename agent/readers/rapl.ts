import { join } from 'node:path';

import type { CounterReading } from '../counter.ts';
import { maybeCount, maybeText, namesIn } from './small-file.ts';

/** One counter of a processor package or of its memory. */
export interface RaplZone {
  readonly component: 'cpu' | 'memory';
  /** `package-0`, `package-1`, `package-0/dram`: the kernel's own names. */
  readonly domain: string;
  /** `undefined` where the counter is there but cannot be read, as for everyone but root since Linux 5.10. */
  readonly counter: CounterReading | undefined;
  readonly powerLimitWatts: number;
}

const ZONE = /^intel-rapl(?<mmio>-mmio)?:(?<parent>[0-9a-z]+)(?::(?<child>[0-9a-z]+))?$/;
const PACKAGE = /^package-\d+/;
/** Twice the largest processor package of 2026 (500 W): what is above was a reset of the counter. */
const POWER_LIMIT_WATTS = 1000;
const MICROWATTS_PER_WATT = 1e6;

interface Found {
  readonly zone: string;
  readonly name: string;
  readonly isMmio: boolean;
  readonly parent: string | undefined;
}

/**
 * Reads every processor package and its memory under `/sys/class/powercap`; none where the host has no such counters.
 *
 * Zones are told by their names, since their numbers differ from machine to machine. Cores and graphics are part of their
 * package, `psys` holds the packages, and `intel-rapl-mmio` shows the same package a second time: none is read beside it.
 */
export async function readRapl(root: string): Promise<RaplZone[]> {
  const powercap = join(root, 'sys/class/powercap');
  const found = (await Promise.all((await namesIn(powercap)).map((zone) => findZone(powercap, zone)))).flat();
  const wanted = found.filter(({ name }) => PACKAGE.test(name) || name === 'dram').filter(isFirstOfItsName);
  return Promise.all(wanted.map((zone) => readZone(powercap, zone, domainOf(zone, wanted, found))));
}

async function findZone(powercap: string, zone: string): Promise<Found[]> {
  const parts = ZONE.exec(zone)?.groups;
  const name = await maybeText(join(powercap, zone, 'name'));
  if (!parts || !name) return [];
  const { mmio, parent, child } = parts;
  return [{ zone, name, isMmio: mmio !== undefined, parent: child && `intel-rapl${mmio ?? ''}:${parent}` }];
}

/** An mmio zone stands only where no other zone has its name; several dram zones have one name and different packages. */
function isFirstOfItsName({ name, isMmio }: Found, _: number, all: readonly Found[]): boolean {
  return !isMmio || !all.some((other) => !other.isMmio && other.name === name);
}

/** `package-0/dram`; with the zone's number where the kernel gives one name to several counters. */
function domainOf({ zone, name, parent }: Found, wanted: readonly Found[], all: readonly Found[]): string {
  const isAlone = wanted.every((other) => other.zone === zone || other.name !== name || other.parent !== parent);
  const above = all.find((other) => other.zone === parent)?.name;
  return [above, isAlone ? name : `${name} (${zone})`].filter((part) => part !== undefined).join('/');
}

async function readZone(powercap: string, { zone, name }: Found, domain: string): Promise<RaplZone> {
  const folder = join(powercap, zone);
  const [energy, range, most] = await Promise.all([
    maybeCount(join(folder, 'energy_uj')),
    maybeCount(join(folder, 'max_energy_range_uj')),
    maybeCount(join(folder, 'constraint_0_max_power_uw')),
  ]);
  return {
    component: name === 'dram' ? 'memory' : 'cpu',
    domain,
    counter: energy === undefined ? undefined : { energyMicrojoules: energy, rangeMicrojoules: range ?? 0n },
    // The limit of long load is passed for seconds at a time: twice of it is not.
    powerLimitWatts: most ? (2 * Number(most)) / MICROWATTS_PER_WATT : POWER_LIMIT_WATTS,
  };
}
