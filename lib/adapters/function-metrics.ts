import type { MetricPoint } from '../alarms/metric-point.ts';

/** Namespace of what functions tell of themselves. */
export const FUNCTIONS_NAMESPACE = 'Joulebook/Functions';
/** Counts of the stages' answers (lib/pipeline/stage.ts) that become metrics; each costs what a metric costs. */
const COUNTED = ['landed', 'present', 'rejected', 'files', 'rows', 'figures', 'raised', 'told', 'sent', 'refused'];
const BYTES_PER_KIB = 1024;
const BYTES_PER_MB = 1_000_000;

/**
 * What a call of a function tells of itself, under the name that Lambda's own metrics have for it: the counts of its
 * answer, and the most memory that its process has held so far, in MB (10⁶ bytes).
 */
export function functionPoint(answer: unknown, functionName: string, at = new Date()): MetricPoint {
  const counts = Object.entries(answer ?? {}).filter(
    (entry): entry is [string, number] => COUNTED.includes(entry[0]) && typeof entry[1] === 'number',
  );
  const peak_memory_mb = (process.resourceUsage().maxRSS * BYTES_PER_KIB) / BYTES_PER_MB;
  return {
    namespace: FUNCTIONS_NAMESPACE,
    at: at.toISOString(),
    dimensions: { FunctionName: functionName },
    values: { ...Object.fromEntries(counts), peak_memory_mb },
  };
}
