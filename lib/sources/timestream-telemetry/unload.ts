import { type Period, parsePeriod } from '../../units/period.ts';

/** What of the agent's measurements is read (docs/agent/delivery.md). */
export const MEASUREMENTS = [
  'joulebook_energy',
  'joulebook_workload_energy',
  'joulebook_activity',
  'joulebook_activity_bucket',
] as const;

/** A table of Timestream, and where its rows go: `s3://bucket/prefix`, in the same account and region. */
export interface UnloadTarget {
  readonly database: string;
  readonly table: string;
  readonly to: string;
  /** Key of KMS by which the files are encrypted; without one S3 does it by its own. */
  readonly kmsKey?: string | undefined;
}

/** Whole hours of records, and the folder below `to` that they are written into. */
interface UnloadPart {
  readonly from: string;
  readonly to: string;
  readonly folder: string;
}

/** An identifier that needs no escape within quotation marks; an address without what ends a text. */
const NAME = /^[\w.-]+$/;
const ADDRESS = /^s3:\/\/[\w./-]+[\w-]$/;
const KEY = /^arn:[\w:/-]+$/;

/** What is expected of a target whose names could be more than names. */
export function targetFault({ database, table, to, kmsKey }: UnloadTarget): string | undefined {
  if (!NAME.test(database) || !NAME.test(table) || !ADDRESS.test(to)) return 'plain names and s3://bucket/prefix';
  return kmsKey === undefined || KEY.test(kmsKey) ? undefined : 'the ARN of a key of KMS';
}

/**
 * The statement that writes records as Parquet (Timestream developer guide, "UNLOAD Concepts"). A record bears the instant in
 * which it ends, so a part is everything after its first instant up to and with its last. Throws a RangeError for names that
 * could be more than names.
 */
export function unloadStatement(target: UnloadTarget, { from, to: end, folder }: UnloadPart): string {
  const { database, table, to, kmsKey } = target;
  const expected = targetFault(target);
  if (expected !== undefined)
    throw new RangeError(`Cannot ask Timestream: expected ${expected}, got ${database}.${table} and ${to}`);
  const names = MEASUREMENTS.map((name) => `'${name}'`).join(', ');
  const encryption = kmsKey === undefined ? '' : `, encryption = 'SSE_KMS', kms_key = '${kmsKey}'`;
  return (
    `UNLOAD (SELECT * FROM "${database}"."${table}" WHERE measure_name IN (${names}) ` +
    `AND time > from_iso8601_timestamp('${from}') AND time <= from_iso8601_timestamp('${end}')) ` +
    `TO '${to}/${folder}/' WITH (format = 'PARQUET', compression = 'GZIP'${encryption})`
  );
}

/** A month's statement, into a folder named by its moment: its manifest says which files are whole. */
export function monthStatement(target: UnloadTarget, { month, from, to }: Period, asOf: string): string {
  return unloadStatement(target, { from, to, folder: `period=${month}/asked=${stampOf(asOf)}` });
}

/** `2026-07-22T06:00:00Z` as the name of a folder has it: `20260722T060000Z`. */
export function stampOf(instant: string): string {
  return instant.replaceAll(/[-:]/g, '');
}

/** The statement for the documents. */
export const EXAMPLE = monthStatement(
  { database: 'ai', table: 'joules', to: 's3://my-bucket/timestream' },
  parsePeriod('2026-06'),
  '2026-07-22T06:00:00Z',
);
