import type { ContractColumn } from '../source.ts';

/** What the exact columns of the book can hold: more is a broken cell. */
const amount = { below: 1e12, expected: 'a number below 10^12' };

/** Dates come as 09/21/2023 or 9/21/2023 (Enterprise and Customer Agreement) or as 2023-09-21, with or without a time. */
export const CHARGE_DAY = `date_trunc('day', coalesce(try_strptime(split_part(charge_date, ' ', 1), '%m/%d/%Y'), TRY_CAST(TRY_CAST(charge_date AS TIMESTAMPTZ) AS TIMESTAMP)))`;

/**
 * Which of the two costs a row shows: a commitment is a purchase, and its use costs nothing, or its use bears its part and what is
 * unused stands beside it (Cost Management documentation, "Understand the differences between actual and amortized cost").
 */
export const ACTUAL_OR_AMORTISED = `CASE
  WHEN charge_type LIKE 'Unused%' THEN 'amortised costs'
  WHEN pricing_model IN ('Reservation', 'SavingsPlan') AND charge_type = 'Usage' AND cost <> 0 THEN 'amortised costs'
  WHEN pricing_model IN ('Reservation', 'SavingsPlan') AND charge_type IN ('Usage', 'Purchase') THEN 'actual costs'
END`;

/** The columns of an Azure cost export that the facts read, in the spellings of its agreements and versions. */
export const AZURE_COLUMNS = [
  {
    name: 'charge_date',
    type: 'VARCHAR',
    aliases: ['Date', 'UsageDateTime', 'UsageDate'],
    required: true,
    check: {
      sql: `${CHARGE_DAY.replaceAll('charge_date', 'value')} IS NOT NULL`,
      expected: 'a day such as 09/21/2023 or 2023-09-21',
    },
  },
  {
    name: 'cost',
    type: 'DOUBLE',
    aliases: ['CostInBillingCurrency', 'Cost', 'PreTaxCost'],
    required: true,
    check: { sql: 'coalesce(abs(value) < 1e12, false)', expected: 'an amount of money below 10^12' },
  },
  {
    name: 'billing_currency',
    type: 'VARCHAR',
    aliases: ['BillingCurrency', 'BillingCurrencyCode', 'Currency'],
    required: true,
    check: {
      sql: "value IS NOT DISTINCT FROM getvariable('currency')",
      expected: 'the currency of the settings; amounts are never converted',
      setting: 'currency',
    },
  },
  { name: 'list_cost', type: 'DOUBLE', aliases: ['PayGCostInBillingCurrency'], check: amount },
  { name: 'quantity', type: 'DOUBLE', aliases: ['UsageQuantity'], check: amount },
  { name: 'unit_of_measure', type: 'VARCHAR', aliases: ['UnitOfMeasure'] },
  { name: 'subscription_id', type: 'VARCHAR', aliases: ['SubscriptionId', 'SubscriptionGuid'], required: true },
  { name: 'billing_account_id', type: 'VARCHAR', aliases: ['BillingAccountId', 'BillingAccountNumber'] },
  { name: 'resource_location', type: 'VARCHAR', aliases: ['ResourceLocation', 'Location', 'MeterRegion'] },
  { name: 'resource_id', type: 'VARCHAR', aliases: ['ResourceId', 'InstanceId', 'InstanceName'] },
  { name: 'meter_category', type: 'VARCHAR', aliases: ['MeterCategory'], required: true },
  { name: 'meter_subcategory', type: 'VARCHAR', aliases: ['MeterSubCategory'] },
  { name: 'meter_name', type: 'VARCHAR', aliases: ['MeterName'] },
  { name: 'meter_id', type: 'VARCHAR', aliases: ['MeterId'] },
  { name: 'charge_type', type: 'VARCHAR', aliases: ['ChargeType'] },
  { name: 'pricing_model', type: 'VARCHAR', aliases: ['PricingModel'] },
  { name: 'publisher_type', type: 'VARCHAR', aliases: ['PublisherType'] },
  { name: 'additional_info', type: 'VARCHAR', aliases: ['AdditionalInfo'] },
  { name: 'tag_text', type: 'VARCHAR', aliases: ['Tags'] },
] as const satisfies readonly ContractColumn[];
