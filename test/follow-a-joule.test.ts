/** One watt hour, from the counter in sysfs to the words on the page. docs/follow-a-joule.md tells it in prose. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Look } from '../agent/look.ts';
import { lookAt } from '../agent/readers/look.ts';
import { recordsBetween } from '../agent/records.ts';
import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { fingerprint } from '../lib/adapters/workplace.ts';
import type { Annex, Figure } from '../lib/disclosure/annex.ts';
import type { Receipt } from '../lib/landing/receipt.ts';
import { parseRecord, type TelemetryRecord } from '../lib/landing/record.ts';
import { literal, type Row } from '../lib/landing/warehouse.ts';
import { textOfPdf } from './support/pdf-text.ts';
import { tempFolder } from './support/temp-folder.ts';
import { discloseTiny, gridText, tinySettings, tinyWorkplace, writeText } from './support/tiny-company.ts';

const MONTH = '2026-06';
const COUNTERS = join(__dirname, 'fixtures/rapl');
const home = tempFolder();
const book = join(home, 'book');

const SETTINGS = tinySettings({
  sources: [
    { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
    { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'GB', factor_kind: 'direct' },
  ],
  sites: [{ id: 'leeds', control: 'own', grid_zone: 'GB', pue: [{ from: '2026-01-01', value: 1.35 }], hosts: ['onprem-*'] }],
  workloads: [{ match: { label: { unit: 'llm.service' } }, set: { project: 'chat', workload_type: 'inference' } }],
});

let looks: readonly [Look, Look];
let sent: string;
beforeAll(async () => {
  looks = [
    await lookAt(join(COUNTERS, 'first'), { readAt: new Date('2026-06-10T14:00:00Z'), runningMs: 0 }),
    await lookAt(join(COUNTERS, 'second'), { readAt: new Date('2026-06-10T14:01:00Z'), runningMs: 60_000 }),
  ];
  const [before, after] = looks;
  const records = recordsBetween({ host: { hostId: 'onprem-7', resourceId: 'onprem-7' }, before, after, firstSeq: 0 });
  sent = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  writeText(join(home, 'inputs/telemetry/onprem-7.jsonl'), sent);
  writeText(
    join(home, 'inputs/grid/gb.csv'),
    gridText([
      { start: '2026-06-10T13:00:00Z', intensity: 100 },
      { start: '2026-06-10T14:00:00Z', intensity: 200 },
      { start: '2026-06-10T15:00:00Z', intensity: 300 },
    ]),
  );
  await discloseTiny(tinyWorkplace(home, SETTINGS), MONTH);
});

test('x', async () => {
  console.log(looks[0], sent);
  console.log(await rowsOf(`SELECT * FROM ${files('facts/fct_energy')}`));
  console.log(await rowsOf(`SELECT * FROM ${files('ledger')} WHERE it_energy_joules IS NOT NULL`));
  const annex = JSON.parse(readFileSync(join(book, `disclosures/${MONTH}/v1/annex.json`), 'utf8')) as Annex;
  console.log(annex.figures.filter((f) => f.value !== null).map((f) => [f.id, JSON.stringify(f.dimensions), f.value, f.unit, f.coverage_ratio, f.u95_low, f.u95_high].join(' ')).join('\n'));
  console.log(await textOfPdf(readFileSync(join(book, `disclosures/${MONTH}/v1/disclosure.pdf`))));
});
const files = (folder: string) => `read_parquet(${literal(join(book, folder, '**/*.parquet'))}, hive_partitioning = false)`;
async function rowsOf(sql: string): Promise<Row[]> {
  const warehouse = await DuckDbWarehouse.open();
  try {
    return await warehouse.query(sql);
  } finally {
    await warehouse.close();
  }
}
