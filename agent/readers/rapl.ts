import { join } from 'node:path';

import type { DeviceReading } from '../look.ts';
import { countIn, KeptFiles } from './kept-files.ts';
import type { Sensor } from './sensor.ts';
import { maybeText, namesIn } from './small-file.ts';

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

/** 95 % half-width of RAPL against a meter at the socket (docs/methods/uncertainty.md). */
const U95 = 0.05;
/** Zones come and go with the driver, rarely: they are looked for this often. */
const SEARCH_MS = 60_000;

interface Zone {
  readonly zone: string;
  readonly name: string;
  readonly domain: string;
}

/**
 * Every processor package and its memory under `/sys/class/powercap`; none where the host has no such counters.
 *
 * Zones are told by their names, since their numbers differ from machine to machine. Cores and graphics are part of their
 * package, `psys` holds the packages, and `intel-rapl-mmio` shows the same package a second time: none is read beside it.
 */
export function raplSensor(root: string): Sensor {
  const powercap = join(root, 'sys/class/powercap');
  const files = new KeptFiles();
  let zones: readonly Zone[] = [];
  let searchAt = Number.NEGATIVE_INFINITY;
  return {
    async read({ runningMs }) {
      if (runningMs >= searchAt) {
        zones = await findZones(powercap);
        searchAt = runningMs + SEARCH_MS;
      }
      return readZones(powercap, zones, files);
    },
    close: () => files.close(),
  };
}

async function findZones(powercap: string): Promise<Zone[]> {
  const found = (await Promise.all((await namesIn(powercap)).map((zone) => findZone(powercap, zone)))).flat();
  const wanted = found.filter(({ name }) => PACKAGE.test(name) || name === 'dram').filter(isFirstOfItsName);
  return wanted.map((zone) => ({ zone: zone.zone, name: zone.name, domain: domainOf(zone, wanted, found) }));
}

async function readZones(powercap: string, zones: readonly Zone[], files: KeptFiles): Promise<DeviceReading[]> {
  const path = (zone: string, file: string) => join(powercap, zone, file);
  const answers = await files.read(
    zones.flatMap(({ zone }) =>
      ['energy_uj', 'max_energy_range_uj', 'constraint_0_max_power_uw'].map((file) => path(zone, file)),
    ),
  );
  return zones.map(({ zone, name, domain }): DeviceReading => {
    const energy = countIn(answers.get(path(zone, 'energy_uj')));
    const most = countIn(answers.get(path(zone, 'constraint_0_max_power_uw')));
    return {
      component: name === 'dram' ? 'memory' : 'cpu',
      domain,
      method: 'rapl',
      basis: 'measured',
      u95Ratio: U95,
      // Linux lets nobody but root read it since 5.10.
      counter:
        energy === undefined
          ? undefined
          : {
              energyMicrojoules: energy,
              rangeMicrojoules: countIn(answers.get(path(zone, 'max_energy_range_uj'))) ?? 0n,
            },
      gap: 'counter-not-readable',
      // The limit of long load is passed for seconds at a time: twice of it is not.
      powerLimitWatts: most ? (2 * Number(most)) / MICROWATTS_PER_WATT : POWER_LIMIT_WATTS,
      use: 'cpu-time',
    };
  });
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
