import { join } from 'node:path';

import { lagsOf } from '../../lib/alarms/lags.ts';
import { readReceipts } from '../../lib/landing/receipts.ts';
import { parsePeriod } from '../../lib/units/period.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { closeTiny, tinySettings, tinyWorkplace, writeCompany, writeText } from '../support/tiny-company.ts';

const MONTH = '2026-06';
const root = tempFolder();

test.each([
  ['in UTC', '2026-06-01T00:00:00Z,2026-07-01T00:00:00Z'],
  ['in local time', '2026-06-01T00:00:00+02:00,2026-07-01T00:00:00+02:00'],
  [
    'and of the year beside it',
    '2026-06-01T00:00:00Z,2026-07-01T00:00:00Z,300\n2026-01-01T00:00:00Z,2027-01-01T00:00:00Z',
  ],
])('a grid factor of the month %s is never late', async (name, times) => {
  const at = join(root, name);
  await writeCompany({ month: MONTH, bills: {}, telemetry: {}, grid: {} }, at);
  writeText(join(at, 'inputs/grid/a.csv'), `period_start,period_end,carbon_intensity\n${times},300\n`);
  const { book, ...workplace } = tinyWorkplace(at, tinySettings());
  await closeTiny({ book, ...workplace }, MONTH);
  const asOf = '2026-12-31T00:00:00Z';
  const receipts = await readReceipts(book, parsePeriod(MONTH), asOf);
  const lags = lagsOf([{ id: 'grid', tables: ['fct_grid_intensity'] }], receipts, { period: parsePeriod(MONTH), asOf });
  expect(lags).toEqual([{ source_id: 'grid', hours: 0 }]);
});
