import type { ContractColumn, Source } from '../source.ts';
import energyFacts from './energy.sql' with { type: 'text' };
import open from './open.sql' with { type: 'text' };
import run from './run.sql' with { type: 'text' };

const energy = (name: string): ContractColumn => ({
  name,
  type: 'DOUBLE',
  required: true,
  check: { sql: 'value >= 0', expected: 'kWh of at least 0' },
});

/** CodeCarbon's emissions.csv: one row a run. Its emissions are not read: the ledger computes them with its own factors. */
export const codecarbon = {
  kind: 'codecarbon',
  card: {
    title: 'CodeCarbon emissions.csv',
    unit: "kWh by component, of which the file's own PUE is taken out; local times without a zone are read as UTC, so set TZ=UTC on the host",
    lag: 'Written when a run ends, or at intervals with cumulative values',
    licence: "The operator's own measurements",
    method:
      'GPU: NVML or powermetrics counters. CPU: RAPL, Intel Power Gadget or a table of thermal design powers times load, and ' +
      'the file does not say which; memory: watts per module. Spread evenly over the run',
    reference: 'CodeCarbon documentation, Output',
  },
  accepts: /\.csv(\.gz)?$/i,
  shapes: [
    {
      id: 'emissions',
      format: 'csv',
      open,
      columns: [
        {
          name: 'run_id',
          type: 'VARCHAR',
          required: true,
          check: { sql: 'value IS NOT NULL', expected: 'the id of a run' },
        },
        {
          name: 'timestamp',
          type: 'TIMESTAMPTZ',
          required: true,
          check: { sql: 'value IS NOT NULL', expected: 'the instant at which the run ended' },
        },
        {
          name: 'duration',
          type: 'DOUBLE',
          required: true,
          check: {
            sql: 'coalesce(value > 0 AND value <= 366 * 86400, FALSE)',
            expected: 'seconds above 0, a year at most',
          },
        },
        energy('cpu_energy'),
        energy('gpu_energy'),
        energy('ram_energy'),
        {
          name: 'kwh_before',
          type: 'DOUBLE',
          check: {
            sql: '(value <= TRY_CAST(cpu_energy AS DOUBLE) + TRY_CAST(gpu_energy AS DOUBLE) + TRY_CAST(ram_energy AS DOUBLE)) IS NOT FALSE',
            expected: 'no more than this row has: the counters of a run never run backwards',
          },
        },
        {
          name: 'pue',
          type: 'DOUBLE',
          check: { sql: 'value >= 1', expected: 'a PUE of at least 1' },
        },
        { name: 'project_name', type: 'VARCHAR' },
        { name: 'gpu_count', type: 'VARCHAR' },
        { name: 'started_at', type: 'TIMESTAMP' },
        { name: 'ended_at', type: 'TIMESTAMP' },
        { name: 'hour_start', type: 'TIMESTAMP' },
      ],
      tag_columns: /^(project_name|experiment_id|tracking_mode|cloud_provider|cloud_region|cpu_model|gpu_model)$/,
      event_time: 'hour_start',
      facts: { fct_energy: energyFacts, fct_run: run },
    },
  ],
} as const satisfies Source;
