import { activity } from './activity/source.ts';
import { agent } from './agent/source.ts';
import { awsCarbon } from './aws-carbon/source.ts';
import { awsCloudwatch } from './aws-cloudwatch/source.ts';
import { awsCostExplorer } from './aws-cost-explorer/source.ts';
import { awsCurLegacy } from './aws-cur-legacy/source.ts';
import { awsCur2 } from './aws-cur2/source.ts';
import { azureCarbon } from './azure-carbon/source.ts';
import { azureCost } from './azure-cost/source.ts';
import { codecarbon } from './codecarbon/source.ts';
import { focus } from './focus/source.ts';
import { gcpBilling } from './gcp-billing/source.ts';
import { gcpCarbon } from './gcp-carbon/source.ts';
import { grid } from './grid/source.ts';
import { managedUsage } from './managed-usage/source.ts';
import { runs } from './runs/source.ts';
import type { Source } from './source.ts';
import { timestreamTelemetry } from './timestream-telemetry/source.ts';

/** Every kind of source. A new one is a folder and a line here; settings, docs and tests loop over this list. */
export const SOURCES = [
  activity,
  agent,
  awsCarbon,
  awsCloudwatch,
  awsCostExplorer,
  awsCurLegacy,
  awsCur2,
  azureCarbon,
  azureCost,
  codecarbon,
  focus,
  gcpBilling,
  gcpCarbon,
  grid,
  managedUsage,
  runs,
  timestreamTelemetry,
] as const satisfies readonly Source[];
