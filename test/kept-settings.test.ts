import { keepSettings, readKeptSettings, settingsFingerprint } from '../lib/pipeline/kept-settings.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tempFolder } from './support/temp-folder.ts';
import { AS_OF, tinySettings, tinyWorkplace } from './support/tiny-company.ts';

const folder = tempFolder();

test('what a month was closed with is read again, also where a zone is spelt as is refused by now', async () => {
  const series = { id: 'series', kind: 'grid', path: './series', zone: 'GB', factor_kind: 'direct' };
  const workplace = tinyWorkplace(folder, tinySettings({ sources: [series] }));
  const sources = workplace.settings.sources.map((source) => ({ ...source, zone: 'UK' }));
  const earlier = { ...workplace, settings: { ...workplace.settings, sources } };
  await keepSettings(parsePeriod('2026-06'), AS_OF, earlier);
  const kept = await readKeptSettings(workplace.book, '2026-06', settingsFingerprint(earlier));
  expect(kept.sources.map(({ zone }) => zone)).toEqual(['UK']);
});
