import { DISTRIBUTIONS, LEVELS, MEASURES } from '../sources/agent/measures.ts';
import {
  checkPeriod,
  type Envelope,
  envelopeAt,
  labelsAt,
  qualityAt,
  type WorkloadNames,
  workloadAt,
} from './envelope.ts';
import { type Fields, listAt, maybeTextAt, numberAt, objectAt, reject, textAt, wordAt } from './fields.ts';

/**
 * The envelope of activity: one record per host, target, model, measure and interval, written by the agent as JSON lines
 * in files of their own (`.jsonl`, `.jsonl.gz`) and read by the source `agent`. Delivery is as for telemetry
 * (`record.ts`): at least once, by whole files.
 */
export interface ActivityRecord extends Envelope, WorkloadNames {
  readonly schema: 'joulebook.activity/1';
  /** The server or job that was scraped, by its name in the agent's settings or its host and port. */
  readonly target: string;
  /** What it runs: `vllm`, `tgi`, `sglang`, `tensorrt-llm`, `triton`, `training`. */
  readonly framework: string;
  readonly measure: Measure | Level | Distribution;
  /** Of a measure that adds up: decimal text with at most six places, in its own unit; null of all others. */
  readonly quantity: string | null;
  /** Of a level alone: how high it stood. */
  readonly level?: LevelOfInterval;
  /** Of a distribution alone: the buckets in which anything was counted, by their upper bound; none is a known nothing. */
  readonly buckets?: readonly CountedBucket[];
  /** Why none of the three is known; null where one is. */
  readonly gap_reason: string | null;
  /** What the target is known by, for the workload rules. */
  readonly labels: Readonly<Record<string, string>>;
  /** Remarks on quality, for instance `counter-reset`. */
  readonly quality: readonly string[];
}

/** What adds up. */
export type Measure = (typeof MEASURES)[number];
/** What has a level at each moment, so that its readings never add up. */
export type Level = (typeof LEVELS)[number];
/** What is counted in buckets: counts of the same bounds add up, quantiles do not. */
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** Readings of a gauge over an interval, those at its two ends included, in the level's own unit. */
export interface LevelOfInterval {
  readonly last: number;
  /** Over the time in which it is known; null where that is none. */
  readonly mean: number | null;
  readonly minimum: number;
  readonly maximum: number;
  /** Readings after the beginning of the interval. */
  readonly samples: number;
  /** Seconds of the interval in which it is known. */
  readonly seconds: number;
}

/** How many lay over one bound and at most at the other; bounds in seconds as the page wrote them, `-Inf` and `+Inf` at the ends. */
interface CountedBucket {
  readonly over: string;
  readonly up_to: string;
  /** Whole number as text, of at least 1. */
  readonly count: string;
}

const QUANTITY = /^\d{1,12}(\.\d{1,6})?$/;
const COUNT = /^[1-9]\d{0,11}$/;
const BOUND = /^([-+]Inf|[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)$/;

/**
 * Reads one activity record from parsed JSON. Throws `RejectedPayload` with the first field that is wrong, what was found
 * there and what was expected; a record that comes back is complete.
 */
export function parseActivityRecord(value: unknown): ActivityRecord {
  const fields = objectAt(value, 'the record');
  const record: ActivityRecord = {
    schema: wordAt(fields, 'schema', ['joulebook.activity/1']),
    ...envelopeAt(fields),
    target: textAt(fields, 'target'),
    framework: textAt(fields, 'framework'),
    measure: wordAt(fields, 'measure', [...MEASURES, ...LEVELS, ...DISTRIBUTIONS]),
    quantity: maybeQuantityAt(fields),
    ...(fields['level'] != null && { level: levelAt(fields) }),
    ...(fields['buckets'] != null && { buckets: bucketsAt(fields) }),
    gap_reason: maybeTextAt(fields, 'gap_reason'),
    ...workloadAt(fields),
    labels: labelsAt(fields),
    quality: qualityAt(fields),
  };
  checkPeriod(record);
  checkAmount(record);
  return record;
}

function levelAt(fields: Fields): LevelOfInterval {
  const given = objectAt(fields['level'], 'level');
  const level = {
    last: realAt(given, 'last'),
    mean: given['mean'] === null ? null : realAt(given, 'mean'),
    minimum: realAt(given, 'minimum'),
    maximum: realAt(given, 'maximum'),
    samples: numberAt(given, 'samples', (count) => Number.isSafeInteger(count) && count > 0, 'a whole number above 0'),
    seconds: numberAt(given, 'seconds', Number.isFinite, 'seconds of at least 0'),
  };
  const isWithin = (value: number) => value >= level.minimum && value <= level.maximum;
  if (!isWithin(level.last) || !isWithin(level.mean ?? level.last))
    reject('level', given, 'last and mean from minimum to maximum');
  if ((level.mean === null) !== (level.seconds === 0)) reject('level', given, 'a mean where seconds are known');
  return level;
}

function realAt(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : reject(`level.${name}`, value, 'a number');
}

function bucketsAt(fields: Fields): CountedBucket[] {
  return listAt(fields, 'buckets').map((each, index) => {
    const at = `buckets[${index}]`;
    const given = objectAt(each, at);
    const [over, up_to, count] = [textAt(given, 'over', at), textAt(given, 'up_to', at), textAt(given, 'count', at)];
    const isBucket = BOUND.test(over) && BOUND.test(up_to) && numberOf(over) < numberOf(up_to);
    if (!isBucket) reject(at, given, 'two bounds in seconds, the first below the second');
    if (!COUNT.test(count)) reject(`${at}.count`, count, 'a whole number of at least 1, as text');
    return { over, up_to, count };
  });
}

function numberOf(bound: string): number {
  return Number(bound.replace('Inf', 'Infinity'));
}

function maybeQuantityAt({ quantity }: Fields): string | null {
  if (quantity === null) return null;
  if (typeof quantity === 'string' && QUANTITY.test(quantity)) return quantity;
  return reject('quantity', quantity, 'a decimal of at least 0 with at most six places, as text');
}

/** One amount, of the kind of the measure, or the reason why there is none. */
function checkAmount({ measure, quantity, level, buckets, gap_reason }: ActivityRecord): void {
  const given = [quantity !== null && 'quantity', level && 'level', buckets && 'buckets'].filter(Boolean);
  if (given.length === 0 && gap_reason === null)
    reject('gap_reason', null, `a reason, since no ${amountOf(measure)} is there`);
  if (given.length > 0 && gap_reason !== null) reject('gap_reason', gap_reason, `null beside a ${given[0]}`);
  const other = given.find((name) => name !== amountOf(measure));
  if (other) reject(String(other), measure, `a ${amountOf(measure)} of ${measure}`);
}

function amountOf(measure: ActivityRecord['measure']): 'quantity' | 'level' | 'buckets' {
  if (LEVELS.some((level) => level === measure)) return 'level';
  return DISTRIBUTIONS.some((distribution) => distribution === measure) ? 'buckets' : 'quantity';
}
