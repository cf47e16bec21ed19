import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Level, Measure } from '../../lib/landing/activity-record.ts';
import { messageOf } from '../../lib/landing/message.ts';
import type { WorkloadNames } from '../attribution/workload.ts';
import type { Moment } from '../look.ts';
import { type Activity, increasesBetween, isIncrease, joined, type Scrape } from './activity.ts';
import type { Framework } from './framework.ts';
import { type LevelReading, levelsByModel } from './levels.ts';
import { frameworksOf, namesOf, readingsOf } from './readings.ts';
import type { NamedActivity } from './records.ts';
import { type GpuPower, type MeasureState, type Remark, remarksOn, withRemarks } from './remarks.ts';
import { fetchPage } from './scrape.ts';
import type { ScrapeTarget } from './settings.ts';
import { PAGE_LIMITS, type PageLimits, type Sample } from './tokenize.ts';

/** What a scraper needs of the host it runs on. */
export interface ScraperSurroundings {
  /** The clocks. */
  readonly now: () => Moment;
  /** The text of a token file. */
  readonly readToken: (path: string) => Promise<string>;
  /** From 0 to 1: the part of an interval that a target's first scrape waits, so that not all are asked at once. */
  readonly jitter?: () => number;
  readonly limits?: PageLimits;
}

/** A gauge as it was last, for the agent's own page. */
interface ShownLevel {
  readonly level: Level;
  readonly model: string | undefined;
  readonly value: number;
}

/** How a target fares, for the agent's own page. */
interface TargetState {
  readonly target: string;
  /** What its page was last told to be; none before its first page. */
  readonly frameworks: readonly string[];
  /** `undefined` before the first scrape has ended. */
  readonly isUp: boolean | undefined;
  readonly lastSuccess: Moment | undefined;
  readonly error: string | undefined;
  readonly scrapes: number;
  readonly failures: number;
  readonly series: number;
  readonly lastDurationMs: number | undefined;
  readonly remarks: readonly Remark[];
  /** Gauges as they were last: `queued_requests`, `loss`, … by model; none where the page is stale. */
  readonly levels: readonly ShownLevel[];
}

export interface Scraper {
  readonly states: readonly TargetState[];
  /**
   * What was done since this was last asked, a row for each target, measure and model. With the power of a GPU by its UUID,
   * zeros that cannot be right come as gaps, and the states say so.
   */
  activity(powerOf?: (gpu: string) => GpuPower | undefined): readonly NamedActivity[];
  /** The reading of a watched metric on a page that is not stale, from the series that has all these labels. */
  gauge(name: string, labels: Readonly<Record<string, string>>): number | undefined;
  /** The levels that the targets of a workload showed last, since an instant; of several that show one, nothing of it. */
  levelsOf(this: void, workloadId: string, since: Date): ReadonlyMap<Level, number>;
  close(): void;
}

/** A page is stale when this many intervals have passed since it came: what it says is no longer so. */
const STALE_INTERVALS = 3;
/** A scrape ends before the next one begins. */
const TIMEOUT_RATIO = 0.8;

/** Begins to scrape each target at its own interval, one request at a time each, until `close`. Nothing here throws. */
export function openScraper(targets: readonly ScrapeTarget[], surroundings: ScraperSurroundings): Scraper {
  const connections = new Connections();
  const watched = targets.map((target) => new WatchedTarget(target, { ...surroundings, connections }));
  for (const each of watched) each.start();
  return {
    get states() {
      return watched.map((each) => each.state);
    },
    activity: (powerOf = () => undefined) => watched.flatMap((each) => each.activity(powerOf)),
    gauge: (name, labels) => {
      for (const each of watched) {
        const value = each.gauge(name, labels);
        if (value !== undefined) return value;
      }
      return undefined;
    },
    levelsOf: (workloadId, since) => {
      const shown = watched.flatMap((each) => each.levelsOf(workloadId, since));
      const byLevel = Map.groupBy(shown, ({ level }) => level);
      return new Map(
        [...byLevel].flatMap(([level, [only, ...others]]) =>
          only?.amount === undefined || others.length > 0 ? [] : [[level, only.amount]],
        ),
      );
    },
    close: () => {
      for (const each of watched) each.stop();
      connections.destroy();
    },
  };
}

