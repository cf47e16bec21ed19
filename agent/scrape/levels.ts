import type { Level } from '../../lib/landing/activity-record.ts';
import type { Reading } from './series.ts';

/** What a gauge showed over an interval: of its readings, both ends included, and of the time between them. */
export interface LevelSpan {
  readonly last: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Readings, the one at the beginning left out: it is the last of the interval before. */
  readonly samples: number;
  /** Level times time, by trapezoids between readings, in the level's unit times seconds. */
  readonly integral: number;
  /** Time over which the level is known; zero where the readings lie too far apart to say what was between them. */
  readonly seconds: number;
}

/** A level of a model as one page shows it; `undefined` where its series contradict one another. */
export interface LevelReading {
  readonly level: Level;
  readonly model: string | undefined;
  readonly framework: string;
  readonly amount: number | undefined;
}

const MS_PER_SECOND = 1000;
/** A target is asked each minute at the least; beyond half as much again two readings say nothing of what was between them. */
const LONGEST_LEVEL_MS = 90_000;

/** What several series of one level are together: engines behind one page share a queue's length, each has its own cache. */
const TOGETHER: Readonly<Record<Level, (amounts: readonly number[]) => number | undefined>> = {
  queued_requests: sumOf,
  running_requests: sumOf,
  kv_cache_ratio: (amounts) => sumOf(amounts) / amounts.length,
  loss: onlyOneOf,
  accuracy: onlyOneOf,
  learning_rate: onlyOneOf,
};

/** The levels of a page, one for each model, by a key that is the same on every page. */
export function levelsByModel(levels: ReadonlyMap<string, Reading<Level, number>>): ReadonlyMap<string, LevelReading> {
  const groups = Map.groupBy(levels.values(), ({ what, model }) => JSON.stringify([what, model]));
  return new Map(
    [...groups].flatMap(([key, [first, ...others]]) => {
      if (!first) return [];
      const { what: level, model, framework } = first;
      const amount = TOGETHER[level]([first, ...others].map((each) => each.amount));
      return [[key, { level, model, framework, amount }]];
    }),
  );
}

/** The span from one reading to the next; without an earlier one, or beyond what can be bridged, the later reading alone. */
export function spanBetween(before: number | undefined, after: number, elapsedMs: number): LevelSpan {
  if (before === undefined || elapsedMs > LONGEST_LEVEL_MS)
    return { last: after, minimum: after, maximum: after, samples: 1, integral: 0, seconds: 0 };
  const seconds = elapsedMs / MS_PER_SECOND;
  return {
    last: after,
    minimum: Math.min(before, after),
    maximum: Math.max(before, after),
    samples: 1,
    // Level × time = (l₁ + l₂) / 2 × t
    integral: ((before + after) / 2) * seconds,
    seconds,
  };
}

/** Two spans as one, the later one last. */
export function spansJoined(earlier: LevelSpan, later: LevelSpan): LevelSpan {
  return {
    last: later.last,
    minimum: Math.min(earlier.minimum, later.minimum),
    maximum: Math.max(earlier.maximum, later.maximum),
    samples: earlier.samples + later.samples,
    integral: earlier.integral + later.integral,
    seconds: earlier.seconds + later.seconds,
  };
}

/** The mean over the time in which the level is known; `undefined` where that is none. */
export function meanOf({ integral, seconds, minimum, maximum }: LevelSpan): number | undefined {
  if (seconds === 0) return undefined;
  // A quotient of floating-point numbers may lie beside what it is the mean of.
  return Math.min(maximum, Math.max(minimum, integral / seconds));
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

function onlyOneOf(amounts: readonly number[]): number | undefined {
  return amounts.length === 1 ? amounts[0] : undefined;
}
