import { join } from 'node:path';

import { countIn, type FileAnswer, type KeptFiles } from './kept-files.ts';
import { namesIn } from './small-file.ts';

/** How the cards of one maker show themselves below `/sys/class/drm`. */
export interface CardKind {
  readonly drivers: readonly string[];
  /** Words of the records: `amdgpu` gives the domain `amdgpu-0000:03:00.0` and the methods `amdgpu-energy` and `amdgpu-power`. */
  readonly prefix: string;
  readonly vendor: string;
  /** Files of the hardware monitor, the better first: a counter in microjoules, the power in microwatts, what it may draw. */
  readonly energyFiles: readonly string[];
  readonly powerFiles: readonly string[];
  readonly limitFiles: readonly string[];
  /** Cards without a counter are a gap; else they are graphics within a processor package, whose counter holds them. */
  readonly isGapWithoutCounter: boolean;
}

/** One card as it was found. */
export interface Card {
  readonly domain: string;
  readonly pciAddress: string;
  readonly model: string | undefined;
  /** Where its energy is read; `undefined` where it shows none. */
  readonly energyFile: string | undefined;
  readonly powerFile: string | undefined;
  readonly busyFile: string;
  readonly powerLimitWatts: number;
}

const CARD = /^card\d+$/;
/** Twice an accelerator module of 2026 (1400 W): above it a counter was reset. */
const MOST_WATTS = 2800;
const MICROWATTS_PER_WATT = 1e6;
/** The name of a voltage that only amdgpu's processors with graphics have (drivers/gpu/drm/amd/pm/amdgpu_pm.c): their package counts it. */
const WITHIN_A_PACKAGE = 'vddnb';
const DEVICE_FILES = ['uevent', 'unique_id', 'product_name'] as const;

/** The cards of a kind, in the order of the kernel; none where there are no such cards. */
export async function findCards(drm: string, kind: CardKind, files: KeptFiles): Promise<Card[]> {
  const devices = (await namesIn(drm)).filter((name) => CARD.test(name)).map((name) => join(drm, name, 'device'));
  const cards = (await Promise.all(devices.map((device) => findCard(device, kind, files)))).flat();
  return cards.map((card) => ({ ...card, domain: `${kind.prefix}-${nameOf(card, cards)}` }));
}

/** The chip's own number, which it keeps in another slot; the slot where it has none or shares it, as parts of one chip do. */
function nameOf({ pciAddress, uniqueId }: Found, all: readonly Found[]): string {
  const isOwn = /[1-9a-f]/.test(uniqueId) && all.filter((other) => other.uniqueId === uniqueId).length === 1;
  return isOwn ? uniqueId : pciAddress;
}

type Found = Omit<Card, 'domain'> & { readonly uniqueId: string };

async function findCard(device: string, kind: CardKind, files: KeptFiles): Promise<Found[]> {
  const told = await textsOf(device, DEVICE_FILES, files);
  const { driver, pciAddress } = maybeDriver(told('uevent'));
  if (!driver || !pciAddress || !kind.drivers.includes(driver)) return [];
  const monitor = await findMonitor(device, kind, files);
  if (!monitor && !kind.isGapWithoutCounter) return [];
  if (monitor?.isWithinPackage) return [];
  return [
    {
      uniqueId: told('unique_id') ?? '',
      pciAddress,
      model: told('product_name') || undefined,
      energyFile: monitor?.energyFile,
      powerFile: monitor?.powerFile,
      busyFile: join(device, 'gpu_busy_percent'),
      powerLimitWatts: monitor?.powerLimitWatts ?? MOST_WATTS,
    },
  ];
}

/** `DRIVER=amdgpu` and `PCI_SLOT_NAME=0000:09:00.0` of a device's uevent. */
function maybeDriver(uevent = ''): { driver: string | undefined; pciAddress: string | undefined } {
  return {
    driver: /^DRIVER=(.+)$/m.exec(uevent)?.[1],
    pciAddress: /^PCI_SLOT_NAME=([0-9a-f:.]+)$/im.exec(uevent)?.[1],
  };
}

async function findMonitor(device: string, kind: CardKind, files: KeptFiles) {
  const folder = join(device, 'hwmon');
  const monitors = await Promise.all(
    (await namesIn(folder)).map((name) => readMonitor(join(folder, name), kind, files)),
  );
  return monitors.flat()[0];
}

async function readMonitor(folder: string, kind: CardKind, files: KeptFiles) {
  const { energyFiles, powerFiles, limitFiles, drivers } = kind;
  const names = ['name', 'in1_label', ...energyFiles, ...powerFiles, ...limitFiles];
  const answers = await files.read(names.map((name) => join(folder, name)));
  const answer = (name: string) => answers.get(join(folder, name));
  // Beside a card's monitor stand those of its parts: `i915_gt0`.
  if (!drivers.includes(textOf(answer('name')) ?? '')) return [];
  const present = (name: string) => isPresent(answer(name));
  const [energy, power] = [energyFiles.find(present), powerFiles.find(present)];
  if (!energy && !power) return [];
  const most = Math.max(0, ...limitFiles.map((name) => Number(countIn(answer(name)) ?? 0n)));
  return [
    {
      energyFile: energy && join(folder, energy),
      powerFile: power && join(folder, power),
      isWithinPackage: textOf(answer('in1_label')) === WITHIN_A_PACKAGE,
      powerLimitWatts: most > 0 ? Math.min((2 * most) / MICROWATTS_PER_WATT, MOST_WATTS) : MOST_WATTS,
    },
  ];
}

async function textsOf(folder: string, names: readonly string[], files: KeptFiles) {
  const answers = await files.read(names.map((name) => join(folder, name)));
  return (name: string) => textOf(answers.get(join(folder, name)));
}

function textOf(answer: FileAnswer | undefined): string | undefined {
  return answer && 'text' in answer ? answer.text : undefined;
}

/** A file that may not be read or is slow is there all the same. */
function isPresent(answer: FileAnswer | undefined): boolean {
  return answer !== undefined && !('fault' in answer && answer.fault === 'absent');
}
