import type { ContractColumn, Source } from '../source.ts';
import activity from './activity.sql' with { type: 'text' };
import energy from './energy.sql' with { type: 'text' };
import hours from './hours.sql' with { type: 'text' };
import { MEASURE_MEANINGS } from './measures.ts';
import open from './open.sql' with { type: 'text' };
import openActivity from './open-activity.sql' with { type: 'text' };

const DECIMAL = '[0-9]{1,12}([.][0-9]{1,6})?';
const JOULES_TEXT = '[0-9]{1,10}([.][0-9]{1,6})?';
const LEVEL = 'STRUCT("last" DOUBLE, mean DOUBLE, minimum DOUBLE, maximum DOUBLE, samples BIGINT, seconds DOUBLE)';
const BUCKETS = 'STRUCT("over" VARCHAR, up_to VARCHAR, count VARCHAR)[]';
const JOULES = 'decimal joules of at least 0 and below 10^10 (2.8 MW for an hour) with at most six places, as text';

const text = (name: string): ContractColumn => ({
  name,
  type: 'VARCHAR',
  required: true,
  check: { sql: "coalesce(value <> '', FALSE)", expected: 'a text' },
});

const joules = (name: string): ContractColumn => ({
  name,
  type: 'DECIMAL(18,6)',
  check: { sql: `regexp_full_match(${name}, '${JOULES_TEXT}')`, expected: JOULES },
});

/** One of the words of `lib/landing/record.ts` or `activity-record.ts`. */
const word = (name: string, words: readonly string[]): ContractColumn => ({
  name,
  type: 'VARCHAR',
  required: true,
  check: {
    sql: `coalesce(value IN (${words.map((each) => `'${each}'`).join(', ')}), FALSE)`,
    expected: words.join(', ').replace(/, ([^,]+)$/, ' or $1'),
  },
});

/** The kind of amount that each measure has in a record. */
const AMOUNTS = { sum: 'quantity', level: 'level', buckets: 'buckets' } as const;
const KNOWN_MEASURES = Object.entries(MEASURE_MEANINGS)
  .map(([measure, { aggregation }]) => `('${measure}', '${AMOUNTS[aggregation]}')`)
  .join(', ');

/** A column that is NULL in a good row, and else says what is wrong. */
const fault = (name: string, expected: string): ContractColumn => ({
  name,
  type: 'VARCHAR',
  check: { sql: 'value IS NULL', expected },
});

/** What names a record, and the time it is of: the same in both envelopes. */
const NAMED: readonly ContractColumn[] = [
  text('host_id'),
  text('resource_id'),
  text('boot_id'),
  {
    name: 'seq',
    type: 'BIGINT',
    check: { sql: 'coalesce(value >= 0, FALSE)', expected: 'a whole number of at least 0' },
  },
  {
    name: 'period_start',
    type: 'TIMESTAMPTZ',
    check: { sql: 'value IS NOT NULL', expected: 'an instant in ISO 8601' },
  },
  {
    name: 'period_end',
    type: 'TIMESTAMPTZ',
    check: {
      sql: 'coalesce(value > TRY_CAST(period_start AS TIMESTAMPTZ) AND value <= TRY_CAST(period_start AS TIMESTAMPTZ) + INTERVAL 1 HOUR, FALSE)',
      expected: 'an instant after period_start, by an hour at most',
    },
  },
];

const LINE: ContractColumn = {
  name: 'line',
  type: 'VARCHAR',
  check: { sql: "coalesce(json_type(TRY_CAST(value AS JSON)), '') = 'OBJECT'", expected: 'a JSON object' },
};

