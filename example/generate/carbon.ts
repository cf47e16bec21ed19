import { PAYER, PLATFORM, RESEARCH } from './company.ts';
import { writeText } from './folder.ts';
import { MONTH } from './month.ts';
import { type Columns, type ParquetRow, writeParquet } from './parquet.ts';

/** Scopes of one account, region and service in metric tons, as AWS reports them; market-based Scope 2 is zero there. */
interface Reported {
  readonly account: string;
  readonly region: string;
  readonly location: string;
  readonly product: string;
  readonly scope_1: number;
  readonly scope_2_location: number;
  readonly scope_3: number;
}

const IRELAND = { region: 'eu-west-1', location: 'EU (Ireland)' } as const;
const FRANKFURT = { region: 'eu-central-1', location: 'EU (Frankfurt)' } as const;
const VIRGINIA = { region: 'us-east-1', location: 'US East (N. Virginia)' } as const;

const REPORTED: readonly Reported[] = [
  {
    account: PLATFORM.id,
    ...IRELAND,
    product: 'AmazonEC2',
    scope_1: 0.000412,
    scope_2_location: 0.081204,
    scope_3: 0.031877,
  },
  {
    account: PLATFORM.id,
    ...IRELAND,
    product: 'AmazonS3',
    scope_1: 0.000011,
    scope_2_location: 0.002318,
    scope_3: 0.000903,
  },
  {
    account: PLATFORM.id,
    ...IRELAND,
    product: 'AmazonSageMaker',
    scope_1: 0.000204,
    scope_2_location: 0.040671,
    scope_3: 0.015112,
  },
  {
    account: PLATFORM.id,
    ...VIRGINIA,
    product: 'AmazonBedrock',
    scope_1: 0.000038,
    scope_2_location: 0.009142,
    scope_3: 0.003305,
  },
  {
    account: PLATFORM.id,
    ...VIRGINIA,
    product: 'AWSLambda',
    scope_1: 0.000002,
    scope_2_location: 0.000391,
    scope_3: 0.000142,
  },
  {
    account: RESEARCH.id,
    ...VIRGINIA,
    product: 'AmazonEC2',
    scope_1: 0.000301,
    scope_2_location: 0.054402,
    scope_3: 0.022761,
  },
  {
    account: RESEARCH.id,
    ...VIRGINIA,
    product: 'AmazonSageMaker',
    scope_1: 0.000177,
    scope_2_location: 0.036118,
    scope_3: 0.012904,
  },
  {
    account: RESEARCH.id,
    ...FRANKFURT,
    product: 'AmazonEC2',
    scope_1: 0.000533,
    scope_2_location: 0.110957,
    scope_3: 0.039446,
  },
];

/** The month as first published, and as restated under the next model: use-phase electricity lower, Scope 3 higher. */
const MODELS = [
  { version: 'v3.0.0', refreshed: '2026-07-17 04:12:09', electricity: 1, value_chain: 1 },
  { version: 'v3.1.0', refreshed: '2026-07-21 05:40:51', electricity: 0.94, value_chain: 1.11 },
] as const;

const TOTALS = [
  'total_mbm_emissions',
  'total_lbm_emissions',
  'total_scope_1_emissions',
  'total_scope_2_lbm_emissions',
  'total_scope_2_mbm_emissions',
  'total_scope_3_lbm_emissions',
  'total_scope_3_mbm_emissions',
] as const;

/** The 23 columns of CARBON_EMISSIONS, in the order of the export. */
const COLUMNS: Columns = {
  last_refresh_timestamp: 'TIMESTAMP',
  location: 'VARCHAR',
  model_version: 'VARCHAR',
  payer_account_id: 'VARCHAR',
  product_code: 'VARCHAR',
  region_code: 'VARCHAR',
  ...Object.fromEntries(
    TOTALS.flatMap((total) => [[`${total}_unit`, 'VARCHAR'] as const, [`${total}_value`, 'DOUBLE'] as const]),
  ),
  usage_account_id: 'VARCHAR',
  usage_period_end: 'TIMESTAMP',
  usage_period_start: 'TIMESTAMP',
};

/** The carbon export of AWS: both model versions of the month lie there side by side, as AWS delivers them. */
export async function writeAwsCarbon(folder: string): Promise<void> {
  for (const model of MODELS) {
    const path = `aws-carbon/data/model_version=${model.version}/usage_period=${MONTH}/carbon-00001.snappy.parquet`;
    await writeParquet(
      { folder, path },
      COLUMNS,
      REPORTED.map((reported) => carbonRow(reported, model)),
    );
  }
}

function carbonRow(reported: Reported, model: (typeof MODELS)[number]): ParquetRow {
  const scope2 = tons(reported.scope_2_location * model.electricity);
  const scope3 = tons(reported.scope_3 * model.value_chain);
  const marketTotal = tons(reported.scope_1 + scope3);
  const values = [marketTotal, tons(marketTotal + scope2), reported.scope_1, scope2, 0, scope3, scope3];
  return {
    last_refresh_timestamp: model.refreshed,
    location: reported.location,
    model_version: model.version,
    payer_account_id: PAYER,
    product_code: reported.product,
    region_code: reported.region,
    ...Object.fromEntries(
      TOTALS.flatMap((total, index) => [
        [`${total}_unit`, 'MTCO2e'],
        [`${total}_value`, values[index] ?? null],
      ]),
    ),
    usage_account_id: reported.account,
    usage_period_start: `${MONTH}-01 00:00:00`,
    usage_period_end: '2026-07-01 00:00:00',
  };
}

/** AWS reports to the gram. */
function tons(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** The carbon footprint export of Google Cloud, flattened to CSV: names with dots, kilograms. */
export async function writeGcpCarbon(folder: string): Promise<void> {
  await writeText(folder, `gcp-carbon/carbon_footprint-${MONTH}.csv`, GCP_CARBON);
}

const GCP_CARBON = `usage_month,billing_account_id,project.number,project.id,service.id,service.description,location.location,location.region,\
carbon_model_version,carbon_footprint_kgCO2e.scope1,carbon_footprint_kgCO2e.scope2.location_based,carbon_footprint_kgCO2e.scope2.market_based,\
carbon_footprint_kgCO2e.scope3,carbon_footprint_total_kgCO2e.location_based,carbon_footprint_total_kgCO2e.market_based
2026-06-01,000000-EXAMPL-000000,100000000090,example-search,C7E2-9256-1C43,Vertex AI,europe-west2,europe-west2,14,0.021,3.914,0.803,1.377,5.312,2.201
2026-06-01,000000-EXAMPL-000000,100000000090,example-search,95FF-2EF5-5EA1,Cloud Storage,europe-west2,europe-west2,14,0.002,0.311,0.064,0.118,0.431,0.184
`;
