import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { verify } from '../bin/commands/verify.ts';
import { currentManifests, currentReceipts, readReceipts } from '../lib/landing/receipts.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tempFolder } from './support/temp-folder.ts';
import {
  AS_OF,
  closeTiny,
  discloseTiny,
  tinySettings,
  tinyWorkplace,
  writeBill,
  writeCompany,
} from './support/tiny-company.ts';
import { typeIn } from './support/typed.ts';

/** A bill by manifest and the days that it lacks from saved answers of Cost Explorer, closed up to the figures. */
const MONTH = '2026-06';
const folder = tempFolder();
const bill = join(folder, 'inputs/bill');
const PARTITION = 'BILLING_PERIOD=2026-06';
const SOURCES = [
  { id: 'bill', kind: 'aws-cur2', path: './inputs/bill' },
  { id: 'costs', kind: 'aws-cost-explorer', path: './inputs/costs', fills_in_for: 'bill' },
  { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
  { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' },
];

function write(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(value));
}

/** The export as it stands: these files, each an hour of a p4d.24xlarge for 30 USD on the evening of the 17th. */
async function deliver(names: readonly string[]): Promise<void> {
  rmSync(join(bill, 'data'), { recursive: true, force: true });
  for (const [index, name] of names.entries()) {
    const start = `2026-06-17T${20 + index}:00:00Z`;
    await writeBill(join(bill, 'data', PARTITION, name), [
      { start, type: 'p4d.24xlarge', cost: 30, resource: `i-${name}` },
    ]);
  }
  const dataFiles = names.map((name) => `s3://bucket/exports/bill/data/${PARTITION}/${name}`);
  write(join(bill, 'metadata', PARTITION, 'bill-Manifest.json'), { dataFiles });
}

/** Two days of Cost Explorer at 24 USD: the export has the first of them. */
const answer = {
  GroupDefinitions: [
    { Type: 'DIMENSION', Key: 'USAGE_TYPE' },
    { Type: 'DIMENSION', Key: 'RECORD_TYPE' },
  ],
  ResultsByTime: ['17', '18'].map((day) => ({
    TimePeriod: { Start: `2026-06-${day}`, End: `2026-06-${Number(day) + 1}` },
    Groups: [
      {
        Keys: ['EU-BoxUsage:p4d.24xlarge', 'Usage'],
        Metrics: {
          UnblendedCost: { Amount: '24', Unit: 'USD' },
          AmortizedCost: { Amount: '24', Unit: 'USD' },
          UsageQuantity: { Amount: '24', Unit: 'Hrs' },
        },
      },
    ],
    Estimated: true,
  })),
};

test('no money is counted twice: not of a vanished file, not of a day that both tell of', async () => {
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid: {} }, folder);
  write(join(folder, 'inputs/costs/2026-06.json'), answer);
  const workplace = tinyWorkplace(folder, tinySettings({ sources: SOURCES }));
  await deliver(['a.parquet', 'b.parquet']);
  await closeTiny(workplace, MONTH, '2026-07-20T06:00:00Z');
  expect(await costOf(workplace)).toBe('84.00');
  await deliver(['a.parquet']);
  await closeTiny(workplace, MONTH);
  expect(await costOf(workplace)).toBe('54.00');
  const receipts = await readReceipts(workplace.book, parsePeriod(MONTH), AS_OF);
  expect(currentReceipts(receipts).filter(({ source_id }) => source_id === 'bill')).toHaveLength(1);
  expect(currentManifests(receipts)).toHaveLength(1);
});

test('a file that the manifest names and that is emptied since bears no money any more', async () => {
  const workplace = tinyWorkplace(folder, tinySettings({ sources: SOURCES }), join(folder, 'emptied'));
  await deliver(['a.parquet', 'b.parquet']);
  await closeTiny(workplace, MONTH, '2026-07-20T06:00:00Z');
  expect(await costOf(workplace)).toBe('84.00');
  const warehouse = await workplace.openWarehouse();
  const [file, whole] = ['b.parquet', 'a.parquet'].map((name) => join(bill, 'data', PARTITION, name));
  await warehouse.run(`COPY (SELECT * FROM read_parquet('${whole}') LIMIT 0) TO '${file}' (FORMAT parquet)`);
  await warehouse.close();
  await closeTiny(workplace, MONTH);
  expect(await costOf(workplace)).toBe('54.00');
});

test('both disclosures verify: the one with the earlier delivery and the one with the newest', async () => {
  const workplace = tinyWorkplace(folder, tinySettings({ sources: SOURCES }), join(folder, 'disclosed'));
  for (const [names, asOf] of [
    [['a.parquet', 'b.parquet'], '2026-07-23T06:00:00Z'],
    [['a.parquet'], '2026-07-24T06:00:00Z'],
  ] as const) {
    await deliver(names);
    await discloseTiny(workplace, MONTH, asOf);
  }
  for (const version of ['v1', 'v2']) {
    const { answer, printed } = await typeIn(verify, join(folder, 'disclosed/disclosures', MONTH, version), '--json');
    expect({ version, answer, ...JSON.parse(printed) }).toMatchObject({ answer: 0, holds: true, figures: [] });
  }
});

async function costOf({ book, openWarehouse }: ReturnType<typeof tinyWorkplace>): Promise<string> {
  const warehouse = await openWarehouse();
  try {
    const files = await book.list(`ledger/month=${MONTH}/`);
    const paths = await Promise.all(files.map(({ key }) => book.localPath(key)));
    const list = paths.map((path) => `'${path}'`).join(', ');
    const [row] = await warehouse.query(
      `SELECT sum(effective_cost)::DECIMAL(18, 2)::VARCHAR AS cost FROM read_parquet([${list}])`,
    );
    return String(row?.['cost']);
  } finally {
    await warehouse.close();
  }
}
