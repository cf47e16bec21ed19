import type { Distribution } from '../../lib/landing/activity-record.ts';
import { type Reading, type Rule, readingOf, sampled, seriesOf } from './series.ts';
import type { Sample } from './tokenize.ts';

/** How many were counted over one bound and at most the other; bounds as the page writes them, `-Inf` under the first. */
export interface Bucket {
  readonly over: string;
  readonly upTo: string;
  readonly count: bigint;
}

export type HistogramReading = Reading<Distribution, readonly Bucket[]>;

const BOUND = 'le';

/**
 * The histograms of a page, each with its own counts by bucket: a page adds them up from the lowest bound on. One whose
 * counts fall from bound to bound, or that lacks its last bucket, is not read.
 */
export function histogramsIn(
  rules: readonly Rule<Distribution>[],
  samples: ReadonlyMap<string, readonly Sample[]>,
): Map<string, HistogramReading> {
  const found = new Map<string, { readonly sample: Sample; readonly rule: Rule<Distribution>; atMost: Counts }>();
  for (const { rule, sample } of sampled(rules, samples, ({ metric }) => metric)) {
    const series = seriesOf(sample, rule, BOUND);
    const histogram = found.get(series) ?? { sample, rule, atMost: new Map() };
    found.set(series, histogram);
    keepGreatest(histogram.atMost, sample.labels.get(BOUND) ?? '', sample.value);
  }
  return new Map(
    [...found].flatMap(([series, { sample, rule, atMost }]) => {
      const buckets = maybeBuckets(atMost);
      return buckets ? [[series, readingOf(sample, rule, buckets)]] : [];
    }),
  );
}

/**
 * What a histogram counted since its earlier reading, by bucket. One of which a bucket holds less than before, or whose
 * bounds are others, began again at zero with its server: `hasFallen`, and the whole new reading is the rise.
 */
export function risenSince(
  before: readonly Bucket[] | undefined,
  after: readonly Bucket[],
): { readonly buckets: readonly Bucket[]; readonly hasFallen: boolean } {
  if (!before) return { buckets: counted(after), hasFallen: false };
  const rises = after.map((bucket, index) => ({ ...bucket, count: bucket.count - (before[index]?.count ?? 0n) }));
  const hasFallen = !isSameBounds(before, after) || rises.some(({ count }) => count < 0n);
  return { buckets: counted(hasFallen ? after : rises), hasFallen };
}

/** Buckets of the same two bounds add up; the others stand beside them. */
export function addedUp(one: readonly Bucket[], other: readonly Bucket[]): readonly Bucket[] {
  const sums = new Map<string, Bucket>();
  for (const bucket of [...one, ...other]) {
    const key = JSON.stringify([bucket.over, bucket.upTo]);
    sums.set(key, { ...bucket, count: bucket.count + (sums.get(key)?.count ?? 0n) });
  }
  return [...sums.values()].sort((a, b) => boundOf(a.upTo) - boundOf(b.upTo) || boundOf(a.over) - boundOf(b.over));
}

type Counts = Map<string, number>;

function keepGreatest(counts: Counts, bound: string, count: number): void {
  counts.set(bound, Math.max(counts.get(bound) ?? count, count));
}

function maybeBuckets(atMost: Counts): Bucket[] | undefined {
  const ascending = [...atMost].sort(([one], [other]) => boundOf(one) - boundOf(other));
  const buckets = ascending.map(([upTo, count], index) => {
    const [over = '-Inf', below = 0] = ascending[index - 1] ?? [];
    const isGood = boundOf(over) < boundOf(upTo) && Number.isSafeInteger(count - below) && count >= below;
    return isGood ? { over, upTo, count: BigInt(count - below) } : undefined;
  });
  const good = buckets.filter((bucket) => bucket !== undefined);
  return good.length === buckets.length && boundOf(good.at(-1)?.upTo ?? '') === Infinity ? good : undefined;
}

function isSameBounds(one: readonly Bucket[], other: readonly Bucket[]): boolean {
  return (
    one.length === other.length && one.every(({ upTo }, index) => boundOf(upTo) === boundOf(other[index]?.upTo ?? ''))
  );
}

function counted(buckets: readonly Bucket[]): Bucket[] {
  return buckets.filter(({ count }) => count > 0n);
}

/** `0.5`, `1e-05`, `+Inf`; not a number for anything else, so that such a bound is never in order. */
function boundOf(text: string): number {
  const infinite = /^([+-]?)inf$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  return text.trim() === '' ? Number.NaN : Number(text);
}