/** Telemetry and activity of the host agent: JSON lines in the envelopes of `lib/landing/record.ts` and `activity-record.ts`. */
export const agent = {
  kind: 'agent',
  card: {
    title: 'Joulebook agent telemetry and activity',
    unit: 'Joules with six decimal places, by component and workload; pieces and seconds, levels and latency buckets, by model',
    lag: 'Minutes; after an outage a host sends what it has kept, for as long as its disk held it',
    licence: "The operator's own measurements",
    method:
      'Energy counters of the hardware (RAPL, NVML and others) split by use; docs/methods/attribution.md. Counters of scraped model servers; docs/agent/scraping.md',
    reference: 'docs/telemetry.schema.json and docs/activity.schema.json; a file holds records of one of them',
  },
  accepts: /\.jsonl(\.gz)?$/,
  // Host, boot and sequence numbers name a batch, and the inbox refuses a second one (docs/adr/0009).
  files_never_change: true,
  put_together: /\.jsonl\.gz$/,
  shapes: [
    {
      id: 'activity-1',
      format: 'lines',
      holds: `regexp_matches(line, '"schema"\\s*:\\s*"joulebook[.]activity/')`,
      open: `WITH known_measure (measure, amount) AS (VALUES ${KNOWN_MEASURES}), record AS (${openActivity}) SELECT * FROM (${hours})`,
      columns: [
        LINE,
        word('schema', ['joulebook.activity/1']),
        ...NAMED,
        text('target'),
        text('framework'),
        word('measure', Object.keys(MEASURE_MEANINGS)),
        {
          name: 'quantity',
          type: 'DECIMAL(18,6)',
          check: {
            sql: `regexp_full_match(quantity, '${DECIMAL}')`,
            expected: 'a decimal of at least 0 with at most six places, as text',
          },
        },
        { name: 'gap_reason', type: 'VARCHAR' },
        { name: 'level', type: LEVEL },
        { name: 'buckets', type: BUCKETS },
        fault('amount_or_gap', 'the amount that the measure has, or a gap_reason'),
        fault(
          'level_fault',
          'last and mean from minimum to maximum, samples above 0, and a mean where seconds are known',
        ),
        fault(
          'bucket_fault',
          'two bounds in seconds, the first below the second, and a whole number of at least 1, as text',
        ),
        { name: 'project', type: 'VARCHAR' },
        { name: 'model_id', type: 'VARCHAR' },
        { name: 'workload_type', type: 'VARCHAR' },
        { name: 'workload_id', type: 'VARCHAR' },
        { name: 'labels', type: 'MAP(VARCHAR, VARCHAR)' },
        { name: 'hour_start', type: 'TIMESTAMP' },
        { name: 'lower', type: 'DOUBLE' },
        { name: 'upper', type: 'DOUBLE' },
      ],
      event_time: 'hour_start',
      facts: { fct_activity: activity },
    },
    {
      id: 'telemetry-1',
      format: 'lines',
      open: `WITH record AS (${open}) SELECT * FROM (${hours})`,
      columns: [
        LINE,
        word('schema', ['joulebook.telemetry/1']),
        ...NAMED,
        word('component', ['gpu', 'cpu', 'memory', 'storage', 'network', 'other']),
        text('domain'),
        text('method'),
        word('basis', ['measured', 'modelled']),
        joules('energy_joules'),
        { name: 'gap_reason', type: 'VARCHAR' },
        {
          name: 'u95_ratio',
          type: 'DOUBLE',
          check: { sql: 'coalesce(value BETWEEN 0 AND 10, FALSE)', expected: 'a ratio of 0 to 10' },
        },
        {
          name: 'energy_balance',
          type: 'VARCHAR',
          check: {
            sql: 'value IS NULL',
            expected:
              'shares, idle_joules and unattributed_joules that add up to energy_joules; a gap_reason where it is null',
          },
        },
        joules('idle_joules'),
        joules('unattributed_joules'),
        {
          name: 'shares',
          type: 'STRUCT(project VARCHAR, model_id VARCHAR, workload_type VARCHAR, workload_id VARCHAR, labels MAP(VARCHAR, VARCHAR), energy_joules VARCHAR)[]',
        },
        { name: 'hour_start', type: 'TIMESTAMP' },
        { name: 'lower', type: 'DOUBLE' },
        { name: 'upper', type: 'DOUBLE' },
        { name: 'microseconds', type: 'BIGINT' },
      ],
      event_time: 'hour_start',
      facts: { fct_energy: energy },
    },
  ],
} as const satisfies Source;
