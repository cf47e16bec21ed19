import type { Measure } from '../../lib/landing/activity-record.ts';
import { FRAMEWORKS } from './catalogue.ts';
import type { Framework, Level, Where } from './framework.ts';
import type { ScrapeTarget } from './settings.ts';
import type { Sample } from './tokenize.ts';

/** One series of a counter that is read, in millionths of its measure, or of a level in its own unit. */
export interface Reading<What, Amount> {
  readonly what: What;
  readonly metric: string;
  readonly framework: string;
  /** The model as the page names it; `undefined` where it names none. */
  readonly model: string | undefined;
  readonly amount: Amount;
}

/** What a page says: each series by its name and labels. A measure is read from one kind of framework only. */
export interface Readings {
  readonly frameworks: readonly Framework[];
  readonly counters: ReadonlyMap<string, Reading<Measure, bigint>>;
  readonly levels: ReadonlyMap<string, Reading<Level, number>>;
}

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
    frameworks.flatMap(({ detectedBy, counters, levels, watched }) => [
      ...detectedBy,
      ...watched,
      ...[...counters, ...levels].map(({ metric }) => metric),
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
      frameworks.flatMap((framework) => framework.counters.map((rule) => ({ ...rule, framework, what: rule.measure }))),
      byName,
      (value, { microsPerUnit }) => (value >= 0 && value < Infinity ? microsOf(value, microsPerUnit) : undefined),
    ),
    levels: readAll(
      frameworks.flatMap((framework) => framework.levels.map((rule) => ({ ...rule, framework, what: rule.level }))),
      byName,
      (value) => (Number.isFinite(value) ? value : undefined),
    ),
  };
}

/** A counter's reading in whole millionths: differences of these add up, and whole numbers stay exact to 2^53. */
export function microsOf(value: number, microsPerUnit: number = MICROS): bigint {
  const whole = Math.trunc(value);
  return BigInt(whole) * BigInt(microsPerUnit) + BigInt(Math.round((value - whole) * microsPerUnit));
}

interface Rule<What> {
  readonly metric: string;
  readonly where?: Where;
  readonly what: What;
  readonly framework: Framework;
  readonly microsPerUnit?: number;
}

function readAll<What extends string, Amount extends bigint | number>(
  rules: readonly Rule<What>[],
  samples: ReadonlyMap<string, readonly Sample[]>,
  amountOf: (value: number, rule: Rule<What>) => Amount | undefined,
): Map<string, Reading<What, Amount>> {
  const readings = new Map<string, Reading<What, Amount>>();
  const givenBy = new Map<What, Framework>();
  const isFirstWith = ({ what, framework }: Rule<What>) => (givenBy.get(what) ?? framework) === framework;
  for (const rule of rules) {
    for (const sample of samples.get(rule.metric) ?? []) {
      const amount = amountOf(sample.value, rule);
      if (amount === undefined || !isAt(sample, rule.where) || !isFirstWith(rule)) continue;
      givenBy.set(rule.what, rule.framework);
      keepGreatest(readings, seriesOf(sample, rule), readingOf(sample, rule, amount));
    }
  }
  return readings;
}

function readingOf<What, Amount>(sample: Sample, rule: Rule<What>, amount: Amount): Reading<What, Amount> {
  const label = rule.framework.modelLabels.find((name) => sample.labels.get(name));
  const model = label === undefined ? undefined : sample.labels.get(label);
  return { what: rule.what, metric: rule.metric, framework: rule.framework.name, model, amount };
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

function seriesOf<What>({ name, labels }: Sample, { what, framework }: Rule<What>): string {
  const own = [...labels].filter(([label]) => !framework.rankLabels?.includes(label));
  return JSON.stringify([what, name, ...own.sort(([one], [other]) => (one < other ? -1 : 1))]);
}

function isAt({ labels }: Sample, where: Where = {}): boolean {
  return Object.entries(where).every(([label, value]) => labels.get(label) === value);
}

function trainingOf(allow: ScrapeTarget['allow']): Framework {
  return {
    name: 'training',
    reference: 'the allow-list of the settings',
    workloadType: 'training',
    detectedBy: [],
    counters: allow.flatMap(({ metric, measure }) =>
      measure === 'steps' || measure === 'samples' || measure === 'training_tokens' ? [{ metric, measure }] : [],
    ),
    levels: allow.flatMap(({ metric, measure }) =>
      measure === 'loss' || measure === 'accuracy' || measure === 'learning_rate' ? [{ metric, level: measure }] : [],
    ),
    watched: [],
    modelLabels: ['model_name', 'model'],
  };
}
