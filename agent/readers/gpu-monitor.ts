import { join } from 'node:path';

import type { DeviceReading, Moment } from '../look.ts';
import type { CardUse } from './card-use.ts';
import { type Card, type CardKind, findCards } from './gpu-cards.ts';
import { countIn, type FileAnswer, isGone, KeptFiles } from './kept-files.ts';
import { PowerIntegral } from './power-integral.ts';
import { Searched } from './searched.ts';
import type { Sensor } from './sensor.ts';

/** 95 % half-widths: a counter that the firmware keeps, and power in samples (docs/agent/sensors.md says what they rest on). */
const U95 = { counter: 0.05, samples: 0.1 } as const;
const MICROWATTS_PER_WATT = 1e6;

/** The accelerators of one maker by the kernel's hardware monitor (Documentation/hwmon/sysfs-interface.rst), and who used them. */
export function gpuMonitorSensor(root: string, kind: CardKind, users: CardUse, deadlineMs: number): Sensor {
  const drm = join(root, 'sys/class/drm');
  const files = new KeptFiles(deadlineMs);
  const cards = new Searched((seek) => findCards(drm, kind, seek));
  const meters = new Map<string, CardMeter>();
  return {
    async read(moment) {
      const known = await cards.at(moment.runningMs);
      if (known.length === 0) return [];
      const [answers, use] = await Promise.all([files.read(known.flatMap(filesOf)), users.read(moment.runningMs)]);
      if (known.some((card) => isGone(answers.get(card.energyFile ?? card.powerFile ?? '')))) cards.searchAgain();
      return known.map((card) => {
        const meter = meters.get(card.domain) ?? new CardMeter();
        meters.set(card.domain, meter);
        const reading = meter.read(card, answers, moment);
        return { ...headOf(card, kind), ...reading, use: use.get(card.pciAddress) ?? 'unknown' };
      });
    },
    close() {
      files.close();
      cards.close();
      users.close();
    },
  };
}

function filesOf({ energyFile, powerFile, busyFile }: Card): string[] {
  return [energyFile, powerFile, powerFile && busyFile].filter((path) => path !== undefined);
}

function headOf({ domain, model, energyFile, powerLimitWatts }: Card, { prefix, vendor }: CardKind) {
  return {
    component: 'gpu',
    domain,
    method: `${prefix}-${energyFile ? 'energy' : 'power'}`,
    basis: 'measured',
    u95Ratio: energyFile ? U95.counter : U95.samples,
    powerLimitWatts,
    vendor,
    ...(model && { model }),
  } as const;
}

type Metered = Pick<DeviceReading, 'counter' | 'gap' | 'idlePowerWatts'>;

/** What is remembered of one card: the energy so far where it only tells its power, and the least power while it did nothing. */
class CardMeter {
  readonly #integral = new PowerIntegral();
  #idlePowerWatts: number | undefined;

  read(card: Card, answers: ReadonlyMap<string, FileAnswer>, { runningMs }: Moment): Metered {
    const { energyFile, powerFile, busyFile } = card;
    if (!energyFile && !powerFile) return { counter: undefined, gap: 'no-energy-counter' };
    const power = powerFile === undefined ? undefined : countIn(answers.get(powerFile));
    if (power !== undefined && countIn(answers.get(busyFile)) === 0n) this.#seeIdle(power);
    const idle = { idlePowerWatts: this.#idlePowerWatts };
    const energyMicrojoules = energyFile === undefined ? undefined : countIn(answers.get(energyFile));
    if (energyMicrojoules !== undefined) return { counter: { energyMicrojoules, rangeMicrojoules: 0n }, ...idle };
    const asked = answers.get(energyFile ?? powerFile ?? '');
    if (energyFile || power === undefined) return { counter: undefined, gap: gapOf(asked), ...idle };
    this.#integral.add(power, runningMs);
    return { counter: this.#integral.counter(), ...idle };
  }

  #seeIdle(microwatts: bigint): void {
    this.#idlePowerWatts = Math.min(
      Number(microwatts) / MICROWATTS_PER_WATT,
      this.#idlePowerWatts ?? Number.POSITIVE_INFINITY,
    );
  }
}

function gapOf(answer: FileAnswer | undefined): string {
  return answer && 'fault' in answer && answer.fault === 'slow' ? 'counter-slow' : 'counter-not-readable';
}
