import type { Metric } from './catalogue.ts';

/** Label values by name, in the order of the catalogue; one that is null, absent or empty is left out of the series. */
export type Labels = Readonly<Record<string, string | null | undefined>>;

export interface Sample {
  /** By name, or as they are written. */
  readonly labels: Labels | string;
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
  const lines: string[] = [];
  for (const { metric, samples } of families) {
    if (samples.length === 0) continue;
    lines.push(headOf(metric));
    samples.forEach(
      ({ labels, value }) => void lines.push(`${metric.name}${labelsText(labels)} ${valueText(value)}\n`),
    );
  }
  return lines.join('');
}

const HEADS = new Map<Metric, string>();

function headOf(metric: Metric): string {
  const known = HEADS.get(metric);
  if (known !== undefined) return known;
  const head = `# HELP ${metric.name} ${helpText(metric.meaning)}\n# TYPE ${metric.name} ${metric.type}\n`;
  HEADS.set(metric, head);
  return head;
}

function labelsText(labels: Labels | string): string {
  return typeof labels === 'string' ? labels : writtenLabels(labels);
}

/** Labels as they stand on the page: whoever has the same ones again writes them once. */
export function writtenLabels(labels: Labels): string {
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
