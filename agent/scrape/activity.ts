import type { Measure } from '../../lib/landing/activity-record.ts';
import type { Moment } from '../look.ts';
import type { Level } from './framework.ts';
import type { Reading, Readings } from './readings.ts';

/** A page that came, with the moment of its scrape. */
export interface Scrape extends Readings {
  readonly at: Moment;
}

/** How much was done on a target between two moments, or why that is unknown. */
export interface ActivityIncrease {
  readonly target: string;
  readonly framework: string;
  readonly measure: Measure;
  /** The model as the target names it; `undefined` where it names none. */
  readonly model: string | undefined;
  /** Millionths of the measure; `undefined` where `gap` is the reason. */
  readonly micros: bigint | undefined;
  readonly gap?: string;
  readonly from: Moment;
  readonly to: Moment;
  readonly quality: readonly string[];
}

/** Beyond this two readings of a queue say nothing of what was between them. */
const LONGEST_LEVEL_MS = 60_000;

/**
 * What was done between two scrapes of one target, summed by measure and model. A counter that fell began again at zero
 * with its server; one that was not on the page before began at zero since. Both give the whole new reading, the first
 * with the remark `counter-reset`: what the server did between the earlier scrape and its end is not in it.
 */
export function increasesBetween(target: string, before: Scrape, after: Scrape): ActivityIncrease[] {
  const span = { target, from: before.at, to: after.at };
  const sums = new Map<string, ActivityIncrease>();
  for (const [series, reading] of after.counters) {
    const { what: measure, framework, model } = reading;
    const earlier = before.counters.get(series)?.amount ?? 0n;
    const hasFallen = reading.amount < earlier;
    const micros = hasFallen ? reading.amount : reading.amount - earlier;
    const quality = hasFallen ? ['counter-reset'] : [];
    addTo(sums, { ...span, framework, measure, model, micros, quality });
  }
  return [...sums.values(), ...queuedBetween(target, before, after)];
}

/** Intervals of one target that follow on one another, as one: quantities add up, remarks stand once. */
export function joined(increases: Iterable<ActivityIncrease>): ActivityIncrease[] {
  const sums = new Map<string, ActivityIncrease>();
  for (const increase of increases) addTo(sums, increase);
  return [...sums.values()];
}

function addTo(sums: Map<string, ActivityIncrease>, increase: ActivityIncrease): void {
  const { target, framework, measure, model } = increase;
  const key = JSON.stringify([target, framework, measure, model]);
  const sum = sums.get(key);
  sums.set(key, sum ? plus(sum, increase) : increase);
}

function plus(one: ActivityIncrease, other: ActivityIncrease): ActivityIncrease {
  return {
    ...other,
    micros: (one.micros ?? 0n) + (other.micros ?? 0n),
    from: one.from.runningMs <= other.from.runningMs ? one.from : other.from,
    to: one.to.runningMs >= other.to.runningMs ? one.to : other.to,
    quality: [...new Set([...one.quality, ...other.quality])],
  };
}

/** Requests in the queue times the time they stood there: trapezoids between the two readings of its length. */
function queuedBetween(target: string, before: Scrape, after: Scrape): ActivityIncrease[] {
  const elapsedMs = after.at.runningMs - before.at.runningMs;
  if (elapsedMs > LONGEST_LEVEL_MS) return [];
  const earlier = queueOf(before.levels);
  return [...queueOf(after.levels)].flatMap(([model, { framework, length }]) => {
    const start = earlier.get(model);
    if (!start) return [];
    // Queued (s) = (n₁ + n₂) / 2 × t; in millionths with t in ms: × 1000
    const micros = BigInt(Math.round(((start.length + length) / 2) * elapsedMs * 1000));
    const span = { target, framework, model, from: before.at, to: after.at };
    return [{ ...span, measure: 'queued_request_seconds' as const, micros, quality: [] }];
  });
}

function queueOf(levels: ReadonlyMap<string, Reading<Level, number>>) {
  const queues = new Map<string | undefined, { framework: string; length: number }>();
  for (const { what, model, framework, amount } of levels.values()) {
    if (what !== 'queued_requests') continue;
    queues.set(model, { framework, length: (queues.get(model)?.length ?? 0) + Math.max(0, amount) });
  }
  return queues;
}
