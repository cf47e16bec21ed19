import type { Source } from '../source.ts';
import activity from './activity.sql' with { type: 'text' };
import open from './open.sql' with { type: 'text' };

const MEASURES = ['requests', 'input_tokens', 'output_tokens'];

/** Hourly sums of CloudWatch metrics that count work. */
export const awsCloudwatch = {
  kind: 'aws-cloudwatch',
  card: {
    title: 'Amazon CloudWatch: requests and tokens of Bedrock and SageMaker',
    unit: 'Pieces by the hour',
    lag: 'Minutes; metrics are listed for two weeks after their last data point, so a month is asked for while it runs',
    licence: "The account holder's own metrics",
    method:
      'Counted by the service. Of each namespace one level of dimensions is read: the model for Bedrock, the variant of an endpoint for SageMaker',
    reference: 'Amazon CloudWatch API Reference, ListMetrics and GetMetricData',
  },
  accepts: /\.json(\.gz)?$/,
  shapes: [
    {
      id: 'metrics',
      format: 'lines',
      open,
      columns: [
        {
          name: 'is_answer',
          type: 'BOOLEAN',
          required: true,
          check: { sql: 'coalesce(value, FALSE)', expected: 'JSON with MetricDataResults, or a list of Metrics' },
        },
        { name: 'label', type: 'VARCHAR' },
        {
          name: 'hour_start',
          type: 'TIMESTAMP',
          check: { sql: "value = date_trunc('hour', value)", expected: 'a full hour' },
        },
        { name: 'quantity', type: 'DECIMAL(28,6)', check: { sql: 'value >= 0', expected: 'a count of at least 0' } },
        { name: 'region', type: 'VARCHAR' },
        { name: 'namespace', type: 'VARCHAR' },
        {
          name: 'measure',
          type: 'VARCHAR',
          check: {
            sql: `value IN (${MEASURES.map((measure) => `'${measure}'`).join(', ')})`,
            expected: MEASURES.join(', '),
          },
        },
        { name: 'subject', type: 'VARCHAR', check: { sql: "value <> ''", expected: 'a label that names its subject' } },
      ],
      event_time: "coalesce(hour_start, getvariable('month_start'))",
      facts: { fct_activity: activity },
    },
  ],
} as const satisfies Source;
