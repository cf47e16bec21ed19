import type { ContractColumn, Source } from '../source.ts';
import cost from './cost.sql' with { type: 'text' };
import open from './open.sql' with { type: 'text' };
import regions from './regions.sql' with { type: 'text' };

/** What the exact columns of the book can hold: more is a broken cell. */
const amount = (name: string): ContractColumn => ({
  name,
  type: 'DOUBLE',
  check: { below: 1e12, expected: 'a number below 10^12' },
});

/** AWS Cost Explorer, GetCostAndUsage by the day: for the days that the export does not have yet. */
export const awsCostExplorer = {
  kind: 'aws-cost-explorer',
  card: {
    title: 'AWS Cost Explorer',
    unit: 'Money in the billing currency (UnblendedCost is billed, AmortizedCost is effective); instance hours and tokens by usage type',
    lag: 'A day; a day is estimated until its month is billed, about two weeks after it ends',
    licence: "The account holder's own billing records",
    method:
      'AWS metering and billing, added up by day and usage type, without resources. Of EC2 only accelerated instances are read. ' +
      'Days that a bill among the sources covers are left to that bill',
    reference: 'AWS Billing and Cost Management API Reference, GetCostAndUsage',
  },
  accepts: /\.json(\.gz)?$/,
  fills_in_for: ['aws-cur2', 'aws-cur-legacy', 'focus'],
  shapes: [
    {
      id: 'cost-and-usage',
      format: 'lines',
      open,
      columns: [
        {
          name: 'day_start',
          type: 'TIMESTAMP',
          required: true,
          check: { sql: 'value IS NOT NULL', expected: 'ResultsByTime with a TimePeriod, as GetCostAndUsage gives it' },
        },
        { name: 'day_end', type: 'TIMESTAMP' },
        { name: 'is_estimated', type: 'BOOLEAN' },
        { name: 'usage_type', type: 'VARCHAR' },
        {
          name: 'grouped_by',
          type: 'VARCHAR',
          check: {
            sql: "coalesce(value, '') IN ('RECORD_TYPE', 'LINKED_ACCOUNT', 'TAG')",
            expected: 'groups of USAGE_TYPE and of RECORD_TYPE, LINKED_ACCOUNT or a tag, in this order',
          },
        },
        { name: 'group_value', type: 'VARCHAR' },
        amount('unblended_cost'),
        {
          name: 'currency',
          type: 'VARCHAR',
          check: {
            sql: "value = getvariable('currency')",
            expected: 'the currency of the settings; amounts are never converted',
            setting: 'currency',
          },
        },
        amount('amortized_cost'),
        amount('usage_quantity'),
        { name: 'usage_unit', type: 'VARCHAR' },
      ],
      event_time: 'day_start',
      provider_version: "CASE WHEN is_estimated THEN 'partly estimated' ELSE 'as billed' END",
      facts: { fct_cost: `WITH region_code AS (${regions}) SELECT * FROM (${cost})` },
    },
  ],
} as const satisfies Source;
