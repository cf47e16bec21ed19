import { messageOf } from '../../../lib/landing/message.ts';
import type { DeviceReading, Moment } from '../../look.ts';
import { DEADLINE_MS, type Sensor } from '../sensor.ts';
import { Driver, maybeValue } from './driver.ts';
import { Gpu, type GpuContext, type GpuName, type Round } from './gpu.ts';
import { findLibrary, gpusOfKernel } from './host-files.ts';
import { openLibrary } from './library.ts';
import { endsSession, gapOf, RETURN } from './return-codes.ts';
import type { NvidiaSettings } from './settings.ts';

export interface NvmlOptions {
  /** Folder that holds `usr/lib` and `proc`; `/` on a host. */
  readonly root: string;
  /** Where the toolkit of a container puts the driver's library; `/` unless it is a test's. */
  readonly ownRoot?: string;
  readonly settings?: NvidiaSettings | undefined;
  /** How much of the time the engine of a GPU instance was active (0…1), where an exporter says so. */
  readonly instanceActivity?: GpuContext['instanceActivity'];
  readonly deadlineMs?: number;
}

export interface NvmlSensor extends Sensor {
  /** The driver was upgraded underneath and its new library does not work in this process: only a restart helps. */
  isRestartNeeded(): boolean;
  /** A call has not returned. Node waits for it when it ends: whoever cannot wait must be ended by SIGKILL. */
  isHanging(): boolean;
  /** What is wrong with the library, in the words of the system; `undefined` where nothing is. */
  fault(): string | undefined;
  /** Reads until the driver has answered, however long it takes to open: a first look after that misses nothing. */
  prepare(moment: Moment): Promise<void>;
}

/** GPUs come and go with the driver, rarely: they are looked for this often. */
const SEARCH_MS = 60_000;
/** So often is a driver asked for that is not there. */
const RETRY_MS = 10_000;

/**
 * NVIDIA GPUs through the driver's own library; none where there is no such driver. Calls go one after another, on a thread
 * of the pool. While one hangs, no other is begun, and the GPUs come back without a counter until it returns.
 */
export function nvmlSensor(options: NvmlOptions): NvmlSensor {
  return new NvmlReader(options);
}

class NvmlReader implements NvmlSensor {
  readonly #options: NvmlOptions;
  readonly #context: GpuContext;
  readonly #gpus = new Map<string, Gpu>();
  #numbered: readonly string[] = [];
  #driver: Driver | undefined;
  /** Why there is no session with the driver. */
  #gap: string | undefined = 'driver-not-answering';
  #running: Promise<void> | undefined;
  #openAt = Number.NEGATIVE_INFINITY;
  #searchAt = Number.NEGATIVE_INFINITY;
  #hasEverOpened = false;
  #isRestartNeeded = false;
  #isClosed = false;
  #fault: string | undefined;

