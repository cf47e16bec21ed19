import type { Annex, Figure } from '../annex.ts';
import { absolute, compare, type Decimal, parseDecimal, shift, subtract, sum } from '../decimal.ts';
import { figureKey, partsOf, totalOf } from '../figures.ts';
import { isDecimal, known } from './known.ts';
import type { LintRule } from './rule.ts';

/** Dimensions whose parts are the whole: every row of the ledger has exactly one value of them. */
const EXHAUSTIVE_DIMENSIONS = ['provider', 'scope'];
const ADDITIVE = /^(energy|emissions|cost|activity)\./;
const ZERO = parseDecimal('0');
const ONE = parseDecimal('1');
const RATIO_TOLERANCE = parseDecimal('0.000001');

/** Rules about numbers that must fit each other. */
export const CONSISTENCY_RULES: readonly LintRule[] = [
  { id: 'L19', pattern: 'Shares that count something twice, or not at all', check: sharesNotOne },
  { id: 'L25', pattern: 'A number that is none: NaN, an exponent, a comma', check: notDecimals },
  { id: 'L26', pattern: 'A total that is not the sum of its parts', check: wrongTotals },
  { id: 'L27', pattern: 'A value outside its own interval', check: outsideInterval },
  { id: 'L28', pattern: 'A reference that leads nowhere', check: danglingReferences },
  { id: 'L29', pattern: 'Two figures of one name', check: twins },
];

function sharesNotOne({ figures, factors }: Annex): string[] {
  const mixes = figures.flatMap((figure) => {
    if (!figure.basis_mix) return [];
    const shares = Object.values(figure.basis_mix).flatMap((share) => known(share) ?? []);
    const isWhole = isNear(sum(shares), ONE) && shares.every((share) => share.digits >= 0n || isNear(share, ZERO));
    return isWhole ? [] : [`${figureKey(figure)}: basis_mix does not add up to 1`];
  });
  const isMore = (shares: readonly (string | null | undefined)[]) => {
    const used = sum(shares.flatMap((share) => known(share) ?? []));
    return compare(used, ONE) > 0 && !isNear(used, ONE);
  };
  return [
    ...mixes,
    ...(isMore(factors.map(({ energy_share: share }) => share))
      ? ['factors: the shares of energy add up to more than 1']
      : []),
    ...(isMore(factors.map(({ market_energy_share: share }) => share))
      ? ['factors: the market-based shares of energy add up to more than 1']
      : []),
  ];
}

function notDecimals(annex: Annex): string[] {
  const texts: [string, string | null][] = [
    ...annex.figures.flatMap((figure) =>
      decimalsOf(figure).map(([name, text]): [string, string | null] => [`${figureKey(figure)} ${name}`, text]),
    ),
    ...annex.factors.flatMap(
      ({ id, value, energy_share: share, market_energy_share: ofMarket }): [string, string | null][] => [
        [`factor ${id}`, value],
        [`factor ${id} energy_share`, share],
        [`factor ${id} market_energy_share`, ofMarket ?? null],
      ],
    ),
    ...annex.instruments.flatMap(({ id, mwh, used_mwh: used, gco2e_per_kwh: intensity }) =>
      [mwh, used, intensity].map((text): [string, string] => [`instrument ${id}`, text]),
    ),
    ...annex.reconciliation.flatMap((line) =>
      [line.ours, line.theirs, line.difference].map((text): [string, string | null] => [
        `reconciliation ${line.provider} ${line.measure}`,
        text,
      ]),
    ),
    ...annex.restatements.flatMap((line) =>
      [line.old, line.new, line.difference].map((text): [string, string | null] => [
        `restatement ${line.figure_id}`,
        text,
      ]),
    ),
    ...annex.gaps.flatMap((gap) =>
      [gap.hours, gap.quantity, gap.effective_cost].map((text): [string, string | null] => [`gap ${gap.what}`, text]),
    ),
  ];
  return texts.flatMap(([where, text]) =>
    text === null || isDecimal(text) ? [] : [`${where}: expected plain decimal text such as -12.5, got "${text}"`],
  );
}

function wrongTotals(annex: Annex): string[] {
  const ids = [...new Set(annex.figures.map(({ id }) => id))].filter((id) => ADDITIVE.test(id));
  return ids.flatMap((id) => EXHAUSTIVE_DIMENSIONS.flatMap((dimension) => wrongTotal(annex, id, dimension)));
}

