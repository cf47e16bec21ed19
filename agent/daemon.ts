import { setTimeout } from 'node:timers/promises';
import { Collection, ownHeap } from './collection.ts';
import { decimalText } from './decimals.ts';
import { Tally } from './health-tally.ts';
import type { AgentHealth } from './live/health.ts';
import { type Live, openLive } from './live/live.ts';
import type { Host, Look } from './look.ts';
import type { AgentOptions } from './options.ts';
import { openWall } from './readers/bmc.ts';
import { readHost } from './readers/host.ts';
import { type Lookout, type LookoutContext, openLookout } from './readers/look.ts';
import { readOwnProcess } from './readers/own-process.ts';
import { runRoutes } from './runs/routes.ts';
import { isIncrease } from './scrape/activity.ts';
import { activityRecordsOf } from './scrape/records.ts';
import { openScraper, type Scraper } from './scrape/scraper.ts';
import type { AgentSettings } from './settings.ts';
import { openSink } from './sinks/catalogue.ts';
import { Drain } from './sinks/drain.ts';
import { idOf } from './sinks/settings.ts';
import type { Spending } from './spending.ts';
import { Spool } from './spool/spool.ts';
import { now, runningNow, ticks } from './ticks.ts';
import { type Books, standardOutput, Watch } from './watch.ts';

/** What the agent needs of the process it runs in. */
export interface DaemonEdges {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly ending: AbortSignal;
  readText(path: string): Promise<string>;
  /** A line for the operator. */
  tell(line: string): void;
  /** Lines for the standard output, where no sink is named. */
  write(text: string): void;
}

/** How the agent ended: of itself where a driver was changed underneath, so that whoever started it starts it anew. */
export type Ending = 'asked' | 'restart-needed';

const MS_PER_SECOND = 1000;
/** A host without targets does not load the clients of HTTP: 5 MB of memory. */
const NO_SCRAPER: Scraper = {
  states: [],
  activity: () => [],
  gauge: () => undefined,
  levelsOf: () => new Map(),
  close: () => undefined,
};

/** One interval on the standard output: two looks, nothing kept, nothing listening. */
export async function runOnce(options: AgentOptions, edges: DaemonEdges): Promise<void> {
  const { root, settings, intervalMs } = options;
  const host = await hostOf(options);
  const lookout = openLookout(root, contextOf(settings, host));
  await lookout.prepare(now());
  const watch = new Watch({ host, look: lookout.look, books: standardOutput(edges.write), intervalMs, clock: now });
  await watch.start();
  await setTimeout(intervalMs, undefined, { signal: edges.ending });
  await watch.flush();
  lookout.close();
}

/** The agent as it runs on a host: looks, books, shows and delivers until it is asked to end. */
export class Daemon {
  readonly #options: AgentOptions;
  readonly #edges: DaemonEdges;
  readonly #host: Host;
  readonly #lookout: Lookout;
  readonly #scraper: Scraper;
  readonly #tally = new Tally();
  readonly #collection = new Collection(ownHeap);
  readonly #spool: Spool | undefined;
  readonly #drain: Drain | undefined;
  readonly #watch: Watch;
  #live: Live | undefined;
  #told: ReadonlySet<string> = new Set();

