import { focus } from '../focus/source.ts';
import type { Shape, Source } from '../source.ts';
import { ACTUAL_OR_AMORTISED, AZURE_COLUMNS, CHARGE_DAY } from './columns.ts';
import cost from './cost.sql' with { type: 'text' };
import openUsageDetails from './open-usage-details.sql' with { type: 'text' };

const exported = {
  columns: AZURE_COLUMNS,
  event_time: CHARGE_DAY,
  provider_version: ACTUAL_OR_AMORTISED,
  facts: { fct_cost: cost },
} as const satisfies Omit<Shape, 'id' | 'format'>;

/** Azure Cost Management exports: daily rows under the headers of each agreement, or FOCUS. */
export const azureCost = {
  kind: 'azure-cost',
  card: {
    title: 'Azure cost export (actual or amortised)',
    unit: 'Money in the billing currency; quantity in single units where the unit of measure packs them (10 Hours, 100 GB), in thousands or millions of 1K and 1M; counted once per Usage row',
    lag: 'Refreshed daily; a month can change for about five days after it ends',
    licence: "The account holder's own billing records",
    method:
      'Azure metering and billing; give one of the actual, the amortised and the FOCUS export: they repeat the same usage, and a month with two of them in one source is not closed. The amortised one has no purchases of commitments, which cost.billed then lacks. ' +
      'A Cost Management export (FocusCost, for instance) writes files whose path is named; of its runs the last counts, told by the manifest.json beside the files: keep it. Or azure-consumption asks for usage details',
    reference:
      'Microsoft documentation, Cost Management, usage details fields; Consumption REST API, Usage Details - List; FOCUS 1.0 to 1.2',
  },
  // Exports keep a manifest.json beside their files.
  accepts: /(\.(parquet|csv|csv\.gz)|(?<!manifest)\.json)$/,
  shapes: [
    { id: 'csv', format: 'csv', delimiter: ',', ...exported },
    { id: 'parquet', format: 'parquet', ...exported },
    { id: 'usage-details', format: 'text', open: openUsageDetails, ...exported },
    ...focus.shapes.map((shape) => ({ ...shape, provider_version: "'FOCUS costs'" })),
  ],
  one_version: {
    of_dataset: {
      ActualCost: 'actual costs',
      AmortizedCost: 'amortised costs',
      FocusCost: 'FOCUS costs',
      Usage: 'actual costs',
    },
    unsaid: ['actual costs', 'amortised costs'],
  },
  refuses: [
    {
      header: / \([A-Z][A-Za-z]+\)$/,
      because: 'a localised export: switch the language of the portal or of the export to English, or use FOCUS',
    },
  ],
} as const satisfies Source;
