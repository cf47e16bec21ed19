import { type Fields, instantAt, listAt, maybeTextAt, numberAt, objectAt, path, reject, textAt } from './fields.ts';

/** A record of the agent is of one hour at most: what it says is booked by the hour. */
export const LONGEST_RECORD_MS = 3_600_000;

/** What records of telemetry and of activity begin with: who read it, and of which time. */
export interface Envelope {
  /** OpenTelemetry host.id of the host that read it. */
  readonly host_id: string;
  /** The resource as the bill names it (`i-0abc…`); the host id where there is no bill. */
  readonly resource_id: string;
  /** Linux boot id of that host: a counter that restarts after a reboot is a reset, not a wrap. */
  readonly boot_id: string;
  /** Counts up within a boot; (host_id, boot_id, seq) names a record of its kind for ever. */
  readonly seq: number;
  /** ISO 8601 UTC, half-open. */
  readonly period_start: string;
  readonly period_end: string;
}

/** Whose work it was; null where nobody said. */
export interface WorkloadNames {
  readonly project: string | null;
  readonly model_id: string | null;
  readonly workload_type: string | null;
  readonly workload_id: string | null;
}

/** The envelope that stands there. Each of these throws `RejectedPayload` with the place, what was found and what was expected. */
export function envelopeAt(fields: Fields): Envelope {
  return {
    host_id: textAt(fields, 'host_id'),
    resource_id: textAt(fields, 'resource_id'),
    boot_id: textAt(fields, 'boot_id'),
    seq: numberAt(fields, 'seq', Number.isSafeInteger, 'a whole number of at least 0'),
    period_start: instantAt(fields, 'period_start'),
    period_end: instantAt(fields, 'period_end'),
  };
}

/** The names of a workload; `at` is where the object itself stands. */
export function workloadAt(fields: Fields, at?: string): WorkloadNames {
  return {
    project: maybeTextAt(fields, 'project', at),
    model_id: maybeTextAt(fields, 'model_id', at),
    workload_type: maybeTextAt(fields, 'workload_type', at),
    workload_id: maybeTextAt(fields, 'workload_id', at),
  };
}

/** The labels, none of which is empty; `at` is where the object itself stands. */
export function labelsAt(fields: Fields, at?: string): Record<string, string> {
  const place = path('labels', at);
  const labels = Object.entries(objectAt(fields['labels'], place));
  return Object.fromEntries(labels.map(([key, label]) => [key, textAt({ [key]: label }, key, place)]));
}

/** The remarks on quality. */
export function qualityAt(fields: Fields): string[] {
  return listAt(fields, 'quality').map((remark, index) =>
    textAt({ [`quality[${index}]`]: remark }, `quality[${index}]`),
  );
}

/** Refuses a period that is empty, runs backwards or is of more than an hour. */
export function checkPeriod({ period_start, period_end }: Envelope): void {
  const length = Date.parse(period_end) - Date.parse(period_start);
  if (length > 0 && length <= LONGEST_RECORD_MS) return;
  reject('period_end', period_end, `an instant after ${period_start}, by an hour at most`);
}
