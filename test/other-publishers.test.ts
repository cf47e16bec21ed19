import { join } from 'node:path';

import { literal } from '../lib/landing/warehouse.ts';
import { tempFolder } from './support/temp-folder.ts';
import { closeTiny, tinySettings, tinyWorkplace, writeCompany, writeText } from './support/tiny-company.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const MONTH = '2026-06';
const folder = tempFolder();

/** The lines of the ledger that bills come to, in these columns. */
async function ledgerOf(kind: string, lines: readonly string[], columns: string): Promise<unknown> {
  const at = join(folder, kind);
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid: {} }, at);
  writeText(join(at, 'inputs/bills/a.csv'), [...lines, ''].join('\n'));
  const sources = [{ id: 'bills', kind, path: './inputs/bills' }];
  await closeTiny(tinyWorkplace(at, tinySettings({ sources })), MONTH);
  return ledgerAt(at, columns);
}

function ledgerAt(at: string, columns: string): Promise<unknown> {
  return withWarehouse((warehouse) =>
    warehouse.query(
      `SELECT ${columns} FROM read_parquet(${literal(`${at}/book/ledger/*/*.parquet`)}) GROUP BY ALL ORDER BY ALL`,
    ),
  );
}

const DAY = '2026-06-02 00:00:00,2026-06-03 00:00:00';

test('bills of publishers that no table knows are money, and gaps of a cloud', async () => {
  const lines = [
    'ProviderName,ServiceName,ChargeCategory,ChargeDescription,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,ConsumedUnit,BilledCost,EffectiveCost,BillingCurrency,RegionId,SkuPriceDetails',
    `Oracle,COMPUTE,Usage,OCPU per hour,${DAY},24,OCPU Hours,1,1,USD,us-ashburn-1,`,
    `Alibaba Cloud,ECS,Usage,an instance,${DAY},24,Hours,2,2,USD,cn-hangzhou,"{""InstanceType"":""ecs.g7.xlarge""}"`,
    `NULL,Functions,Usage,vCPU Duration,${DAY},24,Hours,4,4,USD,NULL,`,
    `Oracle,Support,Purchase,a year,${DAY},,,8,8,USD,NULL,`,
  ];
  const columns =
    "coalesce(provider_name, '') AS provider, settled_as, scope, coalesce(gap_reason, '') AS gap, sum(effective_cost)::DOUBLE AS cost";
  expect(await ledgerOf('focus', lines, columns)).toEqual([
    { provider: '', settled_as: 'energy', scope: 'scope_3', gap: '', cost: 4 },
    { provider: 'Alibaba Cloud', settled_as: 'gap', scope: 'scope_3', gap: 'unknown instance type', cost: 2 },
    { provider: 'Oracle', settled_as: 'gap', scope: 'scope_3', gap: 'no energy model for this charge', cost: 1 },
    { provider: 'Oracle', settled_as: 'no_energy', scope: 'scope_3', gap: '', cost: 8 },
  ]);
});

test('a region that a bill writes in several ways is one', async () => {
  const row = (location: string) =>
    `s,06/02/2026,Virtual Machines,24,3,USD,${location},Usage,"{""ServiceType"":""Standard_D2s_v3""}",1 Hour`;
  const lines = [
    'SubscriptionId,Date,MeterCategory,Quantity,Cost,BillingCurrency,ResourceLocation,ChargeType,AdditionalInfo,UnitOfMeasure',
    ...['EastUS', 'US East', 'us east', 'eastus'].map(row),
  ];
  const columns = 'region_id, site, grid_zone, sum(billed_cost)::DOUBLE AS cost';
  expect(await ledgerOf('azure-cost', lines, columns)).toEqual([
    { region_id: 'eastus', site: 'Microsoft eastus', grid_zone: 'US-MIDA-PJM', cost: 12 },
  ]);
});

test('a watched host of which the bill names no provider stands in its region, and is filled by the model', async () => {
  const at = join(folder, 'watched');
  const telemetry = [3600, 1800].map((seconds, hour) => ({
    host: 'vm-1',
    seq: hour + 1,
    start: `2026-06-02T0${hour}:00:00Z`,
    seconds,
    idle: 3_600_000_000,
  }));
  await writeCompany({ month: MONTH, bills: {}, telemetry: { 'a.jsonl': telemetry }, grid: {} }, at);
  const lines = [
    'ProviderName,ServiceName,ResourceId,ChargeCategory,ChargeDescription,ChargePeriodStart,ChargePeriodEnd,ConsumedQuantity,ConsumedUnit,BilledCost,EffectiveCost,BillingCurrency,RegionId',
    'NULL,Compute,vm-1,Usage,vCPU Duration,2026-06-02 00:00:00,2026-06-02 03:00:00,6,Hours,3,3,USD,r-1',
  ];
  writeText(join(at, 'inputs/bills/a.csv'), [...lines, ''].join('\n'));
  const sources = [
    { id: 'bills', kind: 'focus', path: './inputs/bills' },
    { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
  ];
  await closeTiny(tinyWorkplace(at, tinySettings({ sources })), MONTH);
  const columns =
    "coalesce(provider_name, '') AS provider, region_id, scope, basis, count(DISTINCT period_start)::INTEGER AS hours";
  expect(await ledgerAt(at, columns)).toEqual(
    ['filled', 'measured', 'modelled'].map((basis) => ({
      provider: '',
      region_id: 'r-1',
      scope: 'scope_3',
      basis,
      hours: 1,
    })),
  );
});
