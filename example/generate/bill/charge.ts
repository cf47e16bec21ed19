import { PAYER } from '../company.ts';
import { hourSql } from '../month.ts';
import type { ParquetRow } from '../parquet.ts';
import { hexDigits } from '../random.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
}

export interface Region {
  readonly code: string;
  readonly location: string;
  /** How usage types begin there. The older services write Ireland `EU-` and Virginia without a prefix. */
  readonly prefix: string;
}

export const IRELAND: Region = { code: 'eu-west-1', location: 'EU (Ireland)', prefix: 'EU-' };
export const FRANKFURT: Region = { code: 'eu-central-1', location: 'EU (Frankfurt)', prefix: 'EUC1-' };
export const VIRGINIA: Region = { code: 'us-east-1', location: 'US East (N. Virginia)', prefix: '' };

export interface Instance {
  readonly type: string;
  readonly family: string;
  readonly vcpu: number;
  readonly memory: string;
  readonly gpus?: number;
}

/** How an hour of use is paid. Rates are in USD a unit, rounded list-price magnitudes and not a price list. */
export type Payment =
  | { readonly by: 'on-demand' }
  | { readonly by: 'spot' }
  | { readonly by: 'savings-plan'; readonly rate: number }
  | { readonly by: 'reservation'; readonly rate: number };

/** One thing that is metered hour by hour: everything of a line item that does not change with the hour. */
export interface Charge {
  readonly account: Account;
  readonly region: Region;
  readonly resource: string | null;
  /** AWS's code of the product, and of the service that sells it where that differs. */
  readonly product: string;
  readonly service?: string;
  readonly family: string;
  /** Without the region's prefix. */
  readonly usage: string;
  readonly operation: string;
  readonly unit: string;
  /** USD a unit on demand. */
  readonly price: number;
  /** USD a unit as paid, where that is not the price on demand. */
  readonly paidPrice?: number;
  readonly payment: Payment;
  readonly instance?: Instance;
  /** Further attributes of the product. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Hours that one line stands for. */
  readonly hours?: number;
  /** Units used in the line that begins at this hour; undefined: no line. */
  readonly amountAt: (hour: number) => number | undefined;
}

const SAVINGS_PLAN_ARN = `arn:aws:savingsplans::${PAYER}:savingsplan/5f0e7c11-0000-4000-8000-00000000e2e1`;
const RESERVATION = 'ri-7a10c0de-0000-4000-8000-00000000e2e2';

const usageTypeOf = (charge: Charge): string => `${charge.region.prefix}${charge.usage}`;

/** Money to the ten digits that AWS writes. */
export function dollars(amount: number): number {
  return Math.round(amount * 1e10) / 1e10;
}

/** The line item of one charge and hour; undefined where nothing was used. */
export function lineOf(charge: Charge, hour: number): ParquetRow | undefined {
  const amount = charge.amountAt(hour);
  if (amount === undefined) return undefined;
  const span = { from: hour, to: hour + (charge.hours ?? 1) };
  return {
    ...billColumns(charge.account),
    ...spanColumns(span),
    ...lineColumns(charge, amount),
    ...productColumns(charge),
    ...pricingColumns(charge, amount),
    ...commitmentColumns(charge, amount),
    resource_tags: charge.tags,
    tags: charge.tags,
  };
}

/** What every line of the bill says, whatever it is for. */
export function billColumns(account: Account): ParquetRow {
  return {
    bill_bill_type: 'Anniversary',
    bill_billing_entity: 'AWS',
    bill_billing_period_start_date: hourSql(0),
    bill_billing_period_end_date: '2026-07-01 00:00:00',
    bill_invoicing_entity: 'Amazon Web Services EMEA SARL',
    bill_payer_account_id: PAYER,
    bill_payer_account_name: 'example-ai',
    cost_category: {},
    discount: {},
    line_item_currency_code: 'USD',
    line_item_legal_entity: 'Amazon Web Services EMEA SARL',
    line_item_usage_account_id: account.id,
    line_item_usage_account_name: account.name,
    product: {},
    resource_tags: {},
    tags: {},
  };
}

export function spanColumns({ from, to }: { readonly from: number; readonly to: number }): ParquetRow {
  const iso = (hour: number) => `${hourSql(hour).replace(' ', 'T')}Z`;
  return {
    identity_time_interval: `${iso(from)}/${iso(to)}`,
    line_item_usage_start_date: hourSql(from),
    line_item_usage_end_date: hourSql(to),
  };
}

