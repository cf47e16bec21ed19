import type { Metric } from './catalogue.ts';

/** Label values by name, in the order of the catalogue; one that is null, absent or empty is left out of the series. */
export type Labels = Readonly<Record<string, string | null | undefined>>;

export interface Sample {
  readonly labels: Labels;
  /** A number, or decimal text where a double would round it. */
  readonly value: number | string;
}

/** A metric and its series; one without series is not shown. */
export interface Family {
  readonly metric: Metric;
  readonly samples: readonly Sample[];
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Families in the Prometheus text format 0.0.4 (prometheus.io, exposition formats). */
export function renderMetrics(families: readonly Family[]): string {
  let text = '';
  for (const { metric, samples } of families) {
    if (samples.length === 0) continue;
    text += headOf(metric);
    for (const { labels, value } of samples) text += `${metric.name}${labelsText(labels)} ${valueText(value)}\n`;
  }
  return text;
}

const HEADS = new WeakMap<Metric, string>();

function headOf(metric: Metric): string {
  const known = HEADS.get(metric);
  if (known !== undefined) return known;
  const head = `# HELP ${metric.name} ${helpText(metric.meaning)}\n# TYPE ${metric.name} ${metric.type}\n`;
  HEADS.set(metric, head);
  return head;
}

const TEXTS = new WeakMap<Labels, string>();

/** Labels that come again from page to page: they are written once. */
export function kept(labels: Labels): Labels {
  TEXTS.set(labels, writtenLabels(labels));
  return labels;
}

/** Series of workloads are the many, and keep their labels from page to page. */
function labelsText(labels: Labels): string {
  const known = TEXTS.get(labels);
  if (known !== undefined) return known;
  const text = writtenLabels(labels);
  if (labels['workload']) TEXTS.set(labels, text);
  return text;
}

function writtenLabels(labels: Labels): string {
  let text = '';
  for (const name in labels) {
    const value = labels[name];
    if (value) text += `${text && ','}${name}="${escaped(value)}"`;
  }
  return text && `{${text}}`;
}

const SPECIAL = /[\\"\n]/;

function escaped(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function helpText(meaning: string): string {
  return meaning.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function valueText(value: number | string): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
