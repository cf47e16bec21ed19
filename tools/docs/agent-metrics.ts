import { METRICS, type Metric } from '../../agent/live/catalogue.ts';
import { code, page, plain, table } from './markdown.ts';

const READING = `Every metric of the agent's \`/metrics\`, in the Prometheus text format 0.0.4. How to open, guard and read it:
[live-output.md](live-output.md). A label whose value nobody knows is left out of the series; a figure that nobody knows has
no series. Unknown is never 0.`;

/** `docs/agent/metrics.md`: every metric with its type, unit, labels and meaning. */
export function agentMetricsPage(): string {
  const metrics: readonly Metric[] = Object.values(METRICS);
  return page('Metrics of the agent', '`agent/live/catalogue.ts`', [
    READING,
    table(['metric', 'type', 'unit', 'labels', 'meaning'], metrics.map(rowOf)),
  ]);
}

function rowOf({ name, type, unit, labels, meaning }: Metric): string[] {
  return [code(name), type, unit, labels.map(code).join(', ') || 'none', plain(meaning)];
}
