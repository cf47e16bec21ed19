import type { CounterReading } from '../../counter.ts';
import type { DeviceReading, Moment } from '../../look.ts';
import { PowerIntegral } from '../power-integral.ts';
import { CounterCheck } from './counter-check.ts';
import { type Answer, type Driver, type MigDevice, maybeValue } from './driver.ts';
import { idleWattsOf, isWholeModule, powerLimitOf } from './models.ts';
import { choosePower, isCounterInFields, type PowerSource, readBoth, readMilliwatts } from './power-source.ts';
import { endsSession, gapOf, isAbsent, RETURN } from './return-codes.ts';
import type { KnownUse } from './use.ts';
import { Users } from './users.ts';

/** What a GPU must know of the host and of the settings. */
export interface GpuContext {
  readonly root: string;
  readonly idleWatts: (uuid: string) => number | undefined;
  readonly instanceActivity: (uuid: string, gpuInstance: number) => number | undefined;
}

export interface GpuName {
  readonly uuid: string;
  readonly model: string;
}

/** One look at all GPUs, and whether it is over before they were through. */
export interface Round {
  readonly moment: Moment;
  isLate: boolean;
}

const MICROJOULES_PER_MILLIJOULE = 1000n;
const MICROWATTS_PER_MILLIWATT = 1000;
const MILLIWATTS_PER_WATT = 1000;

/**
 * 95 % half-widths against a meter at the board (docs/agent/gpus.md): of four recorded runs the worst is 6.8 % off with every
 * value of the sensor that the counter sums up, and 7.9 % off with one value a second.
 */
const U95 = { counter: 0.08, power: 0.1 } as const;

/** One NVIDIA GPU: what the driver told of it, and what follows. */
export class Gpu {
  readonly name: GpuName;
  readonly #context: GpuContext;
  readonly #users: Users;
  readonly #integral = new PowerIntegral();
  readonly #check = new CounterCheck();
  #handle = 0n;
  #migDevices: readonly MigDevice[] | undefined;
  #hasCounter = true;
  #isCounterInFields = false;
  #source: PowerSource = { from: 'usage', isPartOfModule: false };
  #powerLimitWatts: number;
  #leastIdleWatts: number | undefined;
  #milliwatts: number | undefined;
  #energy: Answer<CounterReading> = { code: RETURN.uninitialized };
  #energyAt = Number.NEGATIVE_INFINITY;
  #use: KnownUse = { use: 'unknown', quality: [] };
  #useAt = Number.NEGATIVE_INFINITY;

  constructor(name: GpuName, context: GpuContext) {
    this.name = name;
    this.#context = context;
    this.#users = new Users(context.root);
    this.#powerLimitWatts = powerLimitOf(name.model, undefined);
  }

  /** When it last answered, by the running clock: whoever waited longest is asked first. */
  get answeredAt(): number {
    return this.#energyAt;
  }

  /** Asks for what seldom changes: after the driver began anew, and from time to time. */
  async identify(driver: Driver, handle: bigint): Promise<void> {
    this.#handle = handle;
    this.#migDevices = await driver.migDevices(handle);
    const source = await choosePower(driver, handle, this.name.model);
    // Once it was seen to be part of a module it stays one, also when both happen to draw alike.
    this.#source = { ...source, isPartOfModule: source.isPartOfModule || this.#source.isPartOfModule };
    this.#powerLimitWatts = powerLimitOf(this.name.model, maybeValue(await driver.limitMilliwatts(handle)));
    const counter = await driver.energyMillijoules(handle);
    this.#hasCounter = !('code' in counter && isAbsent(counter.code));
    this.#isCounterInFields = await isCounterInFields(driver, handle, counter, this.#powerLimitWatts);
  }

  /** Reads counter and power. Gives the code that ends the session with the driver, if one does. */
  async readEnergy(driver: Driver, round: Round): Promise<number | undefined> {
    const { counter, power } = await this.#readMeters(driver);
    // What comes late is of another moment than the one it was asked for.
    if (!round.isLate) this.#keep(counter, power, round.moment.runningMs);
    const code = 'code' in counter ? counter.code : RETURN.success;
    return endsSession(code) ? code : undefined;
  }

