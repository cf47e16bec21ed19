import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

import type { MetricPoint } from '../alarms/metric-point.ts';

/** CloudWatch API Reference, Dimension: a value has 1 to 1024 printable ASCII characters. */
const LONGEST_VALUE = 1024;
/** Amazon CloudWatch User Guide, "Specification: Embedded metric format": metrics of one directive. */
const MOST_METRICS = 100;
/** Powertools warns of each hour older than two weeks, which CloudWatch leaves out anyway, and of a point without values. */
const SILENT = { debug: ignore, error: ignore, info: ignore, trace: ignore, warn: ignore };

/**
 * Writes metrics as lines of the function's own log, of which CloudWatch makes metrics: no call, no right and no key is
 * needed (CloudWatch User Guide, "Embedding metrics within logs"). A point without a value that is a finite number has no
 * line.
 */
export async function publishInLog(points: readonly MetricPoint[]): Promise<void> {
  const opened = new Map<string, Metrics>();
  for (const point of points) {
    const metrics = opened.get(point.namespace) ?? openMetrics(point.namespace);
    opened.set(point.namespace, metrics);
    if (fill(metrics, point).hasStoredMetrics()) metrics.publishStoredMetrics();
    else metrics.clearDimensions();
  }
}

/** A point as one line to be. Throws a RangeError for more than a line may hold. */
export function metricsOf(point: MetricPoint): Metrics {
  return fill(openMetrics(point.namespace), point);
}

/** Metrics whose dimensions are those of a point alone: Powertools would add `service`, on which no alarm rests. */
function openMetrics(namespace: string): Metrics {
  const metrics = new Metrics({ namespace, logger: SILENT });
  metrics.clearDefaultDimensions();
  return metrics;
}

function fill(metrics: Metrics, { at, dimensions, values }: MetricPoint): Metrics {
  const finite = Object.entries(values).filter(([, value]) => Number.isFinite(value));
  if (finite.length > MOST_METRICS)
    throw new RangeError(`Cannot write metrics: expected at most ${MOST_METRICS} values, got ${finite.length}`);
  metrics.setTimestamp(Date.parse(at));
  for (const [name, text] of Object.entries(dimensions)) metrics.addDimension(name, dimensionText(text));
  for (const [name, value] of finite) metrics.addMetric(name, MetricUnit.NoUnit, value);
  return metrics;
}

function dimensionText(text: string): string {
  const printable = text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_VALUE);
  return printable.trim() === '' ? '(unknown)' : printable;
}

function ignore(): void {}
