import type { Source } from '../source.ts';
import { CUR_CHARGES, CUR_COST, CUR_METHOD, CUR_TOTALS } from './charges.ts';
import { CUR_COLUMNS } from './columns.ts';

/** AWS Data Exports, COST_AND_USAGE_REPORT (CUR 2.0), hourly with resources, as Parquet. */
export const awsCur2 = {
  kind: 'aws-cur2',
  card: {
    title: 'AWS Cost and Usage Report 2.0 (Data Exports)',
    unit: 'Money in the billing currency; usage in pricing units, counted once per Usage, SavingsPlanCoveredUsage or DiscountedUsage line',
    lag: 'Refreshed up to three times a day; a month can change for about two weeks after it ends',
    licence: "The account holder's own billing records",
    method: CUR_METHOD,
    reference: 'AWS documentation, Data Exports user guide, table dictionary COST_AND_USAGE_REPORT',
  },
  accepts: /\.parquet$/,
  month_in_path: /BILLING_PERIOD=(\d{4}-\d{2})/,
  shapes: [
    {
      id: 'cur2',
      format: 'parquet',
      columns: [
        ...CUR_COLUMNS,
        { name: 'product', type: 'MAP(VARCHAR, VARCHAR)' },
        { name: 'tags', type: 'MAP(VARCHAR, VARCHAR)', aliases: ['resource_tags'], required: true },
      ],
      event_time: 'line_item_usage_start_date',
      event_end: 'line_item_usage_end_date',
      facts: { fct_cost: CUR_COST },
      totals: CUR_TOTALS,
      charges: CUR_CHARGES,
    },
  ],
} as const satisfies Source;
