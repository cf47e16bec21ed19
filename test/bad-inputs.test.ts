import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SPOILED, MONTH } from './bad-inputs/spoiled.ts';
import { tempFolder } from './support/temp-folder.ts';
import { closeTiny, hourOf, tinySettings, tinyWorkplace, writeBill } from './support/tiny-company.ts';
const root = tempFolder();
test('x', async () => {
  for (const { source, write } of SPOILED) await write(join(root, 'inputs', source));
  await writeBill(join(root, 'inputs/bill/a.parquet'), [{ start: hourOf(MONTH, 3), resource: 'i-1', project: 'chat' }]);
  const settings = tinySettings({ limits: { max_file_gib: 0.0625 }, sources: [{ id: 'bill', kind: 'aws-cur2', path: './inputs/bill' }, ...SPOILED.map(({ source, kind, settings }) => ({ id: source, kind, path: `./inputs/${source}`, ...settings }))] });
  const remarks = await closeTiny(tinyWorkplace(root, settings), MONTH);
  console.log(remarks.join('\n'));
});
