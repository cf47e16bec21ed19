import { assumptionWords } from '../lib/pipeline/assumption-words.ts';
import { readSettings } from '../lib/settings/settings.ts';
import { tinySettings } from './support/tiny-company.ts';

const BILL = { id: 'bill', kind: 'aws-cur2', path: './bill' };
const watch = (count: string) => ({
  id: 'watch',
  kind: 'aws-cloudwatch',
  live: { provider: 'aws-cloudwatch-bedrock', options: { regions: 'eu-west-1', count } },
});
const wordsOn = (sources: readonly unknown[]) =>
  assumptionWords(readSettings(tinySettings({ sources }), 'joulebook.yaml')).filter(({ name }) =>
    name.startsWith('Tokens'),
  );

test('tokens that CloudWatch counts beside a bill are told, and no others', () => {
  expect(wordsOn([BILL, watch('requests and tokens')]).map(({ value }) => value)).toEqual([
    'counted by CloudWatch (watch), and taken as not counted in bill: tokens of both stand in the figures twice',
  ]);
  expect(wordsOn([BILL, watch('requests')])).toEqual([]);
  expect(wordsOn([watch('requests and tokens')])).toEqual([]);
});
