import { PAYER, PLATFORM, RESEARCH } from '../company.ts';
import { HOURS, range } from '../month.ts';
import type { ParquetRow } from '../parquet.ts';
import { hexDigits } from '../random.ts';
import { type Account, billColumns, dollars, IRELAND, PLAN, reservationArn, spanColumns } from './charge.ts';

/** USD an hour that the savings plan promises, of which the covered hours use the most part. */
const COMMITMENT = 4.6;

/** The lines that carry money and no use: what undoes covered usage, the plan's and the reservation's fees, credit, tax. */
export function moneyLines(covered: readonly ParquetRow[]): ParquetRow[] {
  return [
    ...covered.map(negationOf),
    ...range(HOURS).map((hour) => recurringFee(hour, covered)),
    reservationFee(),
    ...monthEnd(),
  ];
}

/** A savings plan takes the covered usage back at the price on demand: the fee below stands in its place. */
function negationOf(line: ParquetRow): ParquetRow {
  const cost = -Number(line['line_item_unblended_cost']);
  return {
    ...line,
    identity_line_item_id: hexDigits('line/negation', 32),
    line_item_line_item_type: 'SavingsPlanNegation',
    line_item_line_item_description: 'SavingsPlanNegation used by AccountId and UsageSku',
    line_item_unblended_cost: cost,
    line_item_blended_cost: cost,
    pricing_public_on_demand_cost: 0,
    savings_plan_savings_plan_rate: null,
    savings_plan_savings_plan_effective_cost: 0,
    resource_tags: {},
    tags: {},
  };
}

function recurringFee(hour: number, covered: readonly ParquetRow[]): ParquetRow {
  const used = dollars(Number(covered[hour]?.['savings_plan_savings_plan_effective_cost'] ?? 0));
  return {
    ...moneyLine(
      { id: PAYER, name: 'example-ai' },
      { type: 'SavingsPlanRecurringFee', product: 'ComputeSavingsPlans', cost: COMMITMENT },
    ),
    ...spanColumns({ from: hour, to: hour + 1 }),
    ...PLAN,
    line_item_line_item_description: '1 year No Upfront Compute Savings Plan',
    line_item_usage_type: 'ComputeSP:1yrNoUpfront',
    savings_plan_total_commitment_to_date: COMMITMENT,
    savings_plan_recurring_commitment_for_billing_period: COMMITMENT,
    savings_plan_amortized_upfront_commitment_for_billing_period: 0,
    savings_plan_used_commitment: used,
  };
}

/** A reservation's month, billed at once and used to the last hour. */
function reservationFee(): ParquetRow {
  return {
    ...moneyLine(PLATFORM, { type: 'RIFee', product: 'AmazonEC2', cost: dollars(0.27 * HOURS) }),
    line_item_line_item_description: 'USD 0.27 hourly fee per Linux/UNIX (Amazon VPC), m6i.2xlarge instance',
    line_item_usage_type: 'EU-HeavyUsage:m6i.2xlarge',
    line_item_operation: 'RunInstances',
    line_item_usage_amount: HOURS,
    pricing_term: 'Reserved',
    product_region_code: IRELAND.code,
    reservation_reservation_a_r_n: reservationArn(IRELAND, PLATFORM),
    reservation_recurring_fee_for_usage: 0,
    reservation_unused_amortized_upfront_fee_for_billing_period: 0,
    reservation_unused_recurring_fee: 0,
    reservation_unused_quantity: 0,
  };
}

function monthEnd(): ParquetRow[] {
  return [
    moneyLine(PLATFORM, { type: 'Credit', product: 'AmazonBedrock', cost: -150 }),
    moneyLine(RESEARCH, { type: 'Credit', product: 'AmazonEC2', cost: -400 }),
    moneyLine(PLATFORM, { type: 'Tax', product: 'AmazonEC2', cost: 812.41 }),
    moneyLine(PLATFORM, { type: 'Tax', product: 'AmazonSageMaker', cost: 226.08 }),
    moneyLine(RESEARCH, { type: 'Tax', product: 'AmazonEC2', cost: 736.55 }),
  ];
}

interface Money {
  readonly type: 'SavingsPlanRecurringFee' | 'RIFee' | 'Credit' | 'Tax';
  readonly product: string;
  readonly cost: number;
}

/** A line for the whole month: it stands for no resource. */
function moneyLine(account: Account, { type, product, cost }: Money): ParquetRow {
  return {
    ...billColumns(account),
    ...spanColumns({ from: 0, to: HOURS }),
    identity_line_item_id: hexDigits(`line/${type}/${product}/${account.id}`, 32),
    line_item_line_item_type: type,
    line_item_line_item_description:
      type === 'Credit' ? 'Example research credit' : `${type} for product code ${product}`,
    line_item_product_code: product,
    line_item_usage_type: type === 'Tax' ? 'TaxVAT' : product,
    line_item_tax_type: type === 'Tax' ? 'VAT' : null,
    line_item_usage_amount: 1,
    line_item_unblended_cost: cost,
    line_item_blended_cost: cost,
    pricing_public_on_demand_cost: 0,
    product_servicecode: product,
  };
}
