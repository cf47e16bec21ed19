import { join } from 'node:path';

import type { Verdict } from '../../lib/alarms/verdict.ts';
import { alarmsKey, raiseAlarms } from '../../lib/pipeline/raise-alarms.ts';
import type { Workplace } from '../../lib/pipeline/stage.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { closeTiny, type Telemetry, tinySettings, tinyWorkplace, writeCompany } from '../support/tiny-company.ts';

const [MAY, JUNE] = ['2026-05', '2026-06'];
const folder = tempFolder();
const told: string[] = [];

const recordsOf = (host: string, starts: readonly string[]): Telemetry[] =>
  starts.map((start, seq) => ({ host, seq, start, idle: 3_600_000_000 }));

/** A workplace whose site says that hosts were taken down, over one book. */
function workplaceWith(retired?: readonly { readonly host: string; readonly from: string }[]): Workplace {
  const [cellar] = tinySettings()['sites'] as readonly object[];
  const workplace = tinyWorkplace(folder, tinySettings({ sites: [{ ...cellar, ...(retired && { retired }) }] }));
  return { ...workplace, outlets: { tell: async (_, text) => void told.push(text) } };
}

/** What is said of each silent host. */
async function spoolAges(month: string, asOf: string, workplace = workplaceWith()): Promise<Record<string, unknown>> {
  told.length = 0;
  await closeTiny(workplace, month, asOf);
  await raiseAlarms({ month, as_of: asOf }, workplace);
  const { verdicts } = JSON.parse(new TextDecoder().decode(await workplace.book.read(alarmsKey(month))));
  const ofSpools = (verdicts as Verdict[]).filter(({ alarm }) => alarm === 'spool-age');
  return Object.fromEntries(ofSpools.map(({ subject, state, value }) => [subject, `${state} ${value}`]));
}

const toldOf = (host: string) => told.filter((text) => text.startsWith('Spool age') && text.includes(host)).length;

beforeAll(async () => {
  const telemetry = [
    ...recordsOf('cellar-1', ['2026-05-31T20:00:00Z', '2026-05-31T21:00:00Z']),
    ...recordsOf('cellar-2', ['2026-05-31T20:00:00Z', '2026-06-02T23:00:00Z']),
    ...recordsOf('cellar-3', ['2026-05-20T20:00:00Z']),
    ...recordsOf('cellar-4', ['2026-05-20T20:00:00Z', '2026-06-01T00:00:00Z']),
  ];
  await writeCompany({ month: JUNE, bills: {}, telemetry: { 'agents.jsonl': telemetry }, grid: {} }, folder);
});

test('a host that told last month and is silent since is told of once, also where it was last month', async () => {
  expect(await spoolAges(MAY, '2026-05-31T23:30:00Z')).toEqual({
    'cellar-1': 'ok 1',
    'cellar-2': 'ok 2',
    'cellar-3': 'alarm 266',
    'cellar-4': 'alarm 266',
  });
  expect([toldOf('cellar-1'), toldOf('cellar-3')]).toEqual([0, 1]);
  // The month has ended: its ledger is that of the last day as well.
  await spoolAges(MAY, '2026-06-01T00:30:00Z');
  expect(await spoolAges(JUNE, '2026-06-01T02:30:00Z')).toEqual({ 'cellar-4': 'ok 1' });
  expect(await spoolAges(JUNE, '2026-06-03T00:30:00Z')).toEqual({
    'cellar-1': 'alarm 50',
    'cellar-2': 'ok 0',
    'cellar-3': 'alarm 315',
    'cellar-4': 'alarm 47',
  });
  // Who came back and falls silent again is told of again.
  expect(['cellar-1', 'cellar-2', 'cellar-3', 'cellar-4'].map(toldOf)).toEqual([1, 0, 0, 1]);
  await spoolAges(JUNE, '2026-06-03T01:30:00Z');
  expect(toldOf('cellar-1')).toBe(0);
});

test('a host that the settings say was taken down is expected no more, by the alarm and by the coverage', async () => {
  const workplace = workplaceWith([
    { host: 'cellar-1', from: '2026-06-01' },
    { host: 'cellar-3', from: '2026-05-21' },
  ]);
  expect(await spoolAges(MAY, '2026-06-03T02:30:00Z', workplace)).toEqual({
    'cellar-1': 'ok 2',
    'cellar-2': 'ok 3',
    'cellar-3': 'ok 3',
    'cellar-4': 'alarm 267',
  });
  expect(await spoolAges(JUNE, '2026-06-03T02:30:00Z', workplace)).toEqual({
    'cellar-2': 'ok 2',
    'cellar-4': 'alarm 49',
  });
  const warehouse = await workplace.openWarehouse();
  const files = (await workplace.book.list(`ledger/month=${MAY}/`)).map(({ key }) =>
    join(workplace.book.location, key),
  );
  const gaps = await warehouse.query(
    `SELECT max(period_start)::VARCHAR AS until FROM read_parquet([${files.map((file) => `'${file}'`).join(', ')}])
     WHERE settled_as = 'gap' AND resource_id = 'cellar-3'`,
  );
  await warehouse.close();
  expect(gaps).toEqual([{ until: '2026-05-20 23:00:00' }]);
});
