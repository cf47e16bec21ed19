import { CUR_CHARGES, CUR_COST, CUR_METHOD, CUR_TOTALS } from '../aws-cur2/charges.ts';
import { CUR_COLUMNS } from '../aws-cur2/columns.ts';
import type { Shape, Source } from '../source.ts';

const report = {
  columns: [...CUR_COLUMNS, { name: 'product', type: 'MAP(VARCHAR, VARCHAR)' }],
  tag_columns: /^resource_?tags[_/](.+)$/i,
  event_time: 'line_item_usage_start_date',
  event_end: 'line_item_usage_end_date',
  facts: { fct_cost: CUR_COST },
  totals: CUR_TOTALS,
} as const satisfies Omit<Shape, 'id' | 'format'>;

/** The Cost and Usage Report before Data Exports: its columns come and go from month to month, one column a tag. */
export const awsCurLegacy = {
  kind: 'aws-cur-legacy',
  card: {
    title: 'AWS Cost and Usage Report, legacy (CUR 1)',
    unit: 'Money in the billing currency; usage in pricing units, counted once per Usage, SavingsPlanCoveredUsage or DiscountedUsage line',
    lag: 'Refreshed up to three times a day; a month can change for about two weeks after it ends',
    licence: "The account holder's own billing records",
    method: CUR_METHOD,
    reference: 'AWS documentation, Cost and Usage Report user guide, data dictionary',
  },
  accepts: /\.(parquet|csv|gz)$/,
  shapes: [
    { id: 'athena', format: 'parquet', ...report, charges: CUR_CHARGES },
    { id: 'csv', format: 'csv', delimiter: ',', ends_early: true, ...report },
  ],
  refuses: [
    {
      header: new RegExp(`^[^,]*${String.fromCharCode(1)}`),
      because: 'text with Ctrl-A between the cells, as Hive and Athena write query results',
    },
  ],
} as const satisfies Source;
