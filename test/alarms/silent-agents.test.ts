import { join } from 'node:path';

import type { Verdict } from '../../lib/alarms/verdict.ts';
import { alarmsKey, raiseAlarms } from '../../lib/pipeline/raise-alarms.ts';
import { tempFolder } from '../support/temp-folder.ts';
import {
  closeTiny,
  hourOf,
  type Telemetry,
  tinySettings,
  tinyWorkplace,
  writeCompany,
  writeText,
} from '../support/tiny-company.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const asOf = (hour: number) => hourOf(MONTH, hour).replace('.000', '');
const upTo = (end: number) => Array.from({ length: end }, (_, hour) => hour);

const agentOf = (host: string, hours: number): Telemetry[] =>
  upTo(hours).map((hour) => ({ host, seq: hour, start: hourOf(MONTH, hour), idle: 3_600_000_000 }));

/** A DCGM exporter that is scraped every hour and tells of one GPU, at 100 W. */
const exporterOf = (host: string, hours: number): string =>
  upTo(hours + 1)
    .map((hour) => {
      const labels = `gpu="0",UUID="GPU-of-${host}",Hostname="${host}"`;
      return `# scraped_at ${asOf(hour)} target=${host}\nDCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${labels}} ${hour * 360_000_000}\n`;
    })
    .join('');

/** Verdicts of `spool-age` by host, as of an hour of the month. */
async function spoolAges(agents: readonly Telemetry[], exporters: string, at: number) {
  const grid = { 'grid.csv': upTo(at).map((hour) => ({ start: hourOf(MONTH, hour), intensity: 300 })) };
  await writeCompany({ month: MONTH, bills: {}, telemetry: { 'agents.jsonl': agents }, grid }, folder);
  const sources = [
    { id: 'agents', kind: 'agent', path: './inputs/telemetry' },
    { id: 'grid', kind: 'grid', path: './inputs/grid', zone: 'IE', factor_kind: 'direct' },
    { id: 'exporters', kind: 'activity', path: './inputs/exporters' },
  ];
  writeText(join(folder, 'inputs/exporters/dcgm.prom'), exporters);
  const workplace = tinyWorkplace(folder, tinySettings({ sources }));
  await closeTiny(workplace, MONTH, asOf(at));
  await raiseAlarms({ month: MONTH, as_of: asOf(at) }, workplace);
  const { verdicts } = JSON.parse(new TextDecoder().decode(await workplace.book.read(alarmsKey(MONTH))));
  const ofSpools = (verdicts as Verdict[]).filter(({ alarm }) => alarm === 'spool-age');
  return Object.fromEntries(ofSpools.map(({ subject, state, value }) => [subject, { state, value }]));
}

test('an agent that fell silent is heard of though an exporter goes on telling of its GPUs; hosts without an agent are not', async () => {
  const agents = [...agentOf('cellar-1', 20), ...agentOf('cellar-2', 60)];
  const exporters = ['cellar-1', 'cellar-2', 'cellar-3'].map((host) => exporterOf(host, 60)).join('');
  expect(await spoolAges(agents, exporters, 60)).toEqual({
    'cellar-1': { state: 'alarm', value: 40 },
    'cellar-2': { state: 'ok', value: 0 },
    'cellar-3': { state: 'ok', value: 0 },
  });
});
