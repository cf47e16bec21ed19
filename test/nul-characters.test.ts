import { readFileSync } from 'node:fs';

import { literal } from '../lib/landing/warehouse.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  discloseTiny,
  hourOf,
  telemetryText,
  tinySettings,
  tinyWorkplace,
  writeCompany,
  writeText,
} from './support/tiny-company.ts';
import { withWarehouse } from './support/with-warehouse.ts';

const MONTH = '2026-06';
const NUL = String.fromCharCode(0);
const folder = tempFolder();

/** Writes a bill again with a NUL in every text that a name is made of. */
async function spoilBill(path: string): Promise<void> {
  return withWarehouse(async (warehouse) => {
    await warehouse.run(`CREATE TABLE bill AS SELECT * FROM read_parquet(${literal(path)})`);
    const spoilt = ['line_item_resource_id', 'product_region_code', 'line_item_usage_type', 'line_item_product_code'];
    for (const name of [...spoilt, 'line_item_usage_account_id', 'pricing_unit'])
      await warehouse.run(`UPDATE bill SET ${name} = ${name} || chr(0) || 'x'`);
    await warehouse.run(`UPDATE bill SET tags = MAP {'user_project': 'se' || chr(0) || 'arch'}`);
    await warehouse.run(`COPY bill TO ${literal(path)} (FORMAT parquet)`);
  });
}

async function projectsOf(paths: string): Promise<unknown[]> {
  return withWarehouse(async (warehouse) => {
    return await warehouse.query(
      `SELECT DISTINCT project FROM read_parquet(${literal(paths)}) WHERE project IS NOT NULL ORDER BY project`,
    );
  });
}

test('a month closes whose names hold a NUL', async () => {
  const start = hourOf(MONTH, 5);
  const bills = {
    'a.parquet': [
      { start, resource: 'i-1' },
      { start, type: '', usageType: 'Odd', resource: 'r' },
    ],
  };
  await writeCompany({ month: MONTH, bills, telemetry: {}, grid: { 'g.csv': [{ start, intensity: 300 }] } }, folder);
  await spoilBill(`${folder}/inputs/bill/a.parquet`);
  const record = { host: `cel${NUL}lar-1`, seq: 1, start, shares: [{ project: `se${NUL}arch`, microjoules: 7 }] };
  writeText(`${folder}/inputs/telemetry/a.jsonl`, telemetryText([record]));
  expect(readFileSync(`${folder}/inputs/telemetry/a.jsonl`, 'utf8')).toContain('\\u0000');
  const workplace = tinyWorkplace(folder, tinySettings());
  expect(await discloseTiny(workplace, MONTH)).toMatchObject({ version: 1 });
  expect(await projectsOf(`${folder}/book/ledger/*/*.parquet`)).toEqual([{ project: 'se\uFFFDarch' }]);
});
