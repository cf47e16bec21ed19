import type { Annex, Figure } from '../annex.ts';
import { add, compare, parseDecimal, sum } from '../decimal.ts';
import { figureKey, isAcceleratorOnly, totalOf } from '../figures.ts';
import { isDecimal, known } from './known.ts';
import type { LintRule } from './rule.ts';

/** Providers that sell cloud and managed services: their electricity is never the buyer's Scope 2 by default. */
const CLOUD = /\b(aws|amazon|google|gcp|azure|microsoft|oracle|openai|anthropic|bedrock|vertex)\b/i;
/** Framework items for energy and emissions of the own organisation: cloud electricity does not belong there. */
const OWN_ENERGY_ITEMS = ['302-1', '103-2', 'TC-SI-130a.1', 'E1-5', 'E1-7', '305-2', '102-6'];
const HOURLY = ['hour', 'half_hour'];
const STALE_YEARS = 2;
const MILLISECONDS_PER_YEAR = 365.25 * 86_400_000;
const LEAST_COVERAGE = parseDecimal('0.95');
const ABSOLUTES: readonly (readonly [RegExp, string])[] = [
  [/^kpi\.energy_/, 'energy.facility'],
  [/^kpi\.(carbon_|sci)/, 'emissions.location'],
  [/^kpi\.cost_/, 'cost.effective'],
];

/** Rules about what may stand beside what, and what must be said with it. */
export const METHOD_RULES: readonly LintRule[] = [
  { id: 'L1', pattern: 'Market-based emissions without location-based ones', check: marketAlone },
  { id: 'L2', pattern: 'A software carbon intensity with certificates', check: marketIntensity },
  { id: 'L3', pattern: 'Certificates that were not retired, or used beyond their size', check: unusableInstruments },
  { id: 'L5', pattern: 'Annual factors shown as hourly; stale factors without a word', check: coarseFactors },
  { id: 'L6', pattern: 'Idle, host or overhead missing without a word', check: missingBoundary },
  { id: 'L7', pattern: 'PUE multiplied in twice, or shown as an efficiency of work', check: wrongOverhead },
  { id: 'L11', pattern: 'Cloud electricity in Scope 2 or in items of the own organisation', check: cloudAsOwn },
  { id: 'L12', pattern: 'Embodied emissions in two treatments, or left out silently', check: embodiedTwice },
  { id: 'L13', pattern: 'Missing shown as zero; coverage hidden', check: missingAsZero },
  { id: 'L15', pattern: 'An intensity whose absolute figure is hidden', check: hiddenAbsolute },
];

function marketAlone({ figures }: Annex): string[] {
  const located = new Set(figures.filter(({ id, value }) => id === 'emissions.location' && value !== null).map(cutKey));
  return figures
    .filter((figure) => figure.id === 'emissions.market' && figure.value !== null && !located.has(cutKey(figure)))
    .map((figure) => `${figureKey(figure)} stands alone: expected emissions.location for the same cut`);
}

function marketIntensity({ figures }: Annex): string[] {
  return figures
    .filter(({ id, method }) => id.startsWith('kpi.sci') && method === 'market')
    .map((figure) => `${figureKey(figure)} is market-based: expected method location`);
}

function unusableInstruments({ instruments }: Annex): string[] {
  return instruments.flatMap(({ id, kind, mwh, used_mwh: used, retired_at: retired }) => {
    if (!isDecimal(mwh) || !isDecimal(used)) return [];
    const isUsed = parseDecimal(used).digits > 0n;
    const beyond =
      compare(parseDecimal(used), parseDecimal(mwh)) > 0
        ? [`instrument ${id}: ${used} MWh used, expected at most ${mwh}`]
        : [];
    return [
      ...beyond,
      // A contract of delivery (ppa, supplier) is not retired.
      ...(isUsed && kind === 'certificate' && retired === null
        ? [`instrument ${id} is used: expected a date of retirement`]
        : []),
    ];
  });
}

function coarseFactors(annex: Annex): string[] {
  return [...claimedHours(annex), ...annex.factors.flatMap((factor) => staleOrUngrained(annex, factor))];
}

function claimedHours(annex: Annex): string[] {
  const claimed = known(totalOf(annex, 'quality.hour_matched_share')?.value);
  const shares = annex.factors
    .filter(({ grain }) => HOURLY.includes(grain))
    .flatMap(({ energy_share: share }) => known(share) ?? []);
  if (!claimed || annex.factors.every(({ energy_share: share }) => share === null)) return [];
  const hourly = add(sum(shares), parseDecimal('0.001'));
  return compare(claimed, hourly) > 0
    ? ['quality.hour_matched_share is more than the energy share of the factors with an hourly grain']
    : [];
}

function staleOrUngrained(
  { meta, exclusions, gaps }: Annex,
  { id, grain, valid_to: validTo }: Annex['factors'][number],
): string[] {
  if (grain === '') return [`factor ${id}: expected a grain such as hour or year`];
  const years = (Date.parse(meta.period.from) - Date.parse(validTo)) / MILLISECONDS_PER_YEAR;
  const words = [
    ...meta.assumptions.flatMap(({ name, value }) => [name, value]),
    ...exclusions.map(({ what }) => what),
    ...gaps.map(({ what }) => what),
  ];
  if (years <= STALE_YEARS || words.some((word) => word.includes(id))) return [];
  return [`factor ${id} ended more than ${STALE_YEARS} years before the period: expected an assumption that names it`];
}

