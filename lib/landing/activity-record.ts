import { MEASURES } from '../sources/agent/measures.ts';
import { type Fields, instantAt, listAt, maybeTextAt, numberAt, objectAt, reject, textAt, wordAt } from './fields.ts';

/**
 * The envelope of activity: one record per host, target, model, measure and interval, written by the agent as JSON lines
 * in files of their own (`.jsonl`, `.jsonl.gz`) and read by the source `agent`. Delivery is as for telemetry
 * (`record.ts`): at least once, by whole files.
 */
export interface ActivityRecord {
  readonly schema: 'joulebook.activity/1';
  /** OpenTelemetry host.id of the host that scraped. */
  readonly host_id: string;
  /** The resource as the bill names it; the host id where there is no bill. */
  readonly resource_id: string;
  /** Linux boot id of that host. */
  readonly boot_id: string;
  /** Counts up within a boot; (host_id, boot_id, seq) names an activity record for ever. */
  readonly seq: number;
  /** ISO 8601 UTC, half-open. */
  readonly period_start: string;
  readonly period_end: string;
  /** The server or job that was scraped, by its name in the agent's settings or its host and port. */
  readonly target: string;
  /** What it runs: `vllm`, `tgi`, `sglang`, `tensorrt-llm`, `triton`, `training`. */
  readonly framework: string;
  readonly measure: Measure;
  /** Decimal text with at most six places, in the measure's own unit; null when it is unknown, and then `gap_reason` says why. */
  readonly quantity: string | null;
  readonly gap_reason: string | null;
  readonly project: string | null;
  readonly model_id: string | null;
  readonly workload_type: string | null;
  readonly workload_id: string | null;
  /** What the target is known by, for the workload rules. */
  readonly labels: Readonly<Record<string, string>>;
  /** Remarks on quality, for instance `counter-reset`. */
  readonly quality: readonly string[];
}

export type Measure = (typeof MEASURES)[number];

const QUANTITY = /^\d{1,12}(\.\d{1,6})?$/;
const LONGEST_RECORD_MS = 3_600_000;

/**
 * Reads one activity record from parsed JSON. Throws `RejectedPayload` with the first field that is wrong, what was found
 * there and what was expected; a record that comes back is complete.
 */
export function parseActivityRecord(value: unknown): ActivityRecord {
  const fields = objectAt(value, 'the record');
  const record: ActivityRecord = {
    schema: wordAt(fields, 'schema', ['joulebook.activity/1']),
    host_id: textAt(fields, 'host_id'),
    resource_id: textAt(fields, 'resource_id'),
    boot_id: textAt(fields, 'boot_id'),
    seq: numberAt(fields, 'seq', Number.isSafeInteger, 'a whole number of at least 0'),
    period_start: instantAt(fields, 'period_start'),
    period_end: instantAt(fields, 'period_end'),
    target: textAt(fields, 'target'),
    framework: textAt(fields, 'framework'),
    measure: wordAt(fields, 'measure', MEASURES),
    quantity: maybeQuantityAt(fields),
    gap_reason: maybeTextAt(fields, 'gap_reason'),
    project: maybeTextAt(fields, 'project'),
    model_id: maybeTextAt(fields, 'model_id'),
    workload_type: maybeTextAt(fields, 'workload_type'),
    workload_id: maybeTextAt(fields, 'workload_id'),
    labels: labelsAt(fields),
    quality: listAt(fields, 'quality').map((remark, index) =>
      textAt({ [`quality[${index}]`]: remark }, `quality[${index}]`),
    ),
  };
  checkPeriod(record);
  checkGap(record);
  return record;
}

function maybeQuantityAt({ quantity }: Fields): string | null {
  if (quantity === null) return null;
  if (typeof quantity === 'string' && QUANTITY.test(quantity)) return quantity;
  return reject('quantity', quantity, 'a decimal of at least 0 with at most six places, as text');
}

function labelsAt(fields: Fields): Record<string, string> {
  const labels = Object.entries(objectAt(fields['labels'], 'labels'));
  return Object.fromEntries(labels.map(([key, label]) => [key, textAt({ [key]: label }, key, 'labels')]));
}

function checkPeriod({ period_start, period_end }: ActivityRecord): void {
  const length = Date.parse(period_end) - Date.parse(period_start);
  if (length > 0 && length <= LONGEST_RECORD_MS) return;
  reject('period_end', period_end, `an instant after ${period_start}, by an hour at most`);
}

function checkGap({ quantity, gap_reason }: ActivityRecord): void {
  if (quantity === null && gap_reason === null) reject('gap_reason', null, 'a reason, since the quantity is unknown');
  if (quantity !== null && gap_reason !== null) reject('gap_reason', gap_reason, 'null beside a quantity');
}
