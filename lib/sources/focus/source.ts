import type { Shape, Source } from '../source.ts';
import { focusColumns } from './columns.ts';
import cost from './cost.sql' with { type: 'text' };

const exported = {
  event_time: 'charge_period_start',
  event_end: 'charge_period_end',
  facts: { fct_cost: cost },
} as const satisfies Partial<Shape>;

/** FOCUS cost and usage, versions 1.0 to 1.2, of one or several providers in a file. */
export const focus = {
  kind: 'focus',
  card: {
    title: 'FOCUS cost and usage (1.0 to 1.2)',
    unit: 'Money in the billing currency; ConsumedQuantity in ConsumedUnit',
    lag: "The provider's own; a month can change until its invoice is issued",
    licence: "The account holder's own billing records",
    method: 'Metering and billing of each provider, in the columns of the FinOps Open Cost and Usage Specification',
    reference: 'FOCUS specification 1.0, 1.1 and 1.2, focus.finops.org',
  },
  accepts: /\.(parquet|csv|csv\.gz)$/,
  month_in_path: /(?:BILLING_PERIOD|billing_period)=(\d{4}-\d{2})/,
  shapes: [
    { id: 'focus-csv', format: 'csv', delimiter: ',', columns: focusColumns('VARCHAR'), ...exported },
    { id: 'focus-parquet', format: 'parquet', columns: focusColumns('JSON'), ...exported },
  ],
} as const satisfies Source;
