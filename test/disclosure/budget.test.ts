import { answerOf, judgeBudget, type Spent } from '../../lib/disclosure/budget.ts';

function spent(
  value: string | null,
  coverages: readonly string[] = ['1'],
  range: readonly [string, string] | null = null,
): Spent {
  return { figure: { value, u95_low: range?.[0] ?? null, u95_high: range?.[1] ?? null }, coverages };
}

/** Value, coverages, verdict and share against a budget of 40. */
const TRUTH: readonly (readonly [string | null, readonly string[], string, string | null])[] = [
  ['39.999999999999', ['1'], 'within', '100.0'],
  ['40', ['1'], 'within', '100.0'],
  ['40.000', ['0.95'], 'within', '100.0'],
  ['40.000000000001', ['1'], 'over', '100.1'],
  ['41', ['0.01'], 'over', '102.5'],
  ['41', [], 'over', '102.5'],
  ['39', ['0.949999999999'], 'unknown', '97.5'],
  ['39', ['1', '0.9'], 'unknown', '97.5'],
  ['39', [], 'unknown', '97.5'],
  ['0', ['0'], 'unknown', '0.0'],
  ['0', ['1'], 'within', '0.0'],
  ['-3', ['1'], 'within', '-7.5'],
  ['0.02', ['1'], 'within', '0.1'],
  [null, ['1'], 'unknown', null],
];

describe('a value against its budget', () => {
  test.each(TRUTH)('%s with coverages %j is %s', (value, coverages, verdict, share) => {
    expect(judgeBudget(spent(value, coverages), '40')).toMatchObject({ verdict, share_percent: share });
  });

  test('a figure that is not there is unknown', () => {
    expect(judgeBudget({ figure: undefined, coverages: ['1'] }, '40')).toEqual({
      verdict: 'unknown',
      share_percent: null,
      is_spanned: false,
      coverage_ratio: '1',
    });
  });

  test('the least of what is known counts', () => {
    expect(judgeBudget(spent('1', ['1', '0.96', '0.97']), '40').coverage_ratio).toBe('0.96');
  });

  test('digits that a binary number has not are compared', () => {
    const budget = '9007199254740993.000000000001';
    expect(judgeBudget(spent('9007199254740993.000000000002'), budget).verdict).toBe('over');
    expect(judgeBudget(spent('9007199254740993.000000000001'), budget).verdict).toBe('within');
  });
});

describe('an interval spans its budget', () => {
  test.each([
    ['38', ['36', '39.9'], false],
    ['38', ['36', '40'], false],
    ['38', ['36', '40.1'], true],
    ['42', ['40', '44'], true],
    ['42', ['40.1', '44'], false],
  ] as const)('%s with %j: %s', (value, range, isSpanned) => {
    expect(judgeBudget(spent(value, ['1'], range), '40').is_spanned).toBe(isSpanned);
  });
});

describe('several budgets', () => {
  const [within, over, unknown] = ['1', '41', null].map((value) => judgeBudget(spent(value), '40'));
  const of = (...judgements: (typeof within)[]) => answerOf(judgements.flatMap((each) => each ?? []));

  test('over in one is over, unknown in one is unknown, and none at all says nothing', () => {
    expect([of(within), of(within, within)]).toEqual([0, 0]);
    expect([of(over), of(within, over), of(unknown, over)]).toEqual([1, 1, 1]);
    expect([of(unknown), of(within, unknown), of()]).toEqual([2, 2, 2]);
  });
});
