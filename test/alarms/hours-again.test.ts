import { join } from 'node:path';

import type { MetricPoint } from '../../lib/alarms/metric-point.ts';
import { raiseAlarms } from '../../lib/pipeline/raise-alarms.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { closeTiny, hourOf, tinySettings, tinyWorkplace, writeBill, writeCompany } from '../support/tiny-company.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const asOf = (hour: number) => hourOf(MONTH, hour).replace('.000', '');
const HOURS = Array.from({ length: 4 }, (_, hour) => hour);

test('an hour of which more is known later is published again: bills come a day after the telemetry', async () => {
  const telemetry = HOURS.map((hour) => ({
    host: 'cellar-1',
    seq: hour,
    start: hourOf(MONTH, hour),
    idle: 3_600_000_000,
  }));
  const grid = { 'grid.csv': HOURS.map((hour) => ({ start: hourOf(MONTH, hour), intensity: 300 })) };
  await writeCompany({ month: MONTH, bills: {}, telemetry: { 'cellar.jsonl': telemetry }, grid }, folder);
  const published: MetricPoint[] = [];
  const outlets = { publish: async (points: readonly MetricPoint[]) => void published.push(...points) };
  const workplace = { ...tinyWorkplace(folder, tinySettings()), outlets };
  /** Hours of the whole that a run at this hour publishes, with what they cost. */
  const costsPublished = async (hour: number) => {
    published.length = 0;
    await closeTiny(workplace, MONTH, asOf(hour));
    await raiseAlarms({ month: MONTH, as_of: asOf(hour) }, workplace);
    const whole = published.filter(
      (point) => point.namespace === 'Joulebook' && Object.keys(point.dimensions).length === 1,
    );
    return Object.fromEntries(whole.map(({ at, values }) => [at, values['effective_cost']]));
  };
  expect(await costsPublished(4)).toEqual(Object.fromEntries(HOURS.map((hour) => [asOf(hour), undefined])));
  const charges = [1, 5].map((hour) => ({ start: hourOf(MONTH, hour), resource: 'i-1', cost: 2, effectiveCost: 2 }));
  await writeBill(join(folder, 'inputs/bill/a.parquet'), charges);
  // A close on a machine that publishes nothing takes nothing from the next run that does.
  await closeTiny(workplace, MONTH, asOf(5));
  await raiseAlarms({ month: MONTH, as_of: asOf(5) }, { ...workplace, outlets: {} });
  expect(await costsPublished(6)).toMatchObject({ [asOf(1)]: 2, [asOf(5)]: 2 });
  expect(await costsPublished(7)).not.toHaveProperty([asOf(1)]);
  const last = { start: hourOf(MONTH, 24 * 29), resource: 'i-2' };
  await writeBill(join(folder, 'inputs/bill/b.parquet'), [last]);
  expect(await costsPublished(24 * 31)).toHaveProperty([asOf(24 * 29)], 1);
  // CloudWatch takes nothing that is older than two weeks.
  await writeBill(join(folder, 'inputs/bill/b.parquet'), [{ ...last, cost: 2, effectiveCost: 2 }]);
  expect(await costsPublished(24 * 44)).toEqual({});
});
