import { type Answer, type Driver, type Field, maybeValue } from './driver.ts';
import { isWholeModule } from './models.ts';
import { RETURN } from './return-codes.ts';

/** Where the power of a GPU is read. */
export interface PowerSource {
  /** `usage` is nvmlDeviceGetPowerUsage, which knows no scope; `undefined` where no power belongs to the energy. */
  readonly from: Field | 'usage' | undefined;
  /** The GPU is part of a module that draws more than it: nothing says which of the two its energy counter counts. */
  readonly isPartOfModule: boolean;
}

/**
 * NVML_FI_DEV_POWER_AVERAGE before NVML_FI_DEV_POWER_INSTANT: an average over one second holds what happened between two
 * looks. Drivers and boards that have neither are asked for the power usage.
 */
const FIELDS = [185, 186];
/** NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION, in millijoules. */
const ENERGY: Field = { field: 83, scope: 0 };
const BETWEEN_CALLS_MS = 10_000;
const NOT_SUPPORTED = { code: RETURN.notSupported } as const;
const SCOPE = { gpu: 0, module: 1 } as const;
/** A processor that does nothing draws more than a twentieth of what its GPU does. */
const MODULE_OVER_GPU = 1.05;

const ASKED: readonly Field[] = [SCOPE.gpu, SCOPE.module].flatMap((scope) => FIELDS.map((field) => ({ field, scope })));

/** Finds the power that counts the same as the energy counter: the module's where that is known to count the module. */
export async function choosePower(driver: Driver, handle: bigint, model: string): Promise<PowerSource> {
  const answers = await driver.fields(handle, ASKED);
  const said = ASKED.flatMap((field, index) => ({ field, milliwatts: milliwattsOf(answers[index]) ?? 0 }));
  const gpu = said.find(({ field, milliwatts }) => field.scope === SCOPE.gpu && milliwatts > 0);
  const module = said.find(({ field, milliwatts }) => field.scope === SCOPE.module && milliwatts > 0);
  if (isWholeModule(model)) return { from: module?.field, isPartOfModule: false };
  const isPartOfModule = gpu && module ? module.milliwatts > MODULE_OVER_GPU * gpu.milliwatts : false;
  return { from: gpu?.field ?? 'usage', isPartOfModule };
}

/** The power of a device in milliwatts, from where it was found to be told. */
export async function readMilliwatts(
  driver: Driver,
  handle: bigint,
  from: PowerSource['from'],
): Promise<Answer<number>> {
  if (from === 'usage') return driver.usageMilliwatts(handle);
  const [answer = NOT_SUPPORTED] = from ? await driver.fields(handle, [from]) : [];
  return answer;
}

/** Energy in millijoules and power in milliwatts by one call instead of two: every call costs a turn of two threads. */
export async function readBoth(driver: Driver, handle: bigint, from: Field) {
  const [energy = NOT_SUPPORTED, power = NOT_SUPPORTED] = await driver.fields(handle, [ENERGY, from]);
  const counter: Answer<bigint> = 'value' in energy ? { value: BigInt(energy.value) } : energy;
  return { counter, power };
}

/** Whether the field of the energy counter says what its function said just before: a little more, and not by much. */
export async function isCounterInFields(
  driver: Driver,
  handle: bigint,
  counter: Answer<bigint>,
  powerLimitWatts: number,
): Promise<boolean> {
  const [field = NOT_SUPPORTED] = await driver.fields(handle, [ENERGY]);
  if ('code' in counter || 'code' in field) return false;
  const climbed = BigInt(field.value) - counter.value;
  // E (mJ) = P (W) × t (ms)
  return climbed >= 0n && climbed <= BigInt(Math.round(powerLimitWatts * BETWEEN_CALLS_MS));
}

function milliwattsOf(answer: Answer<number> | undefined): number | undefined {
  return answer && maybeValue(answer);
}
