import { type Period, parsePeriod } from '../../units/period.ts';

/** What of the agent's measurements is read (docs/agent/delivery.md). */
export const MEASUREMENTS = ['joulebook_energy', 'joulebook_workload_energy', 'joulebook_activity'] as const;

/** A table of Timestream, and where its rows go: `s3://bucket/prefix`, in the same account and region. */
export interface UnloadTarget {
  readonly database: string;
  readonly table: string;
  readonly to: string;
}

/** An identifier that needs no escape within quotation marks; an address without what ends a text. */
const NAME = /^[\w.-]+$/;
const ADDRESS = /^s3:\/\/[\w./-]+[\w-]$/;

/**
 * The statement that writes a month's records as Parquet (Timestream developer guide, "UNLOAD Concepts"). A record bears the instant in
 * which it ends, so a month is everything after its first instant up to and with its last. Each run has a folder of its own, named by its
 * moment: its manifest says which files are whole. Throws a RangeError for names that could be more than names.
 */
export function unloadStatement(
  { database, table, to }: UnloadTarget,
  { month, from, to: end }: Period,
  asOf: string,
): string {
  if (!NAME.test(database) || !NAME.test(table) || !ADDRESS.test(to))
    throw new RangeError(
      `Cannot ask Timestream: expected plain names and s3://bucket/prefix, got ${database}.${table} and ${to}`,
    );
  const names = MEASUREMENTS.map((name) => `'${name}'`).join(', ');
  const folder = `${to}/period=${month}/asked=${asOf.replaceAll(/[-:]/g, '')}/`;
  return (
    `UNLOAD (SELECT * FROM "${database}"."${table}" WHERE measure_name IN (${names}) ` +
    `AND time > from_iso8601_timestamp('${from}') AND time <= from_iso8601_timestamp('${end}')) ` +
    `TO '${folder}' WITH (format = 'PARQUET', compression = 'GZIP')`
  );
}

/** The statement for the documents. */
export const EXAMPLE = unloadStatement(
  { database: 'ai', table: 'joules', to: 's3://my-bucket/timestream' },
  parsePeriod('2026-06'),
  '2026-07-22T06:00:00Z',
);