/** The name of a target in records: as the settings say, else its host and port, and its path where that is unusual. */
export function targetName({ name, url }: ScrapeTarget): string {
  const { host, pathname } = new URL(url);
  return name ?? `${host}${pathname === '/metrics' || pathname === '/' ? '' : pathname}`;
}

/** Connections that are kept from scrape to scrape: those of https, whose module takes some 5 MB, from the first target that has it. */
class Connections {
  readonly http = new HttpAgent({ keepAlive: true });
  #https: HttpsAgent | undefined;

  get https(): HttpsAgent {
    this.#https ??= new HttpsAgent({ keepAlive: true });
    return this.#https;
  }

  destroy(): void {
    this.http.destroy();
    this.#https?.destroy();
  }
}

class WatchedTarget {
  readonly #target: ScrapeTarget;
  readonly #name: string;
  readonly #surroundings: ScraperSurroundings & { readonly connections: Connections };
  readonly #possible: readonly Framework[];
  readonly #wanted: ReadonlySet<string>;
  readonly #lastMoved = new Map<Measure, Moment>();
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #first: Moment | undefined;
  #samples: readonly Sample[] = [];
  #page: Scrape | undefined;
  #told: Activity[] = [];
  #outcome: Pick<TargetState, 'isUp' | 'error' | 'scrapes' | 'failures' | 'lastDurationMs'>;
  #remarks: readonly Remark[] = [];

  constructor(target: ScrapeTarget, surroundings: ScraperSurroundings & { readonly connections: Connections }) {
    this.#target = target;
    this.#name = targetName(target);
    this.#surroundings = surroundings;
    this.#possible = frameworksOf(target);
    this.#wanted = namesOf(this.#possible);
    this.#outcome = { isUp: undefined, error: undefined, scrapes: 0, failures: 0, lastDurationMs: undefined };
  }

  get state(): TargetState {
    return {
      ...this.#outcome,
      target: this.#name,
      frameworks: this.#page?.frameworks.map(({ name }) => name) ?? [],
      lastSuccess: this.#page?.at,
      series: this.#samples.length,
      remarks: this.#remarks,
      levels: this.#levels(),
    };
  }

  start(): void {
    this.#next((this.#surroundings.jitter ?? Math.random)() * this.#target.interval);
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  activity(powerOf: (gpu: string) => GpuPower | undefined): NamedActivity[] {
    const told = this.#told;
    this.#told = [];
    const [longest] = told;
    if (!longest) return [];
    this.#remarks = remarksOn(this.#measures(), totalPower(this.#target.gpu.map(powerOf)));
    const { target, from, to } = longest;
    const increases = withRemarks(told.filter(isIncrease), this.#remarks, { target, from, to });
    const others = told.filter((each) => !isIncrease(each));
    return [...increases, ...others].map((each) => ({
      ...each,
      names: this.#namesOf(each),
      labels: this.#target.labels,
    }));
  }

  /** What the settings say goes before what the page and its kind say: it is how the rest of the books name the work. */
  #namesOf({ framework }: Activity): WorkloadNames {
    const { set } = this.#target;
    const kind = this.#possible.find(({ name }) => name === framework);
    return {
      project: set.project ?? null,
      model_id: set.model_id ?? null,
      workload_type: set.workload_type ?? kind?.workloadType ?? null,
      workload_id: set.workload_id ?? null,
    };
  }

  gauge(name: string, labels: Readonly<Record<string, string>>): number | undefined {
    if (!this.#page || this.#isStale(this.#page.at)) return undefined;
    const wanted = Object.entries(labels);
    const found = this.#samples.find(
      (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels.get(label) === value),
    );
    return Number.isFinite(found?.value) ? found?.value : undefined;
  }

  #levels(): ShownLevel[] {
    if (!this.#page || this.#isStale(this.#page.at)) return [];
    return [...levelsByModel(this.#page.levels).values()].flatMap(({ level, model, amount }) =>
      amount === undefined ? [] : [{ level, model, value: amount }],
    );
  }

  /** The target is a workload's where its settings name it as such, or as its run. */
  levelsOf(workloadId: string, since: Date): LevelReading[] {
    const { set, labels } = this.#target;
    const isOf = set.workload_id === workloadId || labels['run_id'] === workloadId;
    if (!isOf || !this.#page || this.#page.at.readAt < since) return [];
    return [...levelsByModel(this.#page.levels).values()];
  }

  #isStale(at: Moment): boolean {
    return this.#surroundings.now().runningMs - at.runningMs > STALE_INTERVALS * this.#target.interval;
  }

  #next(waitMs: number): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#scrape(), waitMs).unref();
  }

  async #scrape(): Promise<void> {
    const { runningMs } = this.#surroundings.now();
    const outcome = await this.#fetch().then(
      (samples) => this.#take(samples),
      (error: unknown) => ({ isUp: false, error: messageOf(error) }),
    );
    const took = this.#surroundings.now().runningMs - runningMs;
    const { scrapes, failures } = this.#outcome;
    const hasFailed = outcome.isUp ? 0 : 1;
    this.#outcome = { ...outcome, scrapes: scrapes + 1, failures: failures + hasFailed, lastDurationMs: took };
    this.#next(Math.max(0, this.#target.interval - took));
  }

  async #fetch(): Promise<readonly Sample[]> {
    const { url, token_file, interval } = this.#target;
    const { readToken, connections, limits = PAGE_LIMITS } = this.#surroundings;
    const token = token_file === undefined ? undefined : (await readToken(token_file)).trim();
    const jsonNames = this.#possible.length === 1 ? this.#possible[0]?.jsonNames : undefined;
    const timeoutMs = Math.round(interval * TIMEOUT_RATIO);
    return fetchPage({
      url,
      token,
      jsonNames,
      timeoutMs,
      limits,
      connections,
      isWanted: (name) => this.#wanted.has(name),
    });
  }

