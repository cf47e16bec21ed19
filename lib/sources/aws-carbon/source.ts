import type { Shape, Source } from '../source.ts';
import { CARBON_COLUMNS } from './columns.ts';
import emissions from './emissions.sql' with { type: 'text' };
import openJson from './open-json.sql' with { type: 'text' };

const exported = {
  columns: CARBON_COLUMNS,
  event_time: "date_trunc('month', usage_period_start)",
  provider_version: 'model_version',
  facts: { fct_provider_emissions: emissions },
} as const satisfies Omit<Shape, 'id' | 'format'>;

/** AWS Data Exports, CARBON_EMISSIONS: monthly, by account, region and service. */
export const awsCarbon = {
  kind: 'aws-carbon',
  card: {
    title: 'AWS carbon emissions (Data Exports, Sustainability API)',
    unit: 'Metric tons of CO2e (MTCO2e), turned into grams; any other unit is rejected',
    lag: 'By the 21st of the next month; after a new model version both versions come in the export for three months',
    licence: "The account holder's own records",
    method:
      "AWS's carbon model (its version stands in each row), location- and market-based; overhead included; never kWh",
    reference:
      'AWS documentation, Data Exports user guide, table dictionary CARBON_EMISSIONS; Sustainability API Reference, GetEstimatedCarbonEmissions',
  },
  accepts: /\.(parquet|csv|csv\.gz|json)$/,
  month_in_path: /usage_period=(\d{4}-\d{2})/,
  shapes: [
    { id: 'parquet', format: 'parquet', ...exported },
    { id: 'csv', format: 'csv', delimiter: ',', ...exported },
    { id: 'sustainability-api', format: 'lines', open: openJson, ...exported },
  ],
} as const satisfies Source;
