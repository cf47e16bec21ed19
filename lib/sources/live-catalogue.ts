import { sustainability } from './aws-carbon/live/sustainability.ts';
import { bedrock } from './aws-cloudwatch/live/bedrock.ts';
import { sagemaker } from './aws-cloudwatch/live/sagemaker.ts';
import { costExplorer } from './aws-cost-explorer/live/cost-explorer.ts';
import { azureCarbonReports } from './azure-carbon/live/carbon-reports.ts';
import { azureConsumption } from './azure-cost/live/usage-details.ts';
import { gcpBillingBigquery } from './gcp-billing/live/billing-bigquery.ts';
import { gcpCarbonBigquery } from './gcp-carbon/live/carbon-bigquery.ts';
import { electricityMaps } from './grid/live/electricity-maps.ts';
import { tgwfCo2 } from './grid/live/tgwf-co2.ts';
import { ukCarbonIntensity } from './grid/live/uk-carbon-intensity.ts';
import { watttime } from './grid/live/watttime.ts';
import type { LiveProvider } from './live.ts';
import { anthropicUsage } from './managed-usage/live/anthropic-usage.ts';
import { openaiUsage } from './managed-usage/live/openai-usage.ts';
import { timestreamUnload } from './timestream-telemetry/live/timestream-unload.ts';

/** Every provider that can be asked. A new one is a file beside its source and a line here; settings, docs and tests loop over this list. */
export const PROVIDERS = [
  costExplorer,
  bedrock,
  sagemaker,
  sustainability,
  azureCarbonReports,
  azureConsumption,
  electricityMaps,
  gcpBillingBigquery,
  gcpCarbonBigquery,
  tgwfCo2,
  ukCarbonIntensity,
  watttime,
  anthropicUsage,
  openaiUsage,
  timestreamUnload,
] as const satisfies readonly LiveProvider[];