  constructor(options: NvmlOptions) {
    const { root, settings, instanceActivity = () => undefined } = options;
    const watts = settings?.idle_watts;
    this.#options = options;
    this.#context = {
      root,
      instanceActivity,
      idleWatts: (uuid) => (typeof watts === 'object' ? watts[uuid] : watts),
    };
  }

  async read(moment: Moment): Promise<readonly DeviceReading[]> {
    if (this.#options.settings?.enabled === false || this.#isClosed) return [];
    if (!this.#running) await this.#look({ moment, isLate: false });
    return [...this.#gpus.values()].map((gpu) => gpu.reading(moment, this.#gap));
  }

  /**
   * The driver counts GPUs by their place on the bus, CUDA the fastest first unless it is told otherwise (CUDA_DEVICE_ORDER in the
   * CUDA programming guide): the numbers mean the same where all GPUs are alike, and elsewhere nobody says.
   */
  deviceOfIndex(index: number): string | undefined {
    return this.#numbered[index];
  }

  isRestartNeeded(): boolean {
    return this.#isRestartNeeded;
  }

  isHanging(): boolean {
    return this.#running !== undefined;
  }

  fault(): string | undefined {
    return this.#fault;
  }

  async prepare(moment: Moment): Promise<void> {
    await this.read(moment);
    await this.#running;
  }

  close(): void {
    this.#isClosed = true;
    if (!this.#running) this.#end('driver-closed').catch(() => undefined);
  }

  /** Begins a round and waits until its readings are there, or until the deadline. */
  #look(round: Round): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#options.deadlineMs ?? DEADLINE_MS);
    this.#running = this.#run(round, resolve)
      .catch((error: unknown) => this.#break(error))
      .finally(() => {
        this.#running = undefined;
        resolve();
        if (this.#isClosed) this.close();
      });
    return promise.finally(() => {
      round.isLate = true;
      clearTimeout(timer);
    });
  }

  async #run(round: Round, isRead: () => void): Promise<void> {
    const { runningMs } = round.moment;
    if (!this.#driver && runningMs >= this.#openAt) await this.#open(runningMs);
    const driver = this.#driver;
    if (!driver) return;
    if (this.#searchAt === Number.NEGATIVE_INFINITY) await this.#search(driver, runningMs);
    await this.#readGpus(driver, round);
    isRead();
    // Nobody waits for this: it may take longer than a look.
    if (this.#driver && runningMs >= this.#searchAt) await this.#search(driver, runningMs);
  }

  async #open(runningMs: number): Promise<void> {
    this.#openAt = runningMs + RETRY_MS;
    this.#fault = undefined;
    // Before the library is asked: where that hangs or fails, the GPUs are there all the same.
    const { root, ownRoot = '/', settings } = this.#options;
    const known = await gpusOfKernel(root);
    for (const name of known) this.#gpuOf(name);
    // In a container the host's folders are mounted without its libraries: the toolkit puts this one among the container's own.
    const path = await findLibrary(known.length > 0 ? [root, ownRoot] : [root], settings?.library);
    const code = path ? await this.#init(path) : RETURN.libraryNotFound;
    this.#isRestartNeeded = this.#hasEverOpened && code === RETURN.versionMismatch;
    this.#gap = code === RETURN.success ? undefined : gapOf(code);
    this.#hasEverOpened ||= code === RETURN.success;
  }

  async #init(path: string): Promise<number> {
    const driver = new Driver(await openLibrary(path));
    const code = await driver.init();
    if (code === RETURN.success) this.#driver = driver;
    else await driver.shutdown();
    return code;
  }

  /** Ends the session; the next look opens the library anew, since another one may lie there by now. */
  async #end(gap: string): Promise<void> {
    const driver = this.#driver;
    this.#driver = undefined;
    this.#gap = gap;
    this.#searchAt = Number.NEGATIVE_INFINITY;
    await driver?.shutdown();
  }

  /** What is thrown comes from the library or from the way into it: a file that is none, a call that cannot be made. */
  async #break(error: unknown): Promise<void> {
    await this.#end('driver-library-broken').catch(() => undefined);
    this.#fault = messageOf(error);
  }

  async #search(driver: Driver, runningMs: number): Promise<void> {
    this.#searchAt = runningMs + SEARCH_MS;
    const count = await driver.count();
    if ('code' in count && endsSession(count.code)) return this.#end(gapOf(count.code));
    const found = new Set<string>();
    for (let index = 0; index < (maybeValue(count) ?? 0); index += 1) {
      const uuid = await this.#identify(driver, index);
      if (uuid) found.add(uuid);
    }
    // A GPU that is lost has a number and no name: as long as one is, those that were known stay.
    if (found.size === maybeValue(count)) this.#keepOnly(found);
    return undefined;
  }

  /** All that are there, in the order of their numbers. */
  #keepOnly(found: ReadonlySet<string>): void {
    for (const uuid of this.#gpus.keys()) if (!found.has(uuid)) this.#gpus.delete(uuid);
    const models = new Set([...this.#gpus.values()].map(({ name }) => name.model));
    this.#numbered = models.size === 1 ? [...found] : [];
  }

  async #identify(driver: Driver, index: number): Promise<string | undefined> {
    const handle = maybeValue(await driver.handle(index));
    const uuid = handle === undefined ? undefined : maybeValue(await driver.text('nvmlDeviceGetUUID', handle));
    if (handle === undefined || !uuid) return undefined;
    const model = maybeValue(await driver.text('nvmlDeviceGetName', handle)) ?? 'unknown';
    await this.#gpuOf({ uuid, model }).identify(driver, handle);
    return uuid;
  }

  #gpuOf(name: GpuName): Gpu {
    const gpu = this.#gpus.get(name.uuid) ?? new Gpu(name, this.#context);
    this.#gpus.set(name.uuid, gpu);
    return gpu;
  }

  /** Energy of all first: who used it may come late, the counter may not. */
  async #readGpus(driver: Driver, round: Round): Promise<void> {
    const gpus = [...this.#gpus.values()].sort((a, b) => a.answeredAt - b.answeredAt);
    for (const gpu of gpus) {
      const code = await gpu.readEnergy(driver, round);
      if (code !== undefined) return this.#end(gapOf(code));
    }
    for (const gpu of gpus) await gpu.readUse(driver, round);
    return undefined;
  }
}
