import { holdsKey, openLines } from '../bigquery-table.ts';
import type { Shape, Source } from '../source.ts';
import { CARBON_COLUMNS } from './columns.ts';
import emissions from './emissions.sql' with { type: 'text' };
import nested from './nested.sql' with { type: 'text' };

const exported = {
  columns: CARBON_COLUMNS,
  event_time: "date_trunc('month', usage_month)",
  provider_version: 'carbon_model_version',
  facts: { fct_provider_emissions: emissions },
} as const satisfies Omit<Shape, 'id' | 'format'>;

/** Google Cloud Carbon Footprint, exported to BigQuery and from there to files. */
export const gcpCarbon = {
  kind: 'gcp-carbon',
  card: {
    title: 'Google Cloud Carbon Footprint export',
    unit: 'Kilograms of CO2e (kgCO2e, in the column names), turned into grams',
    lag: 'On the 15th of the next month; earlier months can be backfilled with a new model version',
    licence: "The account holder's own records",
    method:
      "Google's carbon model (its version stands in each row), location- and market-based; overhead included; never kWh",
    reference: 'Google Cloud documentation, Carbon Footprint, data schema',
  },
  accepts: /\.(parquet|csv|csv\.gz|jsonl)$/,
  month_in_path: /usage_month=(\d{4}-\d{2})/,
  shapes: [
    { id: 'flat', format: 'parquet', ...exported },
    { id: 'nested', format: 'parquet', open: nested, ...exported },
    { id: 'csv', format: 'csv', delimiter: ',', ...exported },
    { id: 'json-lines', format: 'lines', holds: holdsKey('usage_month'), open: openLines(CARBON_COLUMNS), ...exported },
  ],
} as const satisfies Source;
