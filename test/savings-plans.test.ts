import { literal } from '../lib/landing/warehouse.ts';
import { remainderRatio } from '../lib/pipeline/plan-options.ts';
import { tempFolder } from './support/temp-folder.ts';
import { type Charge, closeTiny, hourOf, tinySettings, tinyWorkplace, writeCompany } from './support/tiny-company.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const start = hourOf(MONTH, 1);
const SOURCES = [{ id: 'bill', kind: 'aws-cur2', path: './inputs/bill' }];

const covered = (project: string, cost: number): Charge => ({
  start,
  resource: `i-${project}`,
  lineType: 'SavingsPlanCoveredUsage',
  cost,
  effectiveCost: cost / 2,
  project,
});
const negation = (cost: number): Charge => ({ start, lineType: 'SavingsPlanNegation', cost });
const FEE: Charge = {
  start,
  lineType: 'SavingsPlanRecurringFee',
  type: '',
  usageType: 'ComputeSP:1yrNoUpfront',
  cost: 1.5,
};

async function billedOf(name: string, bills: Readonly<Record<string, readonly Charge[]>>) {
  const at = `${folder}/${name}`;
  await writeCompany({ month: MONTH, bills, telemetry: {}, grid: {} }, at);
  await closeTiny(tinyWorkplace(at, tinySettings({ sources: SOURCES })), MONTH);
  return withWarehouse(async (warehouse) => {
    const rows = await warehouse.query(
      `SELECT coalesce(project, '') AS project, sum(billed_cost)::DOUBLE AS billed
       FROM read_parquet(${literal(`${at}/book/ledger/*/*.parquet`)}) GROUP BY ALL ORDER BY ALL`,
    );
    return Object.fromEntries(rows.map((row) => [row['project'], row['billed']]));
  });
}

test('usage that a plan covers is not billed to its workload, however the bill is cut into files', async () => {
  const lines = [covered('chat', 1), covered('search', 2)];
  expect(await billedOf('one', { 'a.parquet': [...lines, negation(-3), FEE] })).toEqual({
    '': 1.5,
    chat: 0,
    search: 0,
  });
  const files = { 'a.parquet': lines, 'b.parquet': [negation(-2.5), FEE], 'c.parquet': [negation(-0.5)] };
  expect(await billedOf('three', files)).toEqual({ '': 1.5, chat: 0, search: 0 });
});

test('what does not cancel stays on the lines that take back, and the total is the invoice', async () => {
  const bills = { 'a.parquet': [covered('chat', 1), covered('search', 2), negation(-2), negation(-0.5), FEE] };
  expect(await billedOf('rest', bills)).toEqual({ '': 2, chat: 0, search: 0 });
});

test('covered usage that nothing takes back is billed as it stands', async () => {
  expect(await billedOf('kept', { 'a.parquet': [covered('chat', 1), FEE] })).toEqual({ '': 1.5, chat: 1 });
});

test.each([
  [3, -3, 0],
  [3.0000000001, -3, 0],
  [0, -3, 1],
  [4, -2, -1],
  [3, 0, null],
])('covered %d and taken back %d leave a ratio of %p', (one, other, ratio) => {
  expect(remainderRatio(one, other)).toBe(ratio);
});
