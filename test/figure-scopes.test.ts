import type { Annex } from '../lib/disclosure/annex.ts';
import { readText } from '../lib/landing/book.ts';
import { tempFolder } from './support/temp-folder.ts';
import { discloseTiny, hourOf, tinySettings, tinyWorkplace, writeCompany } from './support/tiny-company.ts';

const MONTH = '2026-06';
const folder = tempFolder();

test('energy and emissions bear a scope; money and counts have none', async () => {
  await writeCompany(
    {
      month: MONTH,
      bills: { 'bill.parquet': [{ start: hourOf(MONTH, 0), resource: 'i-1', project: 'chat' }] },
      telemetry: { 'cellar.jsonl': [{ host: 'cellar-1', seq: 0, start: hourOf(MONTH, 0), idle: 1000 }] },
      grid: { 'grid.csv': [{ start: hourOf(MONTH, 0), intensity: 300 }] },
    },
    folder,
  );
  const workplace = tinyWorkplace(folder, tinySettings({}));
  const { folder: version } = await discloseTiny(workplace, MONTH, '2026-07-22T06:00:00Z');
  const annex = JSON.parse((await readText(workplace.book, `${version}annex.json`)) ?? '') as Annex;
  const scopesOf = (pattern: RegExp) => [
    ...new Set(annex.figures.filter(({ id }) => pattern.test(id)).map(({ scope, category }) => `${scope} ${category}`)),
  ];
  expect(scopesOf(/^energy\.it$/)).toEqual(expect.arrayContaining(['scope_2 null', 'scope_3 1']));
  expect(scopesOf(/^(cost|activity)\./)).toEqual(['null null']);
});
