import type { ContractColumn } from '../source.ts';

/** What the exact columns of the book can hold: more is a broken cell. */
const amount = { below: 1e12, expected: 'a number below 10^12' };

/** What draws energy by time. A purchase, a tax or a credit counts whatever its times are: money alone stays in the hour of its beginning. */
const USAGE = { column: 'cost_type', sql: `coalesce(value, 'regular') = 'regular'` };

/** The columns of the BigQuery billing export, standard and detailed, that the facts read; nested fields under dotted names. */
export const BILLING_COLUMNS = [
  {
    name: 'usage_start_time',
    type: 'TIMESTAMP',
    required: true,
    check: { sql: 'value IS NOT NULL', expected: 'an instant' },
  },
  {
    name: 'usage_end_time',
    type: 'TIMESTAMP',
    required: true,
    check: { not_before: 'usage_start_time', where: USAGE, expected: 'an end that is not before the start' },
  },
  {
    name: 'cost',
    type: 'DOUBLE',
    required: true,
    check: { sql: 'coalesce(abs(value) < 1e12, false)', expected: 'an amount of money below 10^12' },
  },
  {
    name: 'currency',
    type: 'VARCHAR',
    required: true,
    check: {
      sql: "value IS NOT DISTINCT FROM getvariable('currency')",
      expected: 'the currency of the settings; amounts are never converted',
      setting: 'currency',
    },
  },
  { name: 'cost_at_list', type: 'DOUBLE', check: amount },
  { name: 'cost_type', type: 'VARCHAR' },
  { name: 'credits', type: 'VARCHAR', required: true },
  { name: 'export_time', type: 'TIMESTAMP' },
  { name: 'billing_account_id', type: 'VARCHAR', required: true },
  { name: 'project.id', type: 'VARCHAR', aliases: ['project_id'] },
  { name: 'service.description', type: 'VARCHAR', aliases: ['service_description'], required: true },
  { name: 'sku.id', type: 'VARCHAR', aliases: ['sku_id'] },
  { name: 'sku.description', type: 'VARCHAR', aliases: ['sku_description'], required: true },
  { name: 'location.region', type: 'VARCHAR', aliases: ['location_region'] },
  { name: 'location.location', type: 'VARCHAR', aliases: ['location_location'] },
  { name: 'resource.global_name', type: 'VARCHAR', aliases: ['resource_global_name'] },
  { name: 'resource.name', type: 'VARCHAR', aliases: ['resource_name'] },
  { name: 'usage.amount', type: 'DOUBLE', aliases: ['usage_amount'] },
  { name: 'usage.unit', type: 'VARCHAR', aliases: ['usage_unit'] },
  { name: 'usage.amount_in_pricing_units', type: 'DOUBLE', aliases: ['usage_amount_in_pricing_units'] },
  { name: 'usage.pricing_unit', type: 'VARCHAR', aliases: ['usage_pricing_unit'] },
  { name: 'labels', type: 'VARCHAR' },
  { name: 'project.labels', type: 'VARCHAR', aliases: ['project_labels'] },
  { name: 'system_labels', type: 'VARCHAR' },
] as const satisfies readonly ContractColumn[];