  private constructor(options: AgentOptions, edges: DaemonEdges, host: Host) {
    const { settings, root, intervalMs } = options;
    this.#options = options;
    this.#edges = edges;
    this.#host = host;
    this.#spool = settings.sinks.length > 0 ? openSpool(settings, host, edges) : undefined;
    this.#scraper =
      settings.scrape.length > 0 ? openScraper(settings.scrape, { now, readToken: edges.readText }) : NO_SCRAPER;
    this.#lookout = openLookout(root, { ...contextOf(settings, host), ...this.#besideLooks() });
    this.#drain = this.#spool && openDrain(settings, host, this.#spool, edges);
    const books: Books = this.#spool ?? standardOutput(edges.write);
    const { tell } = edges;
    const hooks = { onTick: this.#onTick, activity: this.#activity, levels: this.#scraper.levelsOf, tell };
    this.#watch = new Watch({ host, look: this.#lookout.look, books, intervalMs, clock: now, ...hooks });
  }

  /** Opens everything. Throws where the settings ask for what cannot be: another agent holds the spool, the address is taken. */
  static async open(options: AgentOptions, edges: DaemonEdges): Promise<Daemon> {
    const daemon = new Daemon(options, edges, await hostOf(options));
    try {
      await daemon.#openLive();
      return daemon;
    } catch (error) {
      await daemon.#close();
      throw error;
    }
  }

  /** Runs until `ending`, or until only a new process can read a device again. What was spent is booked before it returns. */
  async run(): Promise<Ending> {
    try {
      this.#drain?.start();
      await this.#lookout.prepare(now());
      await this.#watch.start();
      this.#tellBegin();
      const ending = await this.#tickOn();
      await this.#watch.flush();
      return ending;
    } finally {
      await this.#close();
    }
  }

  /** A call into a driver has not returned: the end of the process would wait for it. */
  isHanging(): boolean {
    return this.#lookout.isHanging();
  }

  async #tickOn(): Promise<Ending> {
    for await (const moment of ticks(this.#options.sampleMs, this.#edges.ending)) {
      await this.#watch.tick(moment);
      this.#tally.tickSeconds = (runningNow() - moment.runningMs) / MS_PER_SECOND;
      this.#tellProblems();
      this.#collection.afterTick();
      if (this.#lookout.isRestartNeeded()) return 'restart-needed';
    }
    return 'asked';
  }

  #tellBegin(): void {
    const { intervalMs, sampleMs } = this.#options;
    const [look, booking] = [sampleMs, intervalMs].map((ms) => `${ms / MS_PER_SECOND} s`);
    this.#edges.tell(`Watches ${this.#host.hostId}: a look every ${look}, a booking every ${booking}`);
  }

  /** What stays wrong is told once, and again when it comes back. */
  #tellProblems(): void {
    const states = this.#scraper.states.flatMap(({ target, error, remarks }) => [
      ...(error ? [`${target}: ${error}`] : []),
      ...remarks.map(({ text }) => `${target}: ${text}`),
    ]);
    const problems = new Set([...this.#lookout.problems(), ...states]);
    for (const problem of problems) if (!this.#told.has(problem)) this.#edges.tell(problem);
    this.#told = problems;
  }

  readonly #onTick = (spendings: readonly Spending[], look: Look): void => {
    this.#tally.add(spendings, look);
    this.#live?.tick(spendings, look);
  };

  /** What model servers did since they were last asked: shown, and booked under the numbers from `firstSeq` on. */
  readonly #activity = ({ bootId, firstSeq }: { readonly bootId: string; readonly firstSeq: number }): string[] => {
    const told = this.#scraper.activity((gpu) => this.#tally.powerOf(gpu));
    this.#live?.activity(
      told.filter(isIncrease).map(({ names, model, measure, micros }) => ({
        model_id: names.model_id ?? model ?? null,
        measure,
        quantity: micros === undefined ? null : decimalText(micros),
      })),
    );
    return activityRecordsOf(told, { host: this.#host, bootId, firstSeq }).map((record) => JSON.stringify(record));
  };

  #besideLooks(): LookoutContext {
    const { bmc } = this.#options.settings;
    return {
      wall: bmc && openWall({ settings: bmc, environment: this.#edges.environment }),
      instanceActivity: (uuid, instance) =>
        this.#scraper.gauge('DCGM_FI_PROF_GR_ENGINE_ACTIVE', { UUID: uuid, GPU_I_ID: String(instance) }),
    };
  }

  async #openLive(): Promise<void> {
    const { version, readText } = this.#edges;
    const routes = runRoutes(this.#watch);
    this.#live = await openLive(this.#options.settings, { host: this.#host, version, now: clock, readText, routes });
    this.#live.health(() => this.#health());
  }

  #health(): AgentHealth {
    const sinks = this.#drain?.health() ?? [];
    const spool = this.#spool?.stats();
    return {
      build: { version: this.#edges.version, node: process.version },
      process: readOwnProcess(),
      tickSeconds: this.#tally.tickSeconds,
      spool: spool && { ...spool, dropped: spool.dropped + this.#watch.dropped.records },
      sinkFailures: Object.fromEntries(sinks.map(({ id, failures }) => [id, failures])),
      readErrors: this.#tally.readErrors(),
      levels: this.#scraper.states.flatMap(({ target, levels }) => levels.map((level) => ({ target, ...level }))),
      scrapedAt: Object.fromEntries(
        this.#scraper.states.map(({ target, lastSuccess }) => [target, lastSuccess?.readAt]),
      ),
    };
  }

  async #close(): Promise<void> {
    this.#scraper.close();
    this.#lookout.close();
    await this.#live?.close();
    await this.#drain?.stop(this.#options.settings.deliver.at_stop_seconds * MS_PER_SECOND);
    this.#spool?.close();
  }
}

function clock() {
  return { readAt: new Date(), runningMs: runningNow() };
}

function hostOf({ root, settings }: AgentOptions): Promise<Host> {
  const { host_id, resource_id, instance_type, imds } = settings;
  return readHost(root, { hostId: host_id, resourceId: resource_id, instanceType: instance_type, imds });
}

function contextOf({ workloads, kubelet, model, nvidia }: AgentSettings, { instanceType }: Host): LookoutContext {
  return { rules: workloads, kubelet, model, nvidia, instanceType };
}

function openSpool({ spool, sinks }: AgentSettings, { hostId }: Host, { tell, environment }: DaemonEdges): Spool {
  const stateDirectory = environment['STATE_DIRECTORY'];
  return new Spool(spool, { hostId, stateDirectory, sinks: sinks.map(idOf), now: () => new Date(), tell });
}

function openDrain({ sinks, deliver }: AgentSettings, { hostId }: Host, spool: Spool, edges: DaemonEdges): Drain {
  const { environment, tell } = edges;
  return new Drain({
    spool,
    sinks: sinks.map((setting) => openSink(setting, { environment, now: () => new Date() })),
    settings: deliver,
    hostId,
    edges: {
      now: () => new Date(),
      random: Math.random,
      sleep: (ms, ending) => setTimeout(ms, undefined, { signal: ending }).catch(() => undefined),
      tell,
    },
  });
}
