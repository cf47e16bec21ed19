import type { Annex, Figure } from '../../lib/disclosure/annex.ts';
import { LINT_RULES, lintAnnex } from '../../lib/disclosure/lint.ts';
import { renderDisclosure, UnpublishableAnnex } from '../../lib/disclosure/render.ts';
import { figure, sampleAnnex } from './sample-annex.ts';

type Change = (figure: Figure) => Figure;

/** The sample with every figure of that id changed. */
const withFigures = (id: string, change: Change): Annex => ({
  ...sampleAnnex,
  figures: sampleAnnex.figures.map((own) => (own.id === id ? change(own) : own)),
});
const withMore = (figures: readonly Figure[], rest: Partial<Annex> = {}): Annex => ({
  ...sampleAnnex,
  ...rest,
  figures: [...sampleAnnex.figures, ...figures],
});
const without = (id: string): Annex => ({
  ...sampleAnnex,
  figures: sampleAnnex.figures.filter((own) => own.id !== id),
});
const [factor] = sampleAnnex.factors;
const [instrument] = sampleAnnex.instruments;
const [framework] = sampleAnnex.framework_index;
const [gap] = sampleAnnex.gaps;
if (!factor || !instrument || !framework || !gap) throw new Error('Cannot lint: the sample annex lacks its first rows');

/** What came twice is listed among the gaps, and explains no coverage. */
const toldTwice = [
  'two bills tell of it: the cost and the modelled energy of both are counted',
  'two files of a bill tell of it: the cost and the modelled energy of both are counted',
  'told twice, counted once: the same rows as a.csv',
  'restated by a.csv: a copy of what it said before',
].map((reason, index) => ({ ...gap, reason, provider: index === 0 ? 'AWS' : null }));

const OFFENCES: Readonly<Record<string, readonly (readonly [string, Annex])[]>> = {
  L1: [['market-based alone', without('emissions.location')]],
  L2: [
    ['a market-based intensity', withMore([figure({ id: 'kpi.sci', dimensions: {}, value: '1', method: 'market' })])],
  ],
  L3: [
    ['an instrument used beyond its size', { ...sampleAnnex, instruments: [{ ...instrument, used_mwh: '46' }] }],
    ['an instrument not retired', { ...sampleAnnex, instruments: [{ ...instrument, retired_at: null }] }],
  ],
  L5: [
    [
      'annual factors as hourly',
      { ...sampleAnnex, factors: sampleAnnex.factors.map((own) => ({ ...own, grain: 'year' })) },
    ],
    [
      'a stale factor',
      {
        ...sampleAnnex,
        factors: [
          ...sampleAnnex.factors,
          { ...factor, id: 'old', energy_share: null, valid_to: '2023-01-01T00:00:00Z' },
        ],
      },
    ],
  ],
  L6: [
    ['no boundary', withFigures('energy.facility', (own) => ({ ...own, boundary: [] }))],
    ['accelerators only', withFigures('energy.it', (own) => ({ ...own, boundary: ['gpu'] }))],
  ],
  L7: [
    ['PUE in IT energy', withFigures('energy.it', (own) => ({ ...own, includes_pue: true }))],
    ['no PUE in facility energy', withFigures('energy.facility', (own) => ({ ...own, includes_pue: false }))],
    ['PUE as an efficiency', withMore([figure({ id: 'kpi.pue', dimensions: {}, value: '1.2' })])],
  ],
  L11: [
    [
      'cloud in Scope 2',
      withFigures('energy.facility', (own) =>
        own.dimensions['provider'] === 'AWS' ? { ...own, scope: 'scope_2' } : own,
      ),
    ],
    ['cloud in GRI 302-1', { ...sampleAnnex, framework_index: [{ ...framework, figure_ids: ['energy.facility'] }] }],
  ],
  L12: [
    ['embodied left out silently', { ...sampleAnnex, exclusions: [] }],
    [
      'amortised in category 2',
      withMore([figure({ id: 'emissions.embodied_amortised', dimensions: {}, value: '1', category: '2' })]),
    ],
  ],
  L13: [
    ['a hidden coverage', { ...sampleAnnex, gaps: sampleAnnex.gaps.filter(({ provider }) => provider !== 'AWS') }],
    ['a coverage beside what came twice', { ...sampleAnnex, gaps: toldTwice }],
    [
      'zero for unknown',
      withMore([figure({ id: 'energy.idle', dimensions: { region: 'x' }, value: '0', coverage_ratio: '0' })]),
    ],
  ],
  L15: [['an intensity without its absolute', without('cost.effective')]],
  L19: [
    [
      'a mix beyond one',
      withFigures('energy.it', (own) => ({ ...own, basis_mix: { measured: '0.9', modelled: '0.2', filled: '0' } })),
    ],
    [
      'a negative share',
      withFigures('energy.it', (own) => ({ ...own, basis_mix: { measured: '1.2', modelled: '-0.2', filled: '0' } })),
    ],
    [
      'factors beyond all energy',
      { ...sampleAnnex, factors: [...sampleAnnex.factors, { ...factor, id: 'more', energy_share: '0.5' }] },
    ],
  ],
  L25: [
    ['NaN', withFigures('energy.idle', (own) => ({ ...own, value: 'NaN' }))],
    ['an exponent', { ...sampleAnnex, factors: [{ ...factor, value: '1e-7' }, ...sampleAnnex.factors.slice(1)] }],
  ],
  L26: [
    [
      'a total that is not its parts',
      withFigures('cost.effective', (own) =>
        own.dimensions['provider'] === 'AWS' ? { ...own, value: '123201.26' } : own,
      ),
    ],
  ],
  L27: [['a value outside its interval', withFigures('energy.it', (own) => ({ ...own, u95_low: '99999' }))]],
  L28: [
    [
      'an item without its figure',
      { ...sampleAnnex, framework_index: [{ ...framework, figure_ids: ['energy.nowhere'] }] },
    ],
    ['an item without an answer', { ...sampleAnnex, framework_index: [{ ...framework, figure_ids: [] }] }],
    ['an unknown factor', { ...sampleAnnex, factors: sampleAnnex.factors.slice(1) }],
    ['an unknown input', { ...sampleAnnex, evidence: sampleAnnex.evidence.slice(1) }],
  ],
  L29: [['one figure twice', withMore(sampleAnnex.figures.slice(0, 1))]],
};

