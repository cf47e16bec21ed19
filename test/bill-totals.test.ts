import { join } from 'node:path';

import { literal } from '../lib/landing/warehouse.ts';
import { tempFolder } from './support/temp-folder.ts';
import { closeTiny, tinySettings, tinyWorkplace, writeCompany, writeText } from './support/tiny-company.ts';
import { withWarehouse } from './support/with-warehouse.ts';

/** Small bills of which the month's cost is known by hand: as Cost Explorer adds them up (unblended, amortised), or as FOCUS says. */
const MONTH = '2026-06';
const folder = tempFolder();

async function totalsOf(kind: string, lines: readonly string[], name = kind): Promise<unknown> {
  const at = join(folder, name);
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid: {} }, at);
  writeText(join(at, 'inputs/bills/a.csv'), [...lines, ''].join('\n'));
  const sources = [{ id: 'bills', kind, path: './inputs/bills' }];
  await closeTiny(tinyWorkplace(at, tinySettings({ sources })), MONTH);
  return withWarehouse(async (warehouse) => {
    const [total] = await warehouse.query(
      `SELECT sum(billed_cost)::DOUBLE AS billed, sum(effective_cost)::DOUBLE AS effective, sum(bill_rows)::INTEGER AS rows
       FROM read_parquet(${literal(`${at}/book/ledger/*/*.parquet`)})`,
    );
    return total;
  });
}

const CUR_HEADER = [
  'lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,lineItem/UnblendedCost',
  'reservation/ReservationARN,reservation/EffectiveCost,reservation/UnusedAmortizedUpfrontFeeForBillingPeriod,reservation/UnusedRecurringFee',
  'savingsPlan/SavingsPlanEffectiveCost,savingsPlan/TotalCommitmentToDate,savingsPlan/UsedCommitment,bill/BillingEntity',
  'lineItem/UsageAccountId,lineItem/UsageAmount,lineItem/CurrencyCode',
].join(',');
const HOUR = '2026-06-10 08:00:00,2026-06-10 09:00:00';
const ALL_MONTH = '2026-06-01 00:00:00,2026-07-01 00:00:00';
const THREE_YEARS = '2026-06-10 07:12:00,2029-06-09 07:12:00';

test('an AWS month of plans, reservations, discounts, credits, fees and taxes', async () => {
  const lines = [
    // On demand, and one machine of which a plan of 0.08 an hour covers half
    `Usage,${HOUR},AmazonEC2,BoxUsage:c5.large,0.1,,,,,,,,AWS`,
    `Usage,${HOUR},AmazonEC2,BoxUsage:c5.xlarge,0.05,,,,,,,,AWS`,
    `SavingsPlanCoveredUsage,${HOUR},AmazonEC2,BoxUsage:c5.xlarge,0.101,,,,,0.064,,,AWS`,
    `SavingsPlanNegation,${HOUR},AmazonEC2,BoxUsage:c5.xlarge,-0.101,,,,,,,,AWS`,
    `SavingsPlanRecurringFee,${HOUR},ComputeSavingsPlans,ComputeSP:1yrNoUpfront,0.08,,,,,,0.08,0.064,AWS`,
    // Bought upfront for three years: spread over use and what is unused, and nothing of it at once
    `SavingsPlanUpfrontFee,${THREE_YEARS},ComputeSavingsPlans,ComputeSP:3yrAllUpfront,500,,,,,,,,AWS`,
    `Fee,${THREE_YEARS},AmazonEC2,HeavyUsage:m5.large,300,arn:ri,,,,,,,AWS`,
    `RIFee,${ALL_MONTH},AmazonEC2,HeavyUsage:m5.large,36,arn:ri,,1.5,2.5,,,,AWS`,
    `DiscountedUsage,${HOUR},AmazonEC2,BoxUsage:m5.large,0,arn:ri,0.07,,,,,,AWS`,
    // Money alone
    'Fee,2026-06-30 23:59:59,2026-06-30 23:59:59,AWSSupportBusiness,Dollar,100,,,,,,,,AWS',
    `Fee,${THREE_YEARS},a1b2c3,MP:annual,1000,,,,,,,,AWS Marketplace`,
    `Tax,${ALL_MONTH},AmazonEC2,,20,,,,,,,,AWS`,
    `Credit,${HOUR},AmazonEC2,BoxUsage:c5.large,-5,,,,,,,,AWS`,
    `Refund,${HOUR},AmazonEC2,BoxUsage:c5.large,-3,,,,,,,,AWS`,
    `EdpDiscount,${HOUR},AmazonEC2,BoxUsage:c5.large,-2,,,,,,,,AWS`,
    `BundledDiscount,${HOUR},AmazonCloudFront,,-1,,,,,,,,AWS`,
    // Of another month
    `Refund,2026-05-03 00:00:00,2026-05-03 01:00:00,AmazonEC2,BoxUsage:c5.large,-7,,,,,,,,AWS`,
  ];
  const bill = [CUR_HEADER, ...lines.map((line) => `${line},1,1,USD`)];
  expect(await totalsOf('aws-cur-legacy', bill)).toMatchObject({
    billed: 0.1 + 0.05 + 0.08 + 500 + 300 + 36 + 100 + 1000 + 20 - 5 - 3 - 2 - 1,
    effective: 0.1 + 0.05 + 0.064 + 0.016 + 4 + 0.07 + 100 + 1000 + 20 - 5 - 3 - 2 - 1,
    rows: 16,
  });
});

test('a FOCUS month of use, a purchase upfront, a credit and a correction', async () => {
  const lines = [
    'ProviderName,ServiceName,ChargeCategory,ChargeClass,ChargePeriodStart,ChargePeriodEnd,BilledCost,EffectiveCost,BillingCurrency,ChargeFrequency',
    'AWS,EC2,Usage,,2026-06-02 00:00:00,NULL,3,3,USD,Usage-Based',
    'AWS,EC2,Purchase,,2026-06-02T00:00:00.000Z,2027-06-02T00:00:00.000Z,1000,0,USD,One-Time',
    'AWS,EC2,Usage,,2026-06-02T00:00:00.000Z,2026-06-02T01:00:00.000Z,0,2.5,USD,Usage-Based',
    'AWS,EC2,Credit,,2026-06-30T23:59:59.999Z,2026-07-01T00:00:00.000Z,-10,-10,USD,One-Time',
    'AWS,EC2,Usage,Correction,2026-06-01T00:00:00.000Z,2026-06-01T01:00:00.000Z,-2,-2,USD,Usage-Based',
    'AWS,EC2,Usage,Correction,2026-05-02T00:00:00.000Z,2026-05-02T01:00:00.000Z,-4,-4,USD,Usage-Based',
  ];
  expect(await totalsOf('focus', lines)).toEqual({ billed: 991, effective: -6.5, rows: 5 });
});

test('use that is named by one instant, or without an end, counts whole also where a day or the month ends within the hour after it', async () => {
  const use = (start: string, end: string) => `AWS,AmazonEC2,Usage,${start},${end},1,Hours,BoxUsage:c5.large,2,2,USD`;
  const lines = [
    'ProviderName,ServiceName,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,ConsumedUnit,x_UsageType,BilledCost,EffectiveCost,BillingCurrency',
    use('2026-06-30 23:45:00', '2026-06-30 23:45:00'),
    use('2026-06-10 23:30:00', 'NULL'),
    use('2026-06-12 08:00:00', '2026-06-12 08:00:00'),
  ];
  expect(await totalsOf('focus', lines, 'instants')).toEqual({ billed: 6, effective: 6, rows: 3 });
});
