import type { ContractColumn } from '../source.ts';

/** The sums and scopes of the export; location-based ones are missing in files of older model versions. */
const MEASURES = [
  'total_mbm_emissions',
  'total_lbm_emissions',
  'total_scope_1_emissions',
  'total_scope_2_lbm_emissions',
  'total_scope_2_mbm_emissions',
  'total_scope_3_lbm_emissions',
  'total_scope_3_mbm_emissions',
] as const;

/** What the exact columns of the book can hold: more is a broken cell. */
const amount = { below: 1e12, expected: 'a number below 10^12' };
const metricTons = {
  sql: "value = 'MTCO2e'",
  expected: 'MTCO2e (metric tons of CO2e), the only unit that AWS documents',
};

/** Table CARBON_EMISSIONS of AWS Data Exports, the columns that the facts read. */
export const CARBON_COLUMNS: readonly ContractColumn[] = [
  {
    name: 'usage_period_start',
    type: 'TIMESTAMP',
    required: true,
    check: { sql: 'value IS NOT NULL', expected: 'the first instant of a month' },
  },
  {
    name: 'usage_account_id',
    type: 'VARCHAR',
    required: true,
    check: { sql: "coalesce(value, '') <> ''", expected: 'an account' },
  },
  { name: 'model_version', type: 'VARCHAR', aliases: ['carbon_model_version'], required: true },
  { name: 'last_refresh_timestamp', type: 'TIMESTAMP' },
  { name: 'payer_account_id', type: 'VARCHAR' },
  { name: 'product_code', type: 'VARCHAR' },
  { name: 'region_code', type: 'VARCHAR' },
  { name: 'location', type: 'VARCHAR' },
  ...MEASURES.flatMap((measure): ContractColumn[] => [
    { name: `${measure}_value`, type: 'DOUBLE', required: measure === 'total_mbm_emissions', check: amount },
    { name: `${measure}_unit`, type: 'VARCHAR', required: measure === 'total_mbm_emissions', check: metricTons },
  ]),
];
