import type { Source } from '../source.ts';
import activityFacts from './activity.sql' with { type: 'text' };
import energy from './energy.sql' with { type: 'text' };
import metrics from './metrics.sql' with { type: 'text' };
import open from './open.sql' with { type: 'text' };
import samples from './samples.sql' with { type: 'text' };

/** Counters of model servers and of energy exporters: Prometheus text with the instant of each scrape, or query answers. */
export const activity = {
  kind: 'activity',
  card: {
    title: 'Counters in Prometheus format',
    unit: 'Requests and tokens, and by latency; levels of queue and cache; joules (DCGM counts millijoules). A file ends a series: begin the next with the last snapshot again',
    lag: 'None: what was scraped stands',
    licence: "The operator's own measurements",
    method:
      'vLLM, TGI, SGLang and Triton count requests and tokens; DCGM and Kepler read energy counters. The increase between two ' +
      'samples is spread evenly over the time between them; a counter below its last value began again at zero',
    reference: 'Prometheus text exposition format 0.0.4 and HTTP API query_range; docs/methods/attribution.md',
  },
  accepts: /\.(prom|metrics|txt|json)(\.gz)?$/i,
  shapes: [
    {
      id: 'prometheus',
      format: 'lines',
      open: `WITH metric AS (${metrics}), sample AS (${samples}) SELECT * FROM (${open})`,
      columns: [
        {
          name: 'name',
          type: 'VARCHAR',
          required: true,
          check: {
            sql: 'value IS NOT NULL',
            expected:
              'a counter of requests or tokens (vLLM, TGI, SGLang, Triton) or of energy (DCGM, Kepler), a gauge of their queue or cache, or a histogram of latency',
          },
        },
        {
          name: 'sampled_at',
          type: 'TIMESTAMP',
          check: {
            sql: "value IS NOT NULL AND value >= TIMESTAMP '2000-01-01'",
            expected:
              'the instant of the scrape: a line `# scraped_at 2026-06-01T00:00:00Z target=<server>` before its samples',
          },
        },
        {
          name: 'reading',
          type: 'DECIMAL(28,6)',
          check: { sql: 'value >= 0', expected: 'a counter of at least 0' },
        },
        {
          name: 'resource_id',
          type: 'VARCHAR',
          check: {
            sql: 'value IS NOT NULL',
            expected: '`target=<server>` in the scraped_at line, or a label Hostname, node or instance',
          },
        },
        { name: 'measure', type: 'VARCHAR' },
        { name: 'component', type: 'VARCHAR' },
        { name: 'method', type: 'VARCHAR' },
        { name: 'role', type: 'VARCHAR' },
        { name: 'series', type: 'VARCHAR' },
        { name: 'tags', type: 'MAP(VARCHAR, VARCHAR)' },
        // As text: a contract takes no infinite number.
        { name: 'bucket_over', type: 'VARCHAR' },
        { name: 'bucket_up_to', type: 'VARCHAR' },
        { name: 'sampled_before', type: 'TIMESTAMP' },
        { name: 'counted_before', type: 'DECIMAL(28,6)' },
        { name: 'hour_start', type: 'TIMESTAMP' },
        { name: 'quantity', type: 'DECIMAL(28,6)' },
        { name: 'microseconds', type: 'BIGINT' },
      ],
      event_time: 'hour_start',
      facts: { fct_activity: activityFacts, fct_energy: energy },
    },
  ],
} as const satisfies Source;
