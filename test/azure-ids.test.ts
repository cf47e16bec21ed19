import { literal } from '../lib/landing/warehouse.ts';
import { tempFolder } from './support/temp-folder.ts';
import { discloseTiny, hourOf, tinySettings, tinyWorkplace, writeCompany } from './support/tiny-company.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const ID = '/subscriptions/s-1/resourceGroups/ML/providers/Microsoft.Compute/virtualMachines/gpu-1';

test('a host is watched though its bill writes its id in other letters: its energy is counted once', async () => {
  const start = hourOf(MONTH, 5);
  const bills = { 'a.parquet': [{ start, resource: ID.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions') }] };
  const telemetry = { 'a.jsonl': [{ host: ID, seq: 1, start, unattributed: 7_000_000 }] };
  await writeCompany({ month: MONTH, bills, telemetry, grid: { 'g.csv': [{ start, intensity: 300 }] } }, folder);
  expect(await discloseTiny(tinyWorkplace(folder, tinySettings()), MONTH)).toMatchObject({ version: 1 });
  const lines = await withWarehouse((warehouse) =>
    warehouse.query(
      `SELECT DISTINCT resource_id, basis FROM read_parquet(${literal(`${folder}/book/ledger/*/*.parquet`)}) WHERE component = 'cpu' ORDER BY ALL`,
    ),
  );
  expect(lines).toEqual([{ resource_id: ID.toLowerCase(), basis: 'measured' }]);
});
