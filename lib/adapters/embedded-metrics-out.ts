import type { MetricPoint } from '../alarms/embedded-metrics.ts';
import { embeddedMetrics } from '../alarms/embedded-metrics.ts';

/**
 * Writes metrics as lines of the function's own log, of which CloudWatch makes metrics: no call, no right and no key is
 * needed (CloudWatch User Guide, "Embedding metrics within logs").
 */
export async function publishInLog(points: readonly MetricPoint[]): Promise<void> {
  const lines = points.flatMap((point) => embeddedMetrics(point)).map((line) => `${JSON.stringify(line)}\n`);
  if (lines.length === 0) return;
  await new Promise<void>((resolve) => process.stdout.write(lines.join(''), () => resolve()));
}
