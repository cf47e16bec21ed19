import { holdsKey, openLines } from '../bigquery-table.ts';
import type { Shape, Source } from '../source.ts';
import { BILLING_COLUMNS } from './columns.ts';
import cost from './cost.sql' with { type: 'text' };
import nested from './nested.sql' with { type: 'text' };

const exported = {
  columns: BILLING_COLUMNS,
  event_time: 'usage_start_time',
  event_end: 'usage_end_time',
  provider_version: "strftime(export_time, '%Y-%m-%dT%H:%M:%SZ')",
  facts: { fct_cost: cost },
} as const satisfies Omit<Shape, 'id' | 'format'>;

/** The detailed export also nests the resource. */
const detailed = `SELECT *, resource.name AS "resource.name", resource.global_name AS "resource.global_name" FROM (${nested})`;

/** Cloud Billing export to BigQuery, standard or detailed, and from there to files. */
export const gcpBilling = {
  kind: 'gcp-billing',
  card: {
    title: 'Google Cloud Billing export (BigQuery, standard or detailed)',
    unit: 'Money in the billing currency, net of credits; usage in pricing units',
    lag: 'Hours after use; a month is final a few days after it ends, and late rows carry a later export_time',
    licence: "The account holder's own billing records",
    method:
      'Google Cloud metering and billing; the month is that of the use, not of the invoice. Give one of the standard and the detailed export, never both: they repeat the same usage',
    reference: 'Google Cloud documentation, Cloud Billing, export to BigQuery, structure of the tables',
  },
  accepts: /\.(parquet|csv|csv\.gz|jsonl)$/,
  shapes: [
    { id: 'flat', format: 'parquet', ...exported },
    { id: 'nested-detailed', format: 'parquet', open: detailed, ...exported },
    { id: 'nested', format: 'parquet', open: nested, ...exported },
    { id: 'csv', format: 'csv', delimiter: ',', ...exported },
    {
      id: 'json-lines',
      format: 'lines',
      holds: holdsKey('sku.description'),
      open: openLines(BILLING_COLUMNS),
      ...exported,
    },
  ],
} as const satisfies Source;
