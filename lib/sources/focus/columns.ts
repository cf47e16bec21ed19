import type { ContractColumn } from '../source.ts';

/** What the exact columns of the book can hold: more is a broken cell. */
const amount = { below: 1e12, expected: 'a number below 10^12' };

/** What a row costs: never empty. */
const money = (name: string, alias: string): ContractColumn => ({
  name,
  type: 'DOUBLE',
  aliases: [alias],
  required: true,
  check: { sql: 'coalesce(abs(value) < 1e12, false)', expected: 'an amount of money below 10^12' },
});

const CATEGORIES = ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'];
const text = (name: string, ...aliases: string[]): ContractColumn => ({ name, type: 'VARCHAR', aliases });

/** What draws energy by time. A purchase, a tax or a credit counts whatever its times are: money alone stays in the hour of its beginning. */
const USAGE = { column: 'charge_category', sql: `value = 'Usage'` };

/**
 * The columns of FOCUS 1.0 to 1.2 that the facts read, and those x_ columns of AWS, Microsoft and Google in which the
 * meter or the machine type stands. `nested` is the type in which maps come: JSON from Parquet, text from CSV.
 */
export function focusColumns(nested: 'JSON' | 'VARCHAR'): ContractColumn[] {
  return [
    {
      name: 'charge_period_start',
      type: 'TIMESTAMP',
      aliases: ['ChargePeriodStart'],
      required: true,
      check: { sql: 'value IS NOT NULL', expected: 'an instant' },
    },
    {
      name: 'charge_period_end',
      type: 'TIMESTAMP',
      aliases: ['ChargePeriodEnd'],
      required: true,
      check: { not_before: 'charge_period_start', where: USAGE, expected: 'an end that is not before the start' },
    },
    {
      name: 'charge_category',
      type: 'VARCHAR',
      aliases: ['ChargeCategory'],
      required: true,
      check: {
        sql: `coalesce(value, '') IN (${CATEGORIES.map((category) => `'${category}'`).join(', ')})`,
        expected: `one of ${CATEGORIES.join(', ')}`,
      },
    },
    money('billed_cost', 'BilledCost'),
    money('effective_cost', 'EffectiveCost'),
    { name: 'list_cost', type: 'DOUBLE', aliases: ['ListCost'], check: amount },
    {
      name: 'billing_currency',
      type: 'VARCHAR',
      aliases: ['BillingCurrency'],
      required: true,
      check: {
        sql: "value IS NOT DISTINCT FROM getvariable('currency')",
        expected: 'the currency of the settings; amounts are never converted',
        setting: 'currency',
      },
    },
    { ...text('provider_name', 'ProviderName', 'ServiceProviderName'), required: true },
    { ...text('service_name', 'ServiceName'), required: true },
    { name: 'consumed_quantity', type: 'DOUBLE', aliases: ['ConsumedQuantity'] },
    text('consumed_unit', 'ConsumedUnit'),
    text('billing_account_id', 'BillingAccountId'),
    text('sub_account_id', 'SubAccountId'),
    text('region_id', 'RegionId'),
    text('resource_id', 'ResourceId'),
    text('sku_id', 'SkuId'),
    text('charge_description', 'ChargeDescription'),
    text('commitment_discount_status', 'CommitmentDiscountStatus'),
    text('capacity_reservation_status', 'CapacityReservationStatus'),
    text('meter', 'x_UsageType', 'SkuMeter', 'x_SkuMeterName'),
    text('meter_category', 'x_SkuMeterCategory'),
    text('operation', 'x_Operation'),
    text('pricing_unit', 'x_PricingUnitDescription'),
    text('publisher_category', 'x_PublisherCategory'),
    { name: 'price_details', type: nested, aliases: ['SkuPriceDetails'] },
    { name: 'sku_details', type: nested, aliases: ['x_SkuDetails'] },
    { name: 'tag_text', type: nested, aliases: ['Tags'] },
  ];
}
