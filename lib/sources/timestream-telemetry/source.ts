import type { ContractColumn, Source } from '../source.ts';
import activity from './activity.sql' with { type: 'text' };
import energy from './energy.sql' with { type: 'text' };
import open from './open.sql' with { type: 'text' };
import { EXAMPLE, MEASUREMENTS } from './unload.ts';

const COMPONENTS = ['gpu', 'cpu', 'memory', 'storage', 'network', 'other'];
const LEVEL_COLUMNS = [
  'level_last',
  'level_mean',
  'level_minimum',
  'level_maximum',
  'level_samples',
  'level_seconds',
] as const;
const optional = (name: string): ContractColumn => ({ name, type: 'VARCHAR' });

/** One of some words where a point is of a measurement that has it. */
const word = (name: string, words: readonly string[], measurement: string): ContractColumn => ({
  name,
  type: 'VARCHAR',
  required: true,
  check: {
    sql: `measure_name NOT IN (${measurement}) OR coalesce(value IN (${quoted(words)}), FALSE)`,
    expected: words.join(', '),
  },
});

const amount = (name: string): ContractColumn => ({
  name,
  type: 'DECIMAL(18,6)',
  check: { sql: 'value >= 0', expected: 'a number of at least 0' },
});

function quoted(words: readonly string[]): string {
  return words.map((each) => `'${each}'`).join(', ');
}

/** A bound of a bucket as text, since a contract takes no infinite number. */
const bound = (name: string): ContractColumn => ({
  name,
  type: 'VARCHAR',
  required: true,
  check: {
    sql: "measure_name <> 'joulebook_activity_bucket' OR coalesce(TRY_CAST(replace(value, 'Inf', 'Infinity') AS DOUBLE) IS NOT NULL, FALSE)",
    expected: 'a bound in seconds, -Inf and +Inf at the ends',
  },
});

const ENERGY = quoted(MEASUREMENTS.filter((name) => !name.startsWith('joulebook_activity')));

/** The agent's points in Timestream for LiveAnalytics, unloaded into a folder of S3. */
export const timestreamTelemetry = {
  kind: 'timestream-telemetry',
  card: {
    title: 'Joulebook agent telemetry, unloaded from Timestream for LiveAnalytics',
    unit: 'Joules and pieces as floating point, read to six decimal places',
    lag: 'As of the UNLOAD; records that arrive later come with the next one. The live source has each whole day written once a day until a week after its end',
    licence: "The operator's own measurements",
    method: `Asked by the pipeline itself (\`live\`, provider \`timestream-unload\`), or by hand: run for each month, with the moment in the name of the folder, and name s3://my-bucket/timestream as path: ${EXAMPLE}. Of several runs the last whole one counts: files that no manifest names are not read, and one that found nothing replaces nothing. All of a record belongs to the hour in which it ends. Workload rules read the labels where workload_tags of the agent's sink names them; else its columns are what there is`,
    reference: 'Amazon Timestream developer guide, "UNLOAD Concepts"; docs/agent/delivery.md',
  },
  accepts: /\.parquet$/,
  // Names hold the query and an identifier of their own ("UNLOAD Concepts").
  files_never_change: true,
  named_by_manifest: true,
  shapes: [
    {
      id: 'points',
      format: 'parquet',
      open,
      columns: [
        {
          name: 'measure_name',
          type: 'VARCHAR',
          required: true,
          check: { sql: `coalesce(value IN (${quoted(MEASUREMENTS)}), FALSE)`, expected: MEASUREMENTS.join(', ') },
        },
        { name: 'ends_at', type: 'TIMESTAMP', required: true },
        { name: 'host_id', type: 'VARCHAR', required: true, check: { sql: 'value IS NOT NULL', expected: 'a text' } },
        {
          name: 'resource_id',
          type: 'VARCHAR',
          required: true,
          check: { sql: 'value IS NOT NULL', expected: 'a text' },
        },
        word('component', COMPONENTS, ENERGY),
        optional('domain'),
        optional('method'),
        word('basis', ['measured', 'modelled'], ENERGY),
        amount('energy_joules'),
        amount('idle_joules'),
        amount('unattributed_joules'),
        optional('gap_reason'),
        { name: 'u95_ratio', type: 'DOUBLE', check: { sql: 'value BETWEEN 0 AND 10', expected: 'a ratio of 0 to 10' } },
        {
          name: 'duration_seconds',
          type: 'DOUBLE',
          check: { sql: 'value > 0 AND value <= 3600', expected: 'seconds, an hour at most' },
        },
        optional('target'),
        optional('framework'),
        optional('measure'),
        amount('quantity'),
        bound('bucket_over'),
        bound('bucket_up_to'),
        amount('bucket_count'),
        ...LEVEL_COLUMNS.map((name): ContractColumn => ({ name, type: 'DOUBLE' })),
        optional('project'),
        optional('model_id'),
        optional('workload_type'),
        optional('workload_id'),
        {
          name: 'labels',
          type: 'VARCHAR',
          check: {
            sql: "value IS NULL OR coalesce(json_type(TRY_CAST(value AS JSON)) = 'OBJECT', FALSE)",
            expected: 'a JSON object of texts',
          },
        },
        { name: 'hour_start', type: 'TIMESTAMP' },
      ],
      event_time: 'hour_start',
      facts: { fct_energy: energy, fct_activity: activity },
    },
  ],
} as const satisfies Source;
