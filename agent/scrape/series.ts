import type { Framework, Where } from './framework.ts';
import type { Sample } from './tokenize.ts';

/** One series that is read: of a counter in millionths of its measure, of a level in its own unit, or a histogram. */
export interface Reading<What, Amount> {
  readonly what: What;
  readonly metric: string;
  readonly framework: string;
  /** The model as the page names it; `undefined` where it names none. */
  readonly model: string | undefined;
  readonly amount: Amount;
}

/** What is read under one name of a kind of target. */
export interface Rule<What> {
  readonly metric: string;
  readonly where?: Where;
  readonly what: What;
  readonly framework: Framework;
  readonly microsPerUnit?: number;
}

/** Each sample that a rule is for, in the order of the rules; of several sources of one thing the first that gives it counts. */
export function* sampled<What>(
  rules: readonly Rule<What>[],
  samples: ReadonlyMap<string, readonly Sample[]>,
  sourceOf: (rule: Rule<What>) => string,
): Generator<{ readonly rule: Rule<What>; readonly sample: Sample }> {
  const givenBy = new Map<What, string>();
  for (const rule of rules) {
    const source = sourceOf(rule);
    for (const sample of samples.get(rule.metric) ?? []) {
      if (Number.isNaN(sample.value) || !isAt(sample, rule.where) || (givenBy.get(rule.what) ?? source) !== source)
        continue;
      givenBy.set(rule.what, source);
      yield { rule, sample };
    }
  }
}

/** The reading of one sample. */
export function readingOf<What, Amount>(sample: Sample, rule: Rule<What>, amount: Amount): Reading<What, Amount> {
  const label = rule.framework.modelLabels.find((name) => sample.labels.get(name));
  const model = label === undefined ? undefined : sample.labels.get(label);
  return { what: rule.what, metric: rule.metric, framework: rule.framework.name, model, amount };
}

/** The name of a series. Ranks that repeat one reading have one; so have the parts of what `dropped` splits. */
export function seriesOf<What>({ name, labels }: Sample, { what, framework }: Rule<What>, dropped?: string): string {
  const own = [...labels].filter(([label]) => label !== dropped && !framework.rankLabels?.includes(label));
  return JSON.stringify([what, name, ...own.sort(([one], [other]) => (one < other ? -1 : 1))]);
}

function isAt({ labels }: Sample, where: Where = {}): boolean {
  return Object.entries(where).every(([label, value]) => (labels.get(label) ?? '') === value);
}
