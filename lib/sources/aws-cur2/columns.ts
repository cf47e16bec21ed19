import type { ContractColumn } from '../source.ts';

/** What the exact columns of the book can hold, also times the hours of a month: more is a broken cell. */
const amount = { below: 1e12, expected: 'a number below 10^12' };

/** What draws energy by time. A purchase, a tax or a credit counts whatever its times are: money alone stays in the hour of its beginning. */
const USAGE = {
  column: 'line_item_line_item_type',
  sql: `value IN ('Usage', 'SavingsPlanCoveredUsage', 'DiscountedUsage')`,
};

/**
 * The columns of a Cost and Usage Report that the cost facts read, under their CUR 2.0 names. The other spellings are
 * those of the legacy report: Athena naming in Parquet, `group/Name` in CSV.
 */
export const CUR_COLUMNS = [
  // Tells lines apart that are otherwise the same, where two files are compared
  { name: 'identity_line_item_id', type: 'VARCHAR', aliases: ['identity/LineItemId'] },
  {
    name: 'line_item_usage_start_date',
    type: 'TIMESTAMP',
    aliases: ['lineItem/UsageStartDate'],
    required: true,
    check: { sql: 'value IS NOT NULL', expected: 'an instant' },
  },
  {
    name: 'line_item_usage_end_date',
    type: 'TIMESTAMP',
    aliases: ['lineItem/UsageEndDate'],
    required: true,
    check: { not_before: 'line_item_usage_start_date', where: USAGE, expected: 'an end that is not before the start' },
  },
  { name: 'line_item_line_item_type', type: 'VARCHAR', aliases: ['lineItem/LineItemType'], required: true },
  { name: 'line_item_usage_amount', type: 'DOUBLE', aliases: ['lineItem/UsageAmount'], required: true, check: amount },
  {
    name: 'line_item_unblended_cost',
    type: 'DOUBLE',
    aliases: ['lineItem/UnblendedCost'],
    required: true,
    check: { sql: 'coalesce(abs(value) < 1e12, false)', expected: 'an amount of money below 10^12' },
  },
  {
    name: 'line_item_currency_code',
    type: 'VARCHAR',
    aliases: ['lineItem/CurrencyCode'],
    required: true,
    check: {
      sql: "value IS NOT DISTINCT FROM getvariable('currency')",
      expected: 'the currency of the settings; amounts are never converted',
      setting: 'currency',
    },
  },
  { name: 'line_item_usage_type', type: 'VARCHAR', aliases: ['lineItem/UsageType'], required: true },
  { name: 'line_item_operation', type: 'VARCHAR', aliases: ['lineItem/Operation'] },
  { name: 'line_item_product_code', type: 'VARCHAR', aliases: ['lineItem/ProductCode'], required: true },
  { name: 'line_item_resource_id', type: 'VARCHAR', aliases: ['lineItem/ResourceId'] },
  { name: 'line_item_usage_account_id', type: 'VARCHAR', aliases: ['lineItem/UsageAccountId'], required: true },
  { name: 'line_item_availability_zone', type: 'VARCHAR', aliases: ['lineItem/AvailabilityZone'] },
  { name: 'bill_payer_account_id', type: 'VARCHAR', aliases: ['bill/PayerAccountId'] },
  { name: 'bill_billing_entity', type: 'VARCHAR', aliases: ['bill/BillingEntity'] },
  { name: 'pricing_unit', type: 'VARCHAR', aliases: ['pricing/unit'] },
  { name: 'pricing_public_on_demand_cost', type: 'DOUBLE', aliases: ['pricing/publicOnDemandCost'], check: amount },
  { name: 'product_instance_type', type: 'VARCHAR', aliases: ['product/instanceType'] },
  { name: 'product_model', type: 'VARCHAR', aliases: ['product/model'] },
  { name: 'product_region_code', type: 'VARCHAR', aliases: ['product_region', 'product/regionCode', 'product/region'] },
  { name: 'product_sku', type: 'VARCHAR', aliases: ['product/sku'] },
  { name: 'reservation_reservation_a_r_n', type: 'VARCHAR', aliases: ['reservation/ReservationARN'] },
  { name: 'reservation_effective_cost', type: 'DOUBLE', aliases: ['reservation/EffectiveCost'], check: amount },
  {
    name: 'reservation_unused_amortized_upfront_fee_for_billing_period',
    type: 'DOUBLE',
    aliases: ['reservation/UnusedAmortizedUpfrontFeeForBillingPeriod'],
    check: amount,
  },
  {
    name: 'reservation_unused_recurring_fee',
    type: 'DOUBLE',
    aliases: ['reservation/UnusedRecurringFee'],
    check: amount,
  },
  {
    name: 'savings_plan_savings_plan_effective_cost',
    type: 'DOUBLE',
    aliases: ['savingsPlan/SavingsPlanEffectiveCost'],
    check: amount,
  },
  {
    name: 'savings_plan_total_commitment_to_date',
    type: 'DOUBLE',
    aliases: ['savingsPlan/TotalCommitmentToDate'],
    check: amount,
  },
  { name: 'savings_plan_used_commitment', type: 'DOUBLE', aliases: ['savingsPlan/UsedCommitment'], check: amount },
  { name: 'split_line_item_parent_resource_id', type: 'VARCHAR', aliases: ['splitLineItem/ParentResourceId'] },
] as const satisfies readonly ContractColumn[];
