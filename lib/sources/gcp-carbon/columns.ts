import type { ContractColumn } from '../source.ts';

/** What the exact columns of the book can hold: more is a broken cell. */
const amount = { below: 1e12, expected: 'a number below 10^12' };

/** Table `carbon_footprint` of the Carbon Footprint export; nested fields under their dotted names. */
export const CARBON_COLUMNS = [
  {
    name: 'usage_month',
    type: 'DATE',
    required: true,
    check: { sql: 'value IS NOT NULL', expected: 'a date in the month' },
  },
  { name: 'billing_account_id', type: 'VARCHAR' },
  { name: 'project.id', type: 'VARCHAR' },
  { name: 'project.number', type: 'VARCHAR' },
  { name: 'service.description', type: 'VARCHAR' },
  { name: 'location.location', type: 'VARCHAR' },
  { name: 'location.region', type: 'VARCHAR' },
  { name: 'carbon_model_version', type: 'VARCHAR', required: true },
  { name: 'carbon_footprint_kgCO2e.scope1', type: 'DOUBLE', required: true, check: amount },
  { name: 'carbon_footprint_kgCO2e.scope2.location_based', type: 'DOUBLE', check: amount },
  { name: 'carbon_footprint_kgCO2e.scope2.market_based', type: 'DOUBLE', check: amount },
  { name: 'carbon_footprint_kgCO2e.scope3', type: 'DOUBLE', required: true, check: amount },
  { name: 'carbon_footprint_total_kgCO2e.location_based', type: 'DOUBLE', check: amount },
  { name: 'carbon_footprint_total_kgCO2e.market_based', type: 'DOUBLE', check: amount },
] as const satisfies readonly ContractColumn[];