const LINE_TYPES: Readonly<Record<Payment['by'], string>> = {
  'on-demand': 'Usage',
  spot: 'Usage',
  'savings-plan': 'SavingsPlanCoveredUsage',
  reservation: 'DiscountedUsage',
};

function lineColumns(charge: Charge, amount: number): ParquetRow {
  const paid = charge.payment.by === 'reservation' ? 0 : (charge.paidPrice ?? charge.price);
  const usageType = usageTypeOf(charge);
  return {
    // An id names a line only together with its interval, as in real reports.
    identity_line_item_id: hexDigits(`line/${charge.resource}/${usageType}/${charge.operation}`, 32),
    line_item_line_item_type: LINE_TYPES[charge.payment.by],
    line_item_line_item_description: `$${charge.price} per ${charge.unit} of ${charge.usage} in ${charge.region.location}`,
    line_item_product_code: charge.product,
    line_item_resource_id: charge.resource,
    line_item_usage_type: usageType,
    line_item_operation: charge.operation,
    line_item_availability_zone: charge.instance && charge.product === 'AmazonEC2' ? `${charge.region.code}a` : null,
    line_item_usage_amount: amount,
    line_item_unblended_rate: String(paid),
    line_item_unblended_cost: dollars(amount * paid),
    line_item_blended_rate: String(paid),
    line_item_blended_cost: dollars(amount * paid),
  };
}

function productColumns(charge: Charge): ParquetRow {
  const { instance, region } = charge;
  const sku = hexDigits(`sku/${usageTypeOf(charge)}/${charge.operation}`, 16).toUpperCase();
  return {
    product: {
      servicename: charge.service ?? charge.product,
      location: region.location,
      sku,
      ...(instance && { instance_type: instance.type, vcpu: String(instance.vcpu), memory: instance.memory }),
      ...(instance?.gpus && { gpu: String(instance.gpus) }),
      ...charge.attributes,
    },
    product_servicecode: charge.service ?? charge.product,
    product_product_family: charge.family,
    product_sku: sku,
    product_usagetype: usageTypeOf(charge),
    product_operation: charge.operation,
    product_region_code: region.code,
    product_location: region.location,
    product_location_type: 'AWS Region',
    product_pricing_unit: charge.unit,
    product_instance_type: instance?.type ?? null,
    product_instance_family: instance?.family ?? null,
  };
}

const TERMS: Readonly<Record<Payment['by'], string | null>> = {
  'on-demand': 'OnDemand',
  spot: null,
  'savings-plan': null,
  reservation: 'Reserved',
};

function pricingColumns(charge: Charge, amount: number): ParquetRow {
  return {
    pricing_currency: 'USD',
    pricing_unit: charge.unit,
    pricing_term: TERMS[charge.payment.by],
    pricing_public_on_demand_rate: String(charge.price),
    pricing_public_on_demand_cost: dollars(amount * charge.price),
    pricing_purchase_option: charge.payment.by === 'spot' ? 'Spot' : null,
  };
}

function commitmentColumns({ payment, region, account }: Charge, amount: number): ParquetRow {
  if (payment.by === 'savings-plan') {
    return {
      ...PLAN,
      savings_plan_savings_plan_rate: payment.rate,
      savings_plan_savings_plan_effective_cost: dollars(amount * payment.rate),
    };
  }
  if (payment.by === 'reservation') {
    return {
      reservation_reservation_a_r_n: reservationArn(region, account),
      reservation_effective_cost: dollars(amount * payment.rate),
      reservation_recurring_fee_for_usage: dollars(amount * payment.rate),
      reservation_amortized_upfront_cost_for_usage: 0,
    };
  }
  return {};
}

export const PLAN: ParquetRow = {
  savings_plan_savings_plan_a_r_n: SAVINGS_PLAN_ARN,
  savings_plan_offering_type: 'ComputeSavingsPlans',
  savings_plan_payment_option: 'No Upfront',
  savings_plan_purchase_term: '1yr',
};

export function reservationArn(region: Region, account: Account): string {
  return `arn:aws:ec2:${region.code}:${account.id}:reserved-instances/${RESERVATION}`;
}
