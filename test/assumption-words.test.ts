import { LocalBook } from '../lib/adapters/local-book.ts';
import type { Receipt } from '../lib/landing/receipt.ts';
import { assumptionWords } from '../lib/pipeline/assumption-words.ts';
import { keepSettings, readKeptSettings, settingsFingerprint } from '../lib/pipeline/kept-settings.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tempFolder } from './support/temp-folder.ts';
import { AS_OF, tinySettings, tinyWorkplace } from './support/tiny-company.ts';

const MONTH = '2026-06';
const root = tempFolder();
const BILL = { id: 'bill', kind: 'aws-cur2', path: './bill' };
const WATCH = {
  id: 'watch',
  kind: 'aws-cloudwatch',
  live: { provider: 'aws-cloudwatch-bedrock', options: { regions: 'eu-west-1', count: 'requests and tokens' } },
};
const answer = (name: string): Receipt => ({
  source_id: 'watch',
  kind: 'aws-cloudwatch',
  period: MONTH,
  origin: `watch/${MONTH}-01-eu-west-1-bedrock-${name}.json`,
  fetched_at: AS_OF,
  bytes: 1,
  sha256: name,
  extension: 'json',
  provider_version: null,
  contract: { shape: 'metrics', rows: 1, rows_rejected: 0, first_event: null, last_event: null },
});

/** What is said of tokens, by the settings as they are and as they are kept for `verify`. */
async function wordsOn(sources: readonly unknown[], name: string) {
  const workplace = tinyWorkplace(root, tinySettings({ sources }));
  const book = new LocalBook(root);
  await keepSettings(parsePeriod(MONTH), AS_OF, { ...workplace, book });
  const kept = await readKeptSettings(book, MONTH, settingsFingerprint(workplace));
  const [now, again] = [workplace.settings, kept].map((settings) =>
    assumptionWords(settings, [answer(name)]).filter((assumption) => assumption.name.startsWith('Tokens')),
  );
  expect(again).toEqual(now);
  return now?.map(({ value }) => value);
}

test('tokens that CloudWatch counts beside a bill are told, also when the month is recomputed, and no others', async () => {
  expect(await wordsOn([BILL, WATCH], 'tokens-data')).toEqual([
    'counted by CloudWatch (watch), and taken as not counted in bill: tokens of both stand in the figures twice',
  ]);
  expect(await wordsOn([BILL, WATCH], 'data')).toEqual([]);
  expect(await wordsOn([WATCH], 'tokens-data')).toEqual([]);
});

test('runs of CodeCarbon beside sources that may tell of their machines are told, and no others', () => {
  const cc = { id: 'runs', kind: 'codecarbon', path: './runs' };
  const landed = { ...answer('emissions'), source_id: 'runs', kind: 'codecarbon' };
  const words = (sources: readonly unknown[], receipts: readonly Receipt[]) =>
    assumptionWords(tinyWorkplace(root, tinySettings({ sources })).settings, receipts)
      .filter(({ name }) => name.includes('CodeCarbon'))
      .map(({ value }) => value);
  expect(words([BILL, cc], [landed])).toEqual([
    'counted as runs says, and taken as not counted in bill: energy of both stands in the figures twice',
  ]);
  expect(words([BILL, cc], [])).toEqual([]);
  expect(words([cc], [landed])).toEqual([]);
});

test('actual and amortised costs in two sources are told, in one version they are not', () => {
  const sources = ['one', 'two'].map((id) => ({ id, kind: 'azure-cost', path: `./${id}` }));
  const { settings } = tinyWorkplace(root, tinySettings({ sources }));
  const bill = (id: string, version: string | null): Receipt => ({
    ...answer(id),
    source_id: id,
    kind: 'azure-cost',
    origin: `${id}/part.csv`,
    provider_version: version,
  });
  const words = (...versions: (string | null)[]) =>
    assumptionWords(settings, [bill('one', versions[0] ?? null), bill('two', versions[1] ?? null)]).flatMap(
      ({ name, value }) => (name.startsWith('Costs') ? [value] : []),
    );
  expect(words('actual costs', 'amortised costs')).toEqual([
    'one (actual costs) and two (amortised costs) are taken as bills of different subscriptions: use and money of one that stands in both count twice',
  ]);
  expect(words('actual costs', 'actual costs')).toEqual([]);
  expect(words('amortised costs', null)).toEqual([]);
});
