import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { MetricPoint } from '../lib/alarms/metric-point.ts';
import { dueRun } from '../lib/pipeline/begin.ts';
import { handlersAt } from '../lib/pipeline/handlers.ts';
import { alarmsKey } from '../lib/pipeline/raise-alarms.ts';
import { runLocally } from '../lib/pipeline/run-locally.ts';
import type { MonthRun } from '../lib/pipeline/stage.ts';
import { STAGES } from '../lib/pipeline/stages.ts';
import { tempFolder } from './support/temp-folder.ts';
import { hourOf, tinySettings, tinyWorkplace, writeCompany } from './support/tiny-company.ts';

const MONTH = '2026-06';
const root = tempFolder();
const HOURS = Array.from({ length: 30 }, (_, hour) => hour);

beforeAll(() =>
  writeCompany(
    {
      month: MONTH,
      bills: { 'bill.parquet': [{ start: hourOf(MONTH, 0), resource: 'i-1' }] },
      telemetry: {
        'cellar.jsonl': HOURS.map((hour) => ({
          host: 'cellar-1',
          seq: hour,
          start: hourOf(MONTH, hour),
          idle: 3_600_000_000,
        })),
      },
      grid: {},
    },
    root,
  ),
);

/** The machine as the clock starts it, on a book of its own. */
async function watchAt(at: string, book: string) {
  const published: MetricPoint[] = [];
  const outlets = { publish: async (points: readonly MetricPoint[]) => void published.push(...points) };
  const workplace = { ...tinyWorkplace(root, tinySettings(), join(root, book)), outlets };
  const run: MonthRun = dueRun({ work: 'watch', at }, 'Etc/UTC')?.input ?? { month: '', as_of: '' };
  const stages: string[] = [];
  await runLocally(run, handlersAt(workplace, STAGES), ({ stage, state, total }) => {
    if (state === 'started') stages.push(`${stage} ${total}`);
  });
  return { published, stages, folder: join(root, book) };
}

test('a watch collects telemetry alone, judges, publishes the hours, and discloses nothing', async () => {
  const { published, stages, folder } = await watchAt('2026-06-02T06:40:00Z', 'watched');
  expect(stages).toEqual([
    'PlanCollection 1',
    'Collect 1',
    'PlanFacts 1',
    'BuildFacts 1',
    'PlanSettlement 1',
    'Settle 1',
    'ComputeKpis 1',
    'RaiseAlarms 1',
  ]);
  const { verdicts } = JSON.parse(readFileSync(join(folder, alarmsKey(MONTH)), 'utf8'));
  expect(verdicts).toContainEqual(expect.objectContaining({ alarm: 'idle-share', state: 'alarm' }));
  const hours = published.filter(({ namespace }) => namespace === 'Joulebook').map(({ at }) => at);
  expect(new Set(hours).size).toBe(HOURS.length);
  expect(existsSync(join(folder, 'disclosures'))).toBe(false);
});

test('a watch in the first hour of a month, where nothing has landed, ends well', async () => {
  const { stages, folder } = await watchAt('2026-07-01T00:40:00Z', 'empty');
  expect(stages.at(-1)).toBe('RaiseAlarms 1');
  expect(existsSync(join(folder, alarmsKey('2026-07')))).toBe(true);
});