test('the sample may be published', () => {
  expect(lintAnnex(sampleAnnex)).toEqual([]);
});

test('a contract of delivery is used without a date of retirement', () => {
  for (const kind of ['ppa', 'supplier'])
    expect(lintAnnex({ ...sampleAnnex, instruments: [{ ...instrument, kind, retired_at: null }] })).toEqual([]);
});

test('every rule has an offence that it sees', () => {
  expect(Object.keys(OFFENCES)).toEqual(LINT_RULES.map(({ id }) => id));
});

describe.each(LINT_RULES)('$id: $pattern', ({ id }) => {
  test.each(OFFENCES[id] ?? [])('sees %s', (_, annex) => {
    expect(lintAnnex(annex).map(({ rule }) => rule)).toContain(id);
  });
});

test('a total may differ from its parts by what was cut off the last decimals, and by no more', () => {
  const third = (provider: string) => figure({ id: 'activity.requests', dimensions: { provider }, value: '0.333' });
  const parts = ['a', 'b', 'c'].map(third);
  const rest = sampleAnnex.figures.filter(({ id }) => id !== 'activity.requests');
  const total = (value: string) => figure({ id: 'activity.requests', dimensions: {}, value });
  const findings = (value: string) => lintAnnex({ ...sampleAnnex, figures: [...rest, ...parts, total(value)] });
  expect(findings('1')).toEqual([]);
  expect(findings('1.002').map(({ rule }) => rule)).toEqual(['L26']);
});

test('a large total may differ from its parts by what a binary number cannot hold, and by no more', () => {
  const parts = ['388888.888888888876', '166666.666666666657'].map((value, index) =>
    figure({ id: 'activity.requests', dimensions: { provider: `p${index}` }, value }),
  );
  const rest = sampleAnnex.figures.filter(({ id }) => id !== 'activity.requests');
  const total = (value: string) => figure({ id: 'activity.requests', dimensions: {}, value });
  const findings = (value: string) => lintAnnex({ ...sampleAnnex, figures: [...rest, ...parts, total(value)] });
  expect(findings('555555.555555555504')).toEqual([]);
  expect(findings('555555.555556').map(({ rule }) => rule)).toEqual(['L26']);
});

test('a null part is not zero: its total is not checked against it', () => {
  const unknown = figure({ id: 'cost.effective', dimensions: { provider: 'Google Cloud' }, value: null });
  expect(lintAnnex(withMore([unknown]))).toEqual([]);
});

test('what may not be published is not rendered', async () => {
  const never = () => Promise.reject(new Error('rendered'));
  const refused = renderDisclosure(without('emissions.location'), { pdf: never, chart: never });
  await expect(refused).rejects.toThrow(UnpublishableAnnex);
  await expect(refused).rejects.toThrow(/Cannot publish the disclosure: L1: emissions\.market/);
});
