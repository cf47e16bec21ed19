import type { ContractColumn, Source } from '../source.ts';
import openJson from './open-json.sql' with { type: 'text' };
import run from './run.sql' with { type: 'text' };

const OUTCOMES = ['succeeded', 'failed', 'aborted'];

const COLUMNS: readonly ContractColumn[] = [
  {
    name: 'run_id',
    type: 'VARCHAR',
    required: true,
    check: { sql: 'value IS NOT NULL', expected: 'a run with a run_id' },
  },
  { name: 'solution_id', type: 'VARCHAR' },
  {
    name: 'started_at',
    type: 'TIMESTAMPTZ',
    required: true,
    check: { sql: 'value IS NOT NULL', expected: 'an instant in ISO 8601' },
  },
  {
    name: 'ended_at',
    type: 'TIMESTAMPTZ',
    required: true,
    check: { sql: 'value >= TRY_CAST(started_at AS TIMESTAMPTZ)', expected: 'an instant not before started_at' },
  },
  {
    name: 'outcome',
    type: 'VARCHAR',
    required: true,
    check: { sql: `value IN (${OUTCOMES.map((each) => `'${each}'`).join(', ')})`, expected: OUTCOMES.join(', ') },
  },
  { name: 'target_metric', type: 'VARCHAR' },
  { name: 'target_value', type: 'DOUBLE' },
  { name: 'project', type: 'VARCHAR' },
  { name: 'model_id', type: 'VARCHAR' },
  { name: 'workload_type', type: 'VARCHAR' },
  { name: 'workload_id', type: 'VARCHAR' },
];

/** Training and batch runs as a tracker or a scheduler exports them: what was tried, when, and how it ended. */
export const runs = {
  kind: 'runs',
  card: {
    title: 'Training and batch runs',
    unit: 'Instants; one without an offset is UTC. A run that has not ended belongs to no month yet',
    lag: 'When a run ends',
    licence: "The operator's own records",
    method: 'As the tracker or the scheduler recorded them',
    reference:
      'Columns run_id, started_at, ended_at, outcome (succeeded, failed, aborted), solution_id, target_metric, target_value',
  },
  accepts: /\.(json|jsonl|csv)(\.gz)?$/i,
  shapes: [
    {
      id: 'runs-json',
      format: 'lines',
      open: openJson,
      columns: [...COLUMNS, { name: 'tags', type: 'MAP(VARCHAR, VARCHAR)' }],
      event_time: 'ended_at',
      facts: { fct_run: run },
    },
    {
      id: 'runs-csv',
      format: 'csv',
      columns: COLUMNS,
      tag_columns: /^tag[_.](.+)$/,
      event_time: 'ended_at',
      facts: { fct_run: run },
    },
  ],
} as const satisfies Source;
