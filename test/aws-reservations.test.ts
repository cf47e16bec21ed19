import { literal } from '../lib/landing/warehouse.ts';
import { tempFolder } from './support/temp-folder.ts';
import { type Charge, closeTiny, hourOf, tinySettings, tinyWorkplace, writeCompany } from './support/tiny-company.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const start = hourOf(MONTH, 1);
const SOURCES = [{ id: 'bill', kind: 'aws-cur2', path: './inputs/bill' }];
const RESERVATION = 'arn:aws:ec2:eu-west-1:1:capacity-reservation/cr-1';

/** Four machines are reserved and three run: the tally of the reservation costs nothing. */
const BILL: readonly Charge[] = [
  { start, resource: 'i-1', type: 'p5.48xlarge', usageType: 'EU-BoxUsage:p5.48xlarge', amount: 3, cost: 300 },
  { start, resource: RESERVATION, type: 'p5.48xlarge', usageType: 'EU-UnusedBox:p5.48xlarge', amount: 1, cost: 100 },
  { start, resource: RESERVATION, type: 'p5.48xlarge', usageType: 'EU-Reservation:p5.48xlarge', amount: 4, cost: 0 },
];

test('a capacity reservation draws what runs in it; what is left of it is a gap with its hours and its cost', async () => {
  await writeCompany({ month: MONTH, bills: { 'a.parquet': BILL }, telemetry: {}, grid: {} }, folder);
  await closeTiny(tinyWorkplace(folder, tinySettings({ sources: SOURCES })), MONTH);
  const lines = await withWarehouse((warehouse) =>
    warehouse.query(
      `SELECT resource_id, settled_as, gap_reason, gap_quantity::DOUBLE AS hours, sum(effective_cost)::DOUBLE AS cost,
         sum(it_energy_joules) > 0 AS draws
       FROM read_parquet(${literal(`${folder}/book/ledger/*/*.parquet`)}) GROUP BY ALL ORDER BY ALL`,
    ),
  );
  expect(lines).toEqual([
    {
      resource_id: RESERVATION,
      settled_as: 'gap',
      gap_reason: 'capacity was reserved and nothing ran on it',
      hours: 1,
      cost: 100,
      draws: null,
    },
    { resource_id: RESERVATION, settled_as: 'no_energy', gap_reason: null, hours: null, cost: 0, draws: null },
    { resource_id: 'i-1', settled_as: 'energy', gap_reason: null, hours: null, cost: 300, draws: true },
  ]);
});
