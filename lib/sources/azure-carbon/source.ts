import type { Source } from '../source.ts';
import emissions from './emissions.sql' with { type: 'text' };
import open from './open.sql' with { type: 'text' };

/** Azure Carbon Optimization: emission reports by resource, as the provider `azure-carbon` asks for them. */
export const azureCarbon = {
  kind: 'azure-carbon',
  card: {
    title: 'Azure carbon emission reports',
    unit: 'Kilograms of CO2e (kgCO2e), turned into grams',
    lag: 'By the 19th of the next month',
    licence: "The account holder's own records",
    method:
      "Microsoft's carbon model, whose version the answer does not state; Scopes 1, 2 and 3 are three questions, since an answer is the sum of the scopes asked for. " +
      'Location- or market-based Scope 2 is what the settings say; overhead included; never kWh. Resources are added up by subscription, region and type',
    reference:
      'Microsoft documentation, REST API, Carbon, Query Carbon Emission Reports (2025-04-01), ItemDetailsReport',
  },
  accepts: /\.json$/,
  shapes: [
    {
      id: 'reports-by-scope',
      format: 'text',
      open,
      columns: [
        {
          name: 'month',
          type: 'DATE',
          required: true,
          check: {
            sql: 'value IS NOT NULL AND day(value) = 1',
            expected: 'the first day of the month that was asked for',
          },
        },
        {
          name: 'scope',
          type: 'VARCHAR',
          required: true,
          check: { sql: "coalesce(value, '') IN ('Scope1', 'Scope2', 'Scope3')", expected: 'Scope1, Scope2 or Scope3' },
        },
        {
          name: 'scope_2_method',
          type: 'VARCHAR',
          required: true,
          check: { sql: "coalesce(value, '') IN ('market', 'location')", expected: 'market or location' },
        },
        {
          name: 'item_type',
          type: 'VARCHAR',
          required: true,
          check: {
            sql: "coalesce(value, '') IN ('ResourceItemDetailsData', 'nothing')",
            expected: 'items by resource (ResourceItemDetailsData)',
          },
        },
        { name: 'subscription_id', type: 'VARCHAR', required: true },
        { name: 'location', type: 'VARCHAR', required: true },
        { name: 'resource_type', type: 'VARCHAR', required: true },
        {
          name: 'latest_month_emissions',
          type: 'DOUBLE',
          required: true,
          check: { below: 1e12, expected: 'a number below 10^12' },
        },
      ],
      event_time: 'month',
      facts: { fct_provider_emissions: emissions },
    },
  ],
} as const satisfies Source;
