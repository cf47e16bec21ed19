import type { Level, Measure } from '../../lib/landing/activity-record.ts';
import { FRAMEWORKS } from './catalogue.ts';
import type { Framework } from './framework.ts';
import { type HistogramReading, histogramsIn } from './histograms.ts';
import { type Reading, type Rule, readingOf, sampled, seriesOf } from './series.ts';
import type { ScrapeTarget } from './settings.ts';
import type { Sample } from './tokenize.ts';

/**
 * What a page says: each series by its name and labels. A measure is read from one kind of framework only, a level or a
 * distribution from one metric only.
 */
export interface Readings {
  readonly frameworks: readonly Framework[];
  readonly counters: ReadonlyMap<string, Reading<Measure, bigint>>;
  readonly levels: ReadonlyMap<string, Reading<Level, number>>;
  readonly histograms: ReadonlyMap<string, HistogramReading>;
}

/** Levels that may lie below zero; of the others a negative reading is none. */
const SIGNED: readonly Level[] = ['loss', 'accuracy', 'learning_rate'];
/** A gauge beyond this has gone astray, and sums over it would not be numbers. */
const MOST_LEVEL = 1e100;
const MICROS = 1_000_000;

/** The kinds that a target may be of: the one that the settings name, all with `auto`, what is allowed of a training job. */
export function frameworksOf({ url, framework, allow }: ScrapeTarget): readonly Framework[] {
  if (framework === 'training') return [trainingOf(allow)];
  if (framework !== 'auto') return FRAMEWORKS.filter(({ name }) => name === framework);
  const { pathname } = new URL(url);
  const known = FRAMEWORKS.filter(({ path }) => path === pathname);
  return known.length > 0 ? known : FRAMEWORKS.filter(({ path }) => path === undefined);
}

/** The names that are taken from a page. */
export function namesOf(frameworks: readonly Framework[]): ReadonlySet<string> {
  return new Set(
    frameworks.flatMap(({ detectedBy, counters, levels, histograms, watched }) => [
      ...detectedBy,
      ...watched,
      ...[...counters, ...levels].map(({ metric }) => metric),
      ...histograms.map(bucketsName),
    ]),
  );
}

/** What the samples of a page say. Of several kinds that a target may be of, those count whose names are there. */
export function readingsOf(samples: readonly Sample[], possible: readonly Framework[]): Readings {
  const names = new Set(samples.map(({ name }) => name));
  const frameworks =
    possible.length === 1 ? possible : possible.filter(({ detectedBy }) => detectedBy.some((name) => names.has(name)));
  const byName = Map.groupBy(samples, ({ name }) => name);
  return {
    frameworks,
    counters: readAll(
      rulesOf(frameworks, ({ counters }) => counters.map((rule) => ({ ...rule, what: rule.measure }))),
      byName,
      { sourceOf: ({ framework }) => framework.name, amountOf: countIn },
    ),
    levels: readAll(
      rulesOf(frameworks, ({ levels }) => levels.map((rule) => ({ ...rule, what: rule.level }))),
      byName,
      { sourceOf: ({ metric }) => metric, amountOf: levelIn },
    ),
    histograms: histogramsIn(rulesOf(frameworks, histogramRules), byName),
  };
}

function rulesOf<What>(
  frameworks: readonly Framework[],
  of: (framework: Framework) => readonly Omit<Rule<What>, 'framework'>[],
): Rule<What>[] {
  return frameworks.flatMap((framework) => of(framework).map((rule) => ({ ...rule, framework })));
}

function histogramRules({ histograms }: Framework) {
  return histograms.map((rule) => ({ ...rule, metric: bucketsName(rule), what: rule.measure }));
}

function bucketsName({ metric }: { readonly metric: string }): string {
  return `${metric}_bucket`;
}

function countIn({ value }: Sample, { microsPerUnit }: Rule<Measure>): bigint | undefined {
  return value >= 0 && value < Infinity ? microsOf(value, microsPerUnit) : undefined;
}

function levelIn({ value }: Sample, { what }: Rule<Level>): number | undefined {
  return Math.abs(value) <= MOST_LEVEL && (value >= 0 || SIGNED.includes(what)) ? value : undefined;
}

/** A counter's reading in whole millionths: differences of these add up, and whole numbers stay exact to 2^53. */
export function microsOf(value: number, microsPerUnit: number = MICROS): bigint {
  const whole = Math.trunc(value);
  return BigInt(whole) * BigInt(microsPerUnit) + BigInt(Math.round((value - whole) * microsPerUnit));
}

function readAll<What extends string, Amount extends bigint | number>(
  rules: readonly Rule<What>[],
  samples: ReadonlyMap<string, readonly Sample[]>,
  {
    sourceOf,
    amountOf,
  }: {
    readonly sourceOf: (rule: Rule<What>) => string;
    readonly amountOf: (sample: Sample, rule: Rule<What>) => Amount | undefined;
  },
): Map<string, Reading<What, Amount>> {
  const readings = new Map<string, Reading<What, Amount>>();
  for (const { rule, sample } of sampled(rules, samples, sourceOf)) {
    const amount = amountOf(sample, rule);
    if (amount !== undefined) keepGreatest(readings, seriesOf(sample, rule), readingOf(sample, rule, amount));
  }
  return readings;
}

/** Ranks that repeat one reading have one series; so has a series that a page gives twice. */
function keepGreatest<Kept extends { readonly amount: bigint | number }>(
  readings: Map<string, Kept>,
  series: string,
  reading: Kept,
): void {
  const kept = readings.get(series);
  if (!kept || reading.amount > kept.amount) readings.set(series, reading);
}

function trainingOf(allow: ScrapeTarget['allow']): Framework {
  return {
    name: 'training',
    reference: 'the allow-list of the settings',
    workloadType: 'training',
    detectedBy: [],
    counters: allow.flatMap(({ metric, where, measure }) =>
      measure === 'steps' || measure === 'samples' || measure === 'training_tokens' ? [{ metric, where, measure }] : [],
    ),
    levels: allow.flatMap(({ metric, where, measure: level }) =>
      level === 'loss' || level === 'accuracy' || level === 'learning_rate' ? [{ metric, where, level }] : [],
    ),
    histograms: [],
    watched: [],
    modelLabels: ['model_name', 'model'],
  };
}