  /** Reads who used it. */
  async readUse(driver: Driver, round: Round): Promise<void> {
    if (this.#migDevices) await this.#users.readInstances(driver, this.#migDevices);
    else await this.#users.readWhole(driver, this.#handle, round.moment.readAt);
    if (round.isLate) return;
    this.#useAt = round.moment.runningMs;
    if (this.#users.isFree && this.#milliwatts)
      this.#leastIdleWatts = Math.min(
        this.#leastIdleWatts ?? Number.POSITIVE_INFINITY,
        this.#milliwatts / MILLIWATTS_PER_WATT,
      );
  }

  /** Its reading at a moment: a gap where the driver did not answer for it, or where there is no driver. */
  reading({ runningMs }: Moment, driverGap: string | undefined): DeviceReading {
    const energy = this.#energyAt === runningMs && driverGap === undefined ? this.#energy : undefined;
    const counter = energy && maybeValue(energy);
    const { use, quality } = counter ? this.#takeUse(runningMs) : this.#use;
    const ratio = this.#check.ratio();
    return {
      component: 'gpu',
      domain: this.name.uuid,
      ...this.#method(),
      basis: 'measured',
      counter,
      ...(!counter && { gap: driverGap ?? gapFrom(energy) }),
      powerLimitWatts: this.#powerLimitWatts,
      idlePowerWatts: this.#idleWatts(),
      use,
      quality: [...quality, ...this.#remarks()],
      ...(isWholeModule(this.name.model) && { covers: ['cpu', 'memory'] }),
      vendor: 'NVIDIA',
      model: this.name.model,
      ...(ratio !== undefined && { counterToPowerRatio: ratio }),
    };
  }

  async #readMeters(driver: Driver): Promise<{ counter: Answer<bigint>; power: Answer<number> }> {
    const { from } = this.#source;
    if (this.#isCounterInFields && typeof from === 'object') return readBoth(driver, this.#handle, from);
    const counter = await this.#readCounter(driver);
    return { counter, power: await readMilliwatts(driver, this.#handle, from) };
  }

  async #readCounter(driver: Driver): Promise<Answer<bigint>> {
    if (!this.#hasCounter) return { code: RETURN.notSupported };
    const answer = await driver.energyMillijoules(this.#handle);
    if ('code' in answer && isAbsent(answer.code)) this.#hasCounter = false;
    return answer;
  }

  #keep(counter: Answer<bigint>, power: Answer<number>, runningMs: number): void {
    this.#milliwatts = maybeValue(power);
    if (this.#milliwatts !== undefined)
      this.#integral.add(BigInt(this.#milliwatts * MICROWATTS_PER_MILLIWATT), runningMs);
    const counted: Answer<CounterReading> = 'value' in counter ? { value: counterOf(counter.value) } : counter;
    if ('value' in counted && this.#milliwatts !== undefined)
      this.#check.add(counted.value, this.#integral.counter(), runningMs);
    this.#energy = this.#isByCounter() ? counted : this.#integrated(power);
    this.#energyAt = runningMs;
  }

  /** A counter of unknown scope is not used: the power of the GPU alone is never counted twice beside its processor. */
  #isByCounter(): boolean {
    return this.#hasCounter && !this.#source.isPartOfModule;
  }

  #integrated(power: Answer<number>): Answer<CounterReading> {
    if ('code' in power) return power;
    const value = this.#integral.counter();
    return value ? { value } : { code: RETURN.notSupported };
  }

  #method(): Pick<DeviceReading, 'method' | 'u95Ratio'> {
    return this.#isByCounter()
      ? { method: 'nvml-counter', u95Ratio: U95.counter }
      : { method: 'nvml-power', u95Ratio: U95.power };
  }

  /** What was done belongs to the energy that is told with it, also across a gap; where it came late, the use before stands in. */
  #takeUse(runningMs: number): KnownUse {
    if (this.#useAt !== runningMs) return { ...this.#use, quality: [...this.#use.quality, 'use-of-earlier-look'] };
    this.#use = this.#migDevices
      ? this.#users.useOfInstances((id) => this.#context.instanceActivity(this.name.uuid, id))
      : this.#users.takeWhole();
    return this.#use;
  }

  #idleWatts(): number | undefined {
    const { uuid, model } = this.name;
    return this.#context.idleWatts(uuid) ?? this.#leastIdleWatts ?? idleWattsOf(model);
  }

  #remarks(): string[] {
    return [
      ...(isWholeModule(this.name.model) ? ['module-scope'] : []),
      ...(this.#source.isPartOfModule ? ['counter-scope-unknown'] : []),
      ...(this.#check.isDoubtful() ? ['counter-and-power-disagree'] : []),
    ];
  }
}

function gapFrom(energy: Answer<CounterReading> | undefined): string {
  return energy && 'code' in energy ? gapOf(energy.code) : 'driver-not-answering';
}

/** It does not wrap: 64 bits of millijoules outlast the device. A fall is a driver loaded anew or a GPU that was reset. */
function counterOf(millijoules: bigint): CounterReading {
  return { energyMicrojoules: millijoules * MICROJOULES_PER_MILLIJOULE, rangeMicrojoules: 0n };
}