  #take(samples: readonly Sample[]): Pick<TargetState, 'isUp' | 'error'> {
    const page: Scrape = { ...readingsOf(samples, this.#possible), at: this.#surroundings.now() };
    this.#samples = samples;
    if (page.frameworks.length === 0) return { isUp: false, error: this.#unknown() };
    if (this.#page) this.#count(increasesBetween(this.#name, this.#page, page));
    this.#first ??= page.at;
    this.#page = page;
    return { isUp: true, error: undefined };
  }

  #unknown(): string {
    const known = this.#possible.map(({ name }) => name).join(', ');
    return `Cannot read ${this.#name}: expected a page of ${known}, got none of their metrics`;
  }

  #count(told: readonly Activity[]): void {
    this.#told = joined([...this.#told, ...told]);
    for (const { measure, micros, to } of told.filter(isIncrease)) if (micros) this.#lastMoved.set(measure, to);
  }

  /** What the target's frameworks should count, and since when it has not. */
  #measures(): MeasureState[] {
    const page = this.#page;
    const first = this.#first;
    if (!page || !first) return [];
    const onPage = new Map([...page.counters.values()].map((reading) => [reading.what, reading.metric]));
    const rules = page.frameworks.flatMap((framework) => framework.counters.map((rule) => ({ ...rule, framework })));
    const byMeasure = new Map(rules.toReversed().map((rule) => [rule.measure, rule]));
    return [...byMeasure.values()].map(({ measure, metric, framework }) => {
      const moved = this.#lastMoved.get(measure);
      const stillMs = page.at.runningMs - (moved ?? first).runningMs;
      const seen = onPage.get(measure);
      const what = { measure, metric: seen ?? metric, framework: framework.name };
      return { ...what, isOnPage: seen !== undefined, hasMoved: moved !== undefined, stillMs };
    });
  }
}

function totalPower(gpus: readonly (GpuPower | undefined)[]): GpuPower | undefined {
  const known = gpus.filter((gpu) => gpu !== undefined);
  if (known.length === 0 || known.length < gpus.length) return undefined;
  const idles = known.map(({ idlePowerWatts }) => idlePowerWatts).filter((watts) => watts !== undefined);
  return {
    powerWatts: known.reduce((sum, { powerWatts }) => sum + powerWatts, 0),
    ...(idles.length === known.length && { idlePowerWatts: idles.reduce((sum, watts) => sum + watts, 0) }),
  };
}
