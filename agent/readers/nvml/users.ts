import { join } from 'node:path';

import { maybeText } from '../small-file.ts';
import { type Driver, type MigDevice, maybeValue } from './driver.ts';
import type { UtilisationSample } from './layouts.ts';
import { type Instance, isWork, type KnownUse, useOf, useOfInstances } from './use.ts';

/** Linux keeps 15 letters of a process's name: `nvidia-cuda-mps-server` is cut to this. */
const MPS_SERVER = 'nvidia-cuda-mps';

/** Looks from one list of processes to the next, at the most. */
const LIST_EACH = 10;

const MICROSECONDS_PER_MS = 1000;
/** Samples are taken a little after the moment of their look. What bears a later time is from before the wall clock was set back. */
const MOST_AHEAD_MS = 1000;

const NOBODY_KNOWN: KnownUse = { use: 'unknown', quality: [] };

/** Who uses one GPU, gathered from look to look. */
export class Users {
  readonly #root: string;
  #instances: readonly Instance[] | undefined;
  #pids: readonly number[] | undefined;
  #servers: ReadonlyMap<number, boolean> = new Map();
  #clients: readonly number[] = [];
  #work: Map<number, number> | undefined;
  #sampledTo = 0;
  #listedAgo = 0;

  /** `root` holds `proc`: the driver gives the numbers that processes have on the host. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Whether the driver says that no process holds the GPU. */
  get isFree(): boolean {
    return this.#pids?.length === 0;
  }

  /** Reads who holds the GPU, and what each did since the last reading. */
  async readWhole(driver: Driver, handle: bigint, readAt: Date): Promise<void> {
    const latest = (readAt.getTime() + MOST_AHEAD_MS) * MICROSECONDS_PER_MS;
    if (this.#sampledTo > latest) this.#sampledTo = 0;
    const samples = maybeValue(await driver.samples(handle, this.#sampledTo));
    this.#addSamples(samples, latest);
    if (this.#isListKnown(samples)) return;
    this.#listedAgo = 0;
    const processes = maybeValue(await driver.processes('nvmlDeviceGetComputeRunningProcesses', handle));
    this.#pids = processes?.map(({ pid }) => pid);
    this.#servers = await this.#findServers(this.#pids ?? []);
    const clients = [...this.#servers.values()].includes(true)
      ? maybeValue(await driver.processes('nvmlDeviceGetMPSComputeRunningProcesses', handle))
      : undefined;
    this.#clients = clients?.map(({ pid }) => pid) ?? [];
  }

  /** Reads who holds the instances of a GPU that is cut up. */
  async readInstances(driver: Driver, devices: readonly MigDevice[]): Promise<void> {
    const instances = new Map<number, Instance>();
    for (const { handle, gpuInstance, slices } of devices) {
      const processes = maybeValue(await driver.processes('nvmlDeviceGetComputeRunningProcesses', handle));
      if (!processes) {
        this.#instances = undefined;
        return;
      }
      // Several compute instances may share one GPU instance.
      const pids = [...(instances.get(gpuInstance)?.pids ?? []), ...processes.map(({ pid }) => pid)];
      instances.set(gpuInstance, { id: gpuInstance, slices, pids: [...new Set(pids)] });
    }
    this.#instances = [...instances.values()];
    this.#pids = this.#instances.flatMap(({ pids }) => pids);
  }

  /** Who used the whole GPU since this was last asked: what they did is told once. */
  takeWhole(): KnownUse {
    const servers = new Set([...this.#servers].flatMap(([pid, isServer]) => (isServer ? [pid] : [])));
    const use = useOf({ pids: this.#pids, work: this.#work, servers, clients: this.#clients });
    this.#work?.clear();
    return use;
  }

  useOfInstances(activityOf: (instance: number) => number | undefined): KnownUse {
    return this.#instances ? useOfInstances(this.#instances, activityOf) : NOBODY_KNOWN;
  }

  /** Where processes that are known to be there did all the work, the list adds nothing, and a call is saved. */
  #isListKnown(samples: readonly UtilisationSample[] | undefined): boolean {
    this.#listedAgo += 1;
    if (this.#listedAgo >= LIST_EACH || !samples?.length) return false;
    return samples.every(({ pid }) => this.#servers.get(pid) === false);
  }

  #addSamples(samples: readonly UtilisationSample[] | undefined, latest: number): void {
    if (!samples) {
      this.#work = undefined;
      return;
    }
    this.#work ??= new Map();
    const work = this.#work;
    samples.forEach(({ pid, timestamp, smPercent }) => {
      if (timestamp > latest) return;
      if (timestamp > this.#sampledTo) this.#sampledTo = timestamp;
      if (isWork(smPercent)) work.set(pid, (work.get(pid) ?? 0) + smPercent);
    });
  }

  async #findServers(pids: readonly number[]): Promise<Map<number, boolean>> {
    const servers = new Map<number, boolean>();
    for (const pid of pids) servers.set(pid, this.#servers.get(pid) ?? (await this.#isServer(pid)));
    return servers;
  }

  async #isServer(pid: number): Promise<boolean> {
    return (await maybeText(join(this.#root, 'proc', String(pid), 'comm'))) === MPS_SERVER;
  }
}
