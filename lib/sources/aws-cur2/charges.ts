import { type ChargesOfShape, costOf } from '../source.ts';
import charge from './charge.sql' with { type: 'text' };
import cost from './cost.sql' with { type: 'text' };

/**
 * Every text that charge.sql looks at, or that the facts take over. What `product` says of a product needs not be compared line by
 * line: it follows from the SKU, and a SKU is made of product code, usage type and operation (AWS, Data Exports user guide, product columns).
 */
const TOLD_BY = [
  'bill_billing_entity',
  'bill_payer_account_id',
  'line_item_availability_zone',
  'line_item_currency_code',
  'line_item_line_item_type',
  'line_item_operation',
  'line_item_product_code',
  'line_item_resource_id',
  'line_item_usage_account_id',
  'line_item_usage_type',
  'pricing_unit',
  'product_instance_type',
  'product_model',
  'product_region_code',
  'product_sku',
  'reservation_reservation_a_r_n',
  'split_line_item_parent_resource_id',
  'tags',
] as const;

/** What plans cover at the price on demand, and what takes it back: cost.sql asks what is left of both in the month. */
export const CUR_TOTALS = {
  plan_covered: costOfType('SavingsPlanCoveredUsage'),
  plan_negated: costOfType('SavingsPlanNegation'),
} as const;

function costOfType(type: string) {
  return { sum: 'line_item_unblended_cost', where: `line_item_line_item_type = '${type}'` };
}

/** How its numbers come about, and what its effective cost does not spread. */
export const CUR_METHOD =
  'AWS metering and billing; what is paid upfront is spread over its use, and a discount on it stands in the month in which it is given';

/** What charges of a Cost and Usage Report are told apart by, and what its lines say. */
export const CUR_CHARGES = { told_by: TOLD_BY, charge, cost } as const satisfies ChargesOfShape;

/** `fct_cost` of a Cost and Usage Report, line by line. */
export const CUR_COST = costOf(CUR_CHARGES);
