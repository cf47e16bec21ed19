import { join } from 'node:path';

import { literal } from '../lib/landing/warehouse.ts';
import { tempFolder } from './support/temp-folder.ts';
import { closeTiny, tinySettings, tinyWorkplace, writeCompany, writeText } from './support/tiny-company.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const HEADER =
  'SubscriptionId,Date,MeterCategory,Quantity,Cost,BillingCurrency,ChargeType,PricingModel,AdditionalInfo,UnitOfMeasure';
const TYPE = '"{""ServiceType"":""Standard_D2s_v3""}",1 Hour';
const ON_DEMAND = `s,06/02/2026,Virtual Machines,24,3,USD,Usage,OnDemand,${TYPE}`;
/** A reservation of 48 machine-hours for 4 USD, half of it used. */
const ACTUAL = [
  `s,06/02/2026,Virtual Machines,1,4,USD,Purchase,Reservation,,1 Hour`,
  `s,06/02/2026,Virtual Machines,24,0,USD,Usage,Reservation,${TYPE}`,
];
const AMORTISED = [
  `s,06/02/2026,Virtual Machines,24,2,USD,Usage,Reservation,${TYPE}`,
  `s,06/02/2026,Virtual Machines,24,2,USD,UnusedReservation,Reservation,${TYPE}`,
];
const FOCUS = [
  'ProviderName,ServiceName,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,BilledCost,EffectiveCost,BillingCurrency',
  'Microsoft,Virtual Machines,Usage,2026-06-02 00:00:00,2026-06-03 00:00:00,3,3,USD',
];

type Files = Readonly<Record<string, readonly string[]>>;

/** One run of an export of this type: its file, and its manifest. */
function run(name: string, type: string, lines: readonly string[]): Files {
  const at = `${name}/20260601-20260630/run`;
  const said = {
    exportConfig: { exportName: name, type },
    runInfo: { submittedTime: '2026-07-01T05:00:00Z' },
    blobs: [{ blobName: `exports/${at}/part_0_0001.csv` }],
  };
  return { [`${at}/part_0_0001.csv`]: lines, [`${at}/manifest.json`]: [JSON.stringify(said)] };
}

async function remarksOn(name: string, files: Files): Promise<string[]> {
  const at = join(folder, name);
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid: {} }, at);
  for (const [path, lines] of Object.entries(files))
    writeText(join(at, 'inputs/azure', path), [...lines, ''].join('\n'));
  const sources = [{ id: 'azure', kind: 'azure-cost', path: './inputs/azure' }];
  return closeTiny(tinyWorkplace(at, tinySettings({ sources })), MONTH);
}

async function closed(name: string, files: Files): Promise<unknown> {
  const at = join(folder, name);
  await remarksOn(name, files);
  return withWarehouse(async (warehouse) => {
    const [total] = await warehouse.query(
      `SELECT sum(billed_cost)::DOUBLE AS billed, sum(effective_cost)::DOUBLE AS effective, count(DISTINCT component)::INTEGER AS components
       FROM read_parquet(${literal(`${at}/book/ledger/*/*.parquet`)})`,
    );
    return total;
  });
}

const actual = [HEADER, ON_DEMAND, ...ACTUAL];
const amortised = [HEADER, ON_DEMAND, ...AMORTISED];

test('either export alone is counted: bought at once, or borne by use and what stays unused', async () => {
  expect(await closed('actual', { 'a.csv': actual })).toMatchObject({ billed: 7, effective: 7 });
  expect(await closed('amortised', { 'b.csv': amortised })).toMatchObject({ billed: 3, effective: 7 });
  const parts = { 'a.csv': [HEADER, ON_DEMAND], 'b.csv': [HEADER, ...AMORTISED] };
  expect(await closed('in-parts', parts)).toMatchObject({ billed: 3, effective: 7 });
});

test.each<[string, Files, RegExp]>([
  [
    'actual and amortised',
    { 'a.csv': actual, 'b.csv': amortised },
    /got actual costs \(.*a\.csv\) and amortised costs \(.*b\.csv\)/,
  ],
  [
    'plain and FOCUS',
    { 'a.csv': [HEADER, ON_DEMAND], 'f.csv': FOCUS },
    /got actual costs or amortised costs .* and FOCUS costs/,
  ],
  [
    'of the same rows, by their manifests',
    { ...run('one', 'ActualCost', [HEADER, ON_DEMAND]), ...run('two', 'AmortizedCost', [HEADER, ON_DEMAND]) },
    /got actual costs \(.*one.*manifest\.json\) and amortised costs \(.*two.*manifest\.json\)/,
  ],
])('two exports of one use are not added up: %s', async (name, files, said) => {
  await expect(closed(name.replaceAll(/\W/g, '-'), files)).rejects.toThrow(said);
});

test('the manifest says what an export is of, whatever its rows look like', async () => {
  const files = run('one', 'ActualCost', amortised);
  expect(await closed('by-manifest', { ...files, 'more.csv': actual.slice(0, 2) })).toMatchObject({ billed: 6 });
});

test('exports of prices and reservations in the same container are passed over, in words and without a refusal', async () => {
  const files = {
    ...run('bill', 'ActualCost', actual),
    ...run('prices', 'PriceSheet', ['BasePrice,BillingCurrency,EffectiveStartDate', '0.1,USD,2026-06-01']),
    ...run('use', 'ReservationDetails', ['InstanceFlexibilityGroup,UsedHours,UsageDate', 'DSv3,24,2026-06-02']),
  };
  expect(await remarksOn('beside', files)).toEqual([
    'azure: 1 file passed over, of an export of PriceSheet, which tells of no charges',
    'azure: 1 file passed over, of an export of ReservationDetails, which tells of no charges',
  ]);
  expect(await closed('beside', files)).toMatchObject({ billed: 7, effective: 7 });
});