/** Joules become kWh, and grams kg, in binary numbers: of a large figure thirteen digits are surely right, as in `trace`. */
const BINARY_DIGITS = 13;

/**
 * Each number was cut to its last decimal, so a sum of n parts may be off by half a unit of that place n + 1 times; of large
 * numbers already by what a binary number cannot hold.
 */
function wrongTotal(annex: Annex, id: string, dimension: string): string[] {
  const total = known(totalOf(annex, id)?.value);
  const parts = partsOf(annex, id, dimension).map(({ value }) => known(value));
  const values = parts.filter((part) => part !== undefined);
  if (!total || parts.length === 0 || values.length < parts.length) return [];
  const scale = Math.max(total.scale, ...values.map((value) => value.scale));
  const cut: Decimal =
    scale === 0 ? { digits: 0n, scale } : { digits: BigInt(values.length + 1) * 5n, scale: scale + 1 };
  const binary = shift(sum([total, ...values].map(absolute)), -BINARY_DIGITS);
  const tolerance = compare(cut, binary) > 0 ? cut : binary;
  const difference = absolute(subtract(total, sum(values)));
  return compare(difference, tolerance) > 0 ? [`${id} is not the sum of its parts by ${dimension}`] : [];
}

function outsideInterval({ figures }: Annex): string[] {
  return figures.flatMap((figure) => {
    const [value, low, high] = [figure.value, figure.u95_low, figure.u95_high].map(known);
    if (!value || !low || !high) return [];
    const isInside = compare(low, value) <= 0 && compare(value, high) <= 0;
    return isInside ? [] : [`${figureKey(figure)}: expected u95_low ≤ value ≤ u95_high`];
  });
}

function danglingReferences({
  figures,
  input_sets: sets = {},
  factors,
  evidence,
  framework_index: index,
  restatements,
}: Annex): string[] {
  const figureNames = new Set(figures.flatMap((figure) => [figure.id, figureKey(figure)]));
  const factorIds = new Set(factors.map(({ id }) => id));
  const landed = new Set(evidence.map(({ sha256 }) => sha256));
  const inputNames = new Set([...landed, ...Object.keys(sets)]);
  return [
    ...index.flatMap(({ item, figure_ids: ids }) => missing(ids, figureNames, `framework item ${item}: no figure`)),
    ...index
      .filter(isUnanswered)
      .map(({ item }) => `framework item ${item}: expected figures or a reason for the omission`),
    ...missing(
      restatements.filter(({ new: now }) => now !== null).map(({ figure_id: id }) => id),
      figureNames,
      'restatement: no figure',
    ),
    ...figures.flatMap((figure) => missing(figure.factor_ids, factorIds, `${figureKey(figure)}: no factor`)),
    ...Object.entries(sets).flatMap(([name, files]) => missing(files, landed, `set of inputs ${name}: no evidence`)),
    ...figures.flatMap((figure) => missing(figure.inputs, inputNames, `${figureKey(figure)}: no evidence`)),
  ];
}

function twins({ figures }: Annex): string[] {
  const seen = new Set<string>();
  return figures.flatMap((figure) => {
    const name = `${figureKey(figure)} ${figure.period.from}`;
    if (seen.has(name)) return [`${figureKey(figure)} is there twice`];
    seen.add(name);
    return [];
  });
}

function decimalsOf(figure: Figure): [string, string | null][] {
  const { value, u95_low, u95_high, coverage_ratio, numerator, denominator, basis_mix: mix } = figure;
  return Object.entries({ value, u95_low, u95_high, coverage_ratio, numerator, denominator, ...mix });
}

function isUnanswered({ figure_ids: ids, omission_reason: reason }: Annex['framework_index'][number]): boolean {
  return ids.length === 0 && reason === null;
}

function missing(names: readonly string[], present: ReadonlySet<string>, words: string): string[] {
  return names.filter((name) => !present.has(name)).map((name) => `${words} "${name}"`);
}

function isNear(left: Decimal, right: Decimal): boolean {
  return compare(absolute(subtract(left, right)), RATIO_TOLERANCE) <= 0;
}
