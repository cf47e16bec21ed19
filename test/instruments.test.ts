import { instrumentsOf, instrumentWords } from '../lib/pipeline/instruments.ts';
import { readSettings } from '../lib/settings/settings.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tinySettings } from './support/tiny-company.ts';

const settingsWith = (...instruments: readonly Readonly<Record<string, unknown>>[]) =>
  readSettings(
    tinySettings({
      instruments: instruments.map((own, index) => ({
        id: `i${index}`,
        kind: 'certificate',
        grid_zone: 'IE',
        mwh: 876,
        gco2e_per_kwh: 0,
        vintage: '2026-06',
        retired_at: '2026-07-10',
        ...own,
      })),
    }),
    'joulebook.yaml',
  );
const MONTHS = Array.from({ length: 12 }, (_, index) => `2026-${String(index + 1).padStart(2, '0')}`);
const at = (month: string, asOf = '2027-01-22T06:00:00Z') => ({ period: parsePeriod(month), asOf });

test('an instrument of a month serves that month alone: in twelve months it is used once', () => {
  const settings = settingsWith({});
  expect(MONTHS.filter((month) => instrumentsOf(settings, at(month)).length > 0)).toEqual(['2026-06']);
});

test('an instrument of a year serves each month by its hours, and in twelve months is used once', () => {
  const settings = settingsWith({ vintage: '2026' });
  const used = MONTHS.flatMap((month) => instrumentsOf(settings, at(month)).map(({ mwh }) => mwh));
  expect(used[5]).toBeCloseTo(72, 9);
  expect(used.reduce((sum, mwh) => sum + mwh, 0)).toBeCloseTo(876, 9);
  expect(instrumentsOf(settings, at('2027-01'))).toEqual([]);
});

test('a certificate counts from the day on which it was retired; a contract needs no retirement', () => {
  const settings = settingsWith({}, { retired_at: undefined }, { kind: 'ppa', retired_at: undefined });
  const idsAt = (asOf: string) => instrumentsOf(settings, at('2026-06', asOf)).map(({ id }) => id);
  expect(idsAt('2026-07-09T23:59:59Z')).toEqual(['i2']);
  expect(idsAt('2026-07-10T00:00:00Z')).toEqual(['i0', 'i2']);
});

test('what does not count is listed, and why', () => {
  const settings = settingsWith({}, { vintage: '2026-05' }, { retired_at: undefined });
  expect(instrumentWords(settings, at('2026-06')).map(({ kind }) => kind)).toEqual([
    'certificate',
    'certificate (of another time, not used)',
    'certificate (not retired, not used)',
  ]);
});