function missingBoundary({ figures }: Annex): string[] {
  return figures.filter(isOwnPhysical).flatMap((figure) => {
    if (figure.boundary.length === 0)
      return [`${figureKey(figure)}: expected the components of its boundary, got none`];
    const saysSo = /accelerator|gpu/i.test(figure.label);
    return isAcceleratorOnly(figure) && !saysSo
      ? [`${figureKey(figure)} covers accelerators only: expected a label that says so`]
      : [];
  });
}

function wrongOverhead({ figures }: Annex): string[] {
  return figures.flatMap((figure) => {
    if (figure.id === 'energy.it' && figure.includes_pue)
      return [`${figureKey(figure)} includes PUE: expected IT energy`];
    if (figure.id === 'energy.facility' && !figure.includes_pue)
      return [`${figureKey(figure)} does not include PUE: expected facility energy`];
    if (/^kpi\.pue\b/.test(figure.id)) return [`${figureKey(figure)}: PUE is no efficiency of work`];
    return [];
  });
}

function cloudAsOwn({ figures, framework_index: index }: Annex): string[] {
  const misplaced = figures
    .filter(({ dimensions, scope }) => scope === 'scope_2' && CLOUD.test(dimensions['provider'] ?? ''))
    .map((figure) => `${figureKey(figure)} is in Scope 2: expected Scope 3 category 1`);
  const hasCloud = figures.some(({ scope }) => scope === 'scope_3');
  const mixed = index
    .filter(({ item }) => hasCloud && isOwnEnergy(item))
    .flatMap(({ framework, item, figure_ids: ids }) =>
      ids
        .filter((id) => !isScope2(figures, id))
        .map((id) => `${framework} ${item} rests on ${id}: expected a figure of Scope 2 alone`),
    );
  return [...misplaced, ...mixed];
}

/** `E1-5 §37` is an item of `E1-5`. */
function isOwnEnergy(item: string): boolean {
  return OWN_ENERGY_ITEMS.some((own) => item === own || item.startsWith(`${own} `));
}

/** A figure is named by its key; a bare id is the total, which mixes scopes. */
function isScope2(figures: readonly Figure[], key: string): boolean {
  return figures.some((figure) => figureKey(figure) === key && figure.scope === 'scope_2');
}

function embodiedTwice(annex: Annex): string[] {
  const embodied = annex.figures.filter(({ id, value }) => id === 'emissions.embodied_amortised' && value !== null);
  const inCategory2 = embodied
    .filter(({ category }) => category === '2')
    .map((figure) => `${figureKey(figure)} is in category 2: expected full emissions there, never amortised ones`);
  const isSaid = annex.exclusions.some(({ what, reason }) => /embodied/i.test(`${what} ${reason}`));
  return embodied.length > 0 || isSaid
    ? inCategory2
    : [...inCategory2, 'embodied emissions are absent: expected a figure or an exclusion that names them'];
}

function missingAsZero({ figures, gaps, exclusions }: Annex): string[] {
  return figures.flatMap((figure) => {
    const coverage = known(figure.coverage_ratio);
    if (!coverage) return [];
    if (coverage.digits === 0n && isUnfoundedZero(figure))
      return [`${figureKey(figure)} is 0 with a coverage of 0: expected null`];
    const isLow = compare(coverage, LEAST_COVERAGE) < 0;
    const provider = figure.dimensions['provider'];
    const isListed =
      gaps.some((gap) => !isToldTwice(gap) && (!provider || gap.provider === null || gap.provider === provider)) ||
      exclusions.some(({ what }) => provider && what.includes(provider));
    return isLow && !isListed
      ? [`${figureKey(figure)} has a coverage of ${figure.coverage_ratio}: expected a gap that explains it`]
      : [];
  });
}

/** What came twice is listed among the gaps, and explains no coverage. */
function isToldTwice({ reason }: Annex['gaps'][number]): boolean {
  return /^(two (bills|files) |told twice|restated by )/i.test(reason);
}

/** A coverage of nothing is 0, and is known; so is a share of energy that is known, were no machine of it known whole. */
function isUnfoundedZero({ id, value, denominator }: Figure): boolean {
  const isOfKnown = id === 'quality.coverage' || (known(denominator)?.digits ?? 0n) > 0n;
  return known(value)?.digits === 0n && !isOfKnown;
}

function hiddenAbsolute(annex: Annex): string[] {
  return annex.figures.flatMap((figure) => {
    const absolute = ABSOLUTES.find(([pattern]) => figure.value !== null && pattern.test(figure.id))?.[1];
    if (!absolute || known(totalOf(annex, absolute)?.value)) return [];
    return [`${figureKey(figure)} stands without its absolute: expected ${absolute}`];
  });
}

function isOwnPhysical({ id, value }: Figure): boolean {
  return (
    value !== null &&
    /^(energy|emissions)\./.test(id) &&
    !['emissions.provider_reported', 'emissions.embodied_amortised'].includes(id)
  );
}

function cutKey({ dimensions, period }: Figure): string {
  return `${figureKey({ id: '', dimensions })}${period.from}${period.to}`;
}
