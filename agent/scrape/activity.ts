import type { Distribution, Level, Measure } from '../../lib/landing/activity-record.ts';
import type { Moment } from '../look.ts';
import { addedUp, type Bucket, risenSince } from './histograms.ts';
import { type LevelSpan, levelsByModel, spanBetween, spansJoined } from './levels.ts';
import type { Readings } from './readings.ts';
import type { Reading } from './series.ts';

/** A page that came, with the moment of its scrape. */
export interface Scrape extends Readings {
  readonly at: Moment;
}

interface Told {
  readonly target: string;
  readonly framework: string;
  /** The model as the target names it; `undefined` where it names none. */
  readonly model: string | undefined;
  /** Why it is unknown; absent where it is known. */
  readonly gap?: string;
  readonly from: Moment;
  readonly to: Moment;
  readonly quality: readonly string[];
}

/** How much was done on a target between two moments, or why that is unknown. */
export interface ActivityIncrease extends Told {
  readonly measure: Measure;
  /** Millionths of the measure; `undefined` where `gap` is the reason. */
  readonly micros: bigint | undefined;
}

/** How high a gauge of a target stood between two moments, or why that is unknown. */
interface LevelChange extends Told {
  readonly measure: Level;
  readonly level: LevelSpan | undefined;
}

/** How many were counted between two moments, by bucket; no bucket where there were none. */
export interface BucketIncrease extends Told {
  readonly measure: Distribution;
  readonly buckets: readonly Bucket[];
}

/** What a target told of the time between two moments. */
export type Activity = ActivityIncrease | LevelChange | BucketIncrease;

const SEVERAL_SERIES = 'several-series';
const MICROS = 1_000_000;

/** Whether it is a quantity that adds up. */
export function isIncrease<Any extends Activity>(told: Any): told is Extract<Any, { readonly micros: unknown }> {
  return 'micros' in told;
}

/**
 * What was done between two scrapes of one target, by measure and model. A counter that fell began again at zero with its
 * server; one that was not on the page before began at zero since. Both give the whole new reading, the first with the
 * remark `counter-reset`: what the server did between the earlier scrape and its end is not in it.
 */
export function increasesBetween(target: string, before: Scrape, after: Scrape): Activity[] {
  const span = { target, from: before.at, to: after.at };
  const counted = [...after.counters].map(([series, reading]): Activity => {
    const earlier = before.counters.get(series)?.amount ?? 0n;
    const hasFallen = reading.amount < earlier;
    const micros = hasFallen ? reading.amount : reading.amount - earlier;
    return { ...span, ...namedOf(reading), micros, quality: remarkOf(hasFallen) };
  });
  const bucketed = [...after.histograms].map(([series, reading]): Activity => {
    const { buckets, hasFallen } = risenSince(before.histograms.get(series)?.amount, reading.amount);
    return { ...span, ...namedOf(reading), buckets, quality: remarkOf(hasFallen) };
  });
  return joined([...counted, ...bucketed, ...levelsBetween(target, before, after)]);
}

/** Intervals of one target that follow on one another, as one: remarks stand once. */
export function joined(told: Iterable<Activity>): Activity[] {
  const sums = new Map<string, Activity>();
  for (const each of told) {
    const { target, framework, measure, model } = each;
    const key = JSON.stringify([target, framework, measure, model]);
    const sum = sums.get(key);
    sums.set(key, sum ? plus(sum, each) : each);
  }
  return [...sums.values()];
}

function namedOf<What>({ what, framework, model }: Reading<What, unknown>) {
  return { measure: what, framework, model };
}

function remarkOf(hasFallen: boolean): readonly string[] {
  return hasFallen ? ['counter-reset'] : [];
}

function plus(one: Activity, other: Activity): Activity {
  const span = {
    from: one.from.runningMs <= other.from.runningMs ? one.from : other.from,
    to: one.to.runningMs >= other.to.runningMs ? one.to : other.to,
    quality: [...new Set([...one.quality, ...other.quality])],
  };
  if ('micros' in one && 'micros' in other)
    return { ...other, ...span, micros: (one.micros ?? 0n) + (other.micros ?? 0n) };
  if ('buckets' in one && 'buckets' in other)
    return { ...other, ...span, buckets: addedUp(one.buckets, other.buckets) };
  if ('level' in one && 'level' in other) return { ...other, ...span, ...levelOf(one, other) };
  throw new Error(`Cannot add up ${one.measure}: expected one kind of amount, got two`);
}

/** The later part stands for the interval where the earlier one is not known. */
function levelOf(one: LevelChange, other: LevelChange): Pick<LevelChange, 'level'> {
  return { level: one.level && other.level ? spansJoined(one.level, other.level) : other.level };
}

/** The levels of the later page since the earlier one, and requests in the queue times the time they stood there. */
function levelsBetween(target: string, before: Scrape, after: Scrape): Activity[] {
  const elapsedMs = after.at.runningMs - before.at.runningMs;
  const earlier = levelsByModel(before.levels);
  return [...levelsByModel(after.levels)].flatMap(([key, reading]): Activity[] => {
    const { framework, model } = reading;
    const told = { target, framework, model, from: before.at, to: after.at, quality: [] };
    if (reading.amount === undefined)
      return [{ ...told, measure: reading.level, level: undefined, gap: SEVERAL_SERIES }];
    const level = spanBetween(earlier.get(key)?.amount, reading.amount, elapsedMs);
    const shown = { ...told, measure: reading.level, level };
    if (reading.level !== 'queued_requests' || level.seconds === 0) return [shown];
    const micros = BigInt(Math.round(level.integral * MICROS));
    return [shown, { ...told, measure: 'queued_request_seconds', micros }];
  });
}
