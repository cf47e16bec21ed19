import { KPIS } from '../kpis/catalogue.ts';
import { type Quarantined, type Receipt, rejectionText } from '../landing/receipt.ts';
import type { Row } from '../landing/warehouse.ts';
import type { Period } from '../units/period.ts';
import type {
  Annex,
  AnnexMeta,
  Evidence,
  Exclusion,
  Factor,
  Figure,
  Gap,
  Instrument,
  ReconciliationLine,
  Restatement,
} from './annex.ts';
import { isAcceleratorOnly } from './figures.ts';
import { frameworkIndex } from './framework-index.ts';
import { type NamedInputs, nameInputs } from './input-sets.ts';
import { restatementsSince } from './restatements.ts';

/** The month's tables as the KPI stage left them, in their own row shapes. */
export interface MonthTables {
  readonly kpis: readonly Row[];
  readonly factors: readonly Row[];
  readonly gaps: readonly Row[];
  /** What came twice and counts once, in the columns of gaps. */
  readonly repeats: readonly Row[];
  readonly reconciliation: readonly Row[];
  readonly instruments: readonly Row[];
}

/** What an annex is built from: the figures and the papers of the month. */
export interface AnnexRequest {
  readonly period: Period;
  readonly meta: Omit<AnnexMeta, 'schema_version' | 'period'>;
  readonly tables: MonthTables;
  readonly receipts: readonly Receipt[];
  readonly quarantined: readonly Quarantined[];
  /** Files whose rows count in another one, of other bytes. */
  readonly copies: readonly { readonly copy: Receipt; readonly counted: Receipt; readonly isRestated: boolean }[];
  /** Sources of the settings that gave nothing for the month, with the reason. */
  readonly missingSources: readonly { readonly id: string; readonly reason: string }[];
  readonly instruments: readonly Omit<Instrument, 'used_mwh'>[];
  /** Hashes of the landed files by fact table. */
  readonly inputsByTable: Readonly<Record<string, readonly string[]>>;
  readonly fingerprint: (bytes: Uint8Array) => string;
  readonly frameworks: readonly string[];
  /** The annex that changes are told from: the last one that was closed, or before any was, the one that this replaces. */
  readonly base: Annex | undefined;
}

/** Puts the month's figures and all that stands beside them into the annex. Pure: the same request gives the same annex. */
export function buildAnnex(request: AnnexRequest): Annex {
  const { inputs, sets } = nameInputs(inputsOfKpis(request), request.fingerprint);
  const figures = request.tables.kpis.map((row) => figureOf(row, inputs, request));
  const factors = request.tables.factors.filter((row) => row['value'] !== null).map(factorOf);
  return {
    meta: { schema_version: '1', ...request.meta, period: { from: request.period.from, to: request.period.to } },
    figures,
    ...(Object.keys(sets).length > 0 && { input_sets: sets }),
    factors,
    instruments: instrumentsOf(request),
    reconciliation: request.tables.reconciliation.map(reconciliationOf),
    restatements: restatements({ figures, input_sets: sets }, request),
    exclusions: exclusionsOf(figures, factors),
    gaps: [
      ...request.tables.gaps.map(gapOf),
      ...request.tables.repeats.map(gapOf),
      ...request.copies.map(copyGap),
      ...request.missingSources.map(missingGap),
      ...request.quarantined.map(quarantineGap),
    ],
    framework_index: frameworkIndex(request.frameworks, figures),
    evidence: request.receipts.map(evidenceOf).sort(bySourceAndName),
  };
}

/** Every file of the tables that a figure's formula reads, by the figure's id. */
function inputsOfKpis({ inputsByTable }: AnnexRequest): Map<string, readonly string[]> {
  const filesOf = (tables: readonly string[]) =>
    [...new Set(tables.flatMap((table) => inputsByTable[table] ?? []))].sort();
  return new Map(KPIS.map(({ id, reads }) => [id, filesOf(reads)]));
}

/** The figure's name; where only accelerators were counted it says so, for their hosts drew energy too. */
function labelOf(row: Row): string {
  const label = String(row['label']);
  return isAcceleratorOnly({ boundary: list(row['boundary']) }) ? `${label} (accelerators only)` : label;
}

function figureOf(row: Row, inputs: NamedInputs['inputs'], { meta, period, tables }: AnnexRequest): Figure {
  const id = String(row['figure_id']);
  const kpi = KPIS.find((each) => each.id === id);
  const dimension = text(row['dimension']);
  return {
    id,
    dimensions: dimension === null ? {} : { [dimension]: text(row['dimension_value']) },
    label: labelOf(row),
    value: decimal(row['value']),
    unit: String(row['unit']),
    period: { from: period.from, to: period.to },
    scope: text(row['scope']),
    category: text(row['category']),
    basis_mix: basisMix(row),
    method: kpi?.method ?? null,
    boundary: list(row['boundary']),
    includes_pue: row['includes_pue'] === true,
    coverage_ratio: decimal(row['coverage_ratio']),
    u95_low: decimal(row['u95_low']),
    u95_high: decimal(row['u95_high']),
    numerator: decimal(row['numerator']),
    denominator: decimal(row['denominator']),
    numerator_unit: kpi?.terms?.numerator.replace('currency', meta.currency) ?? null,
    denominator_unit: kpi?.terms?.denominator ?? null,
    formula_id: String(row['formula_id']),
    factor_ids: kpi?.reads.includes('fct_grid_intensity') ? usedFactors(row, tables.factors) : [],
    inputs: inputs.get(id) ?? [],
  };
}

/** The factors of a figure. One whose energy comes to nothing, whether none was drawn or it was taken back, has no mean and is not listed. */
function usedFactors(row: Row, factors: readonly Row[]): string[] {
  const used = list(row['factor_ids']);
  return used.filter((id) => !factors.some((factor) => factor['id'] === id && factor['value'] === null));
}

function basisMix(row: Row): Figure['basis_mix'] {
  const [measured, modelled, filled] = [
    decimal(row['measured_ratio']),
    decimal(row['modelled_ratio']),
    decimal(row['filled_ratio']),
  ];
  return measured === null || modelled === null || filled === null ? null : { measured, modelled, filled };
}

function factorOf(row: Row): Factor {
  const marketShare = decimal(row['market_energy_share']);
  return {
    id: String(row['id']),
    source: String(row['source']),
    licence: text(row['licence']) ?? 'as stated by the source, see docs/sources.md',
    zone: text(row['zone']),
    kind: String(row['kind']),
    grain: String(row['grain']),
    value: String(decimal(row['value'])),
    unit: 'gCO2e/kWh',
    valid_from: instant(row['valid_from']),
    valid_to: instant(row['valid_to']),
    is_estimated: typeof row['is_estimated'] === 'boolean' ? row['is_estimated'] : null,
    energy_share: decimal(row['energy_share']),
    ...(marketShare !== null && { market_energy_share: marketShare }),
  };
}

function instrumentsOf({ instruments, tables }: AnnexRequest): Instrument[] {
  const used = new Map(tables.instruments.map((row) => [String(row['id']), decimal(row['used_mwh'])]));
  return instruments.map((instrument) => ({ ...instrument, used_mwh: used.get(instrument.id) ?? '0' }));
}

function reconciliationOf(row: Row): ReconciliationLine {
  return {
    provider: String(row['provider']),
    measure: String(row['measure']),
    ours: decimal(row['ours']),
    theirs: decimal(row['theirs']),
    difference: decimal(row['difference']),
    unit: String(row['unit']),
    remark: String(row['remark']),
  };
}

function restatements(now: Pick<Annex, 'figures' | 'input_sets'>, { base, period }: AnnexRequest): Restatement[] {
  return base ? restatementsSince(base, now, period.month) : [];
}

function gapOf(row: Row): Gap {
  return {
    reason: String(row['reason']),
    provider: text(row['provider']),
    what: String(row['what']),
    resources: row['resources'] === null ? null : Number(row['resources']),
    hours: decimal(row['hours']),
    quantity: decimal(row['quantity']),
    unit: text(row['unit']),
    effective_cost: decimal(row['effective_cost']),
  };
}

function missingGap({ id, reason }: AnnexRequest['missingSources'][number]): Gap {
  return {
    reason,
    provider: null,
    what: `source ${id}`,
    resources: null,
    hours: null,
    quantity: null,
    unit: null,
    effective_cost: null,
  };
}

function copyGap({ copy, counted, isRestated }: AnnexRequest['copies'][number]): Gap {
  return {
    reason: isRestated
      ? `restated by ${counted.origin}: a copy of what it said before`
      : `told twice, counted once: the same rows as ${counted.origin}`,
    provider: null,
    what: `file ${copy.origin}`,
    resources: null,
    hours: null,
    quantity: String(copy.contract.rows),
    unit: 'rows',
    effective_cost: null,
  };
}

function quarantineGap(quarantined: Quarantined): Gap {
  const [first] = quarantined.reasons;
  return {
    reason: `in quarantine: ${first ? rejectionText(first) : 'no reason kept'}`,
    provider: null,
    what: quarantined.whole_file ? `file ${quarantined.origin}` : `rows of ${quarantined.origin}`,
    resources: null,
    hours: null,
    quantity: quarantined.rows_rejected === null ? null : String(quarantined.rows_rejected),
    unit: quarantined.rows_rejected === null ? null : 'rows',
    effective_cost: null,
  };
}

/** Hosts of the organisation's own whose energy is told and whose money is on no bill. */
function hasUnpricedHosts(figures: readonly Figure[]): boolean {
  const tells = (id: string, provider: string) =>
    figures.some((figure) => figure.id === id && figure.dimensions['provider'] === provider);
  return ['own', 'colo'].some((provider) => tells('energy.it', provider) && !tells('cost.effective', provider));
}

/** What is outside every figure by design: said in each disclosure, whatever the month holds. */
function exclusionsOf(figures: readonly Figure[], factors: readonly Factor[]): Exclusion[] {
  const isLifecycle = factors.some(({ kind, energy_share: share }) => kind === 'lifecycle' && share !== null);
  return [
    {
      what: 'Networks between the cloud and users, and the users’ own devices',
      reason: 'outside the control of the organisation and of its suppliers’ bills',
    },
    {
      what: 'Hardware bought in the month (Scope 3 category 2)',
      reason: 'purchases are not read yet; amortised embodied emissions are shown for software scores only',
    },
    isLifecycle
      ? {
          what: 'Transmission losses (Scope 3 category 3)',
          reason:
            'no factor of them is read; upstream emissions of electricity are in the figures, since the settings choose lifecycle factors',
        }
      : {
          what: 'Upstream emissions of electricity and transmission losses (Scope 3 category 3)',
          reason: 'the inventory uses direct factors; lifecycle factors are kept apart',
        },
    { what: 'Water', reason: 'no source of this book carries water use' },
    ...(hasUnpricedHosts(figures)
      ? [{ what: 'Cost of own and co-located hosts', reason: 'no bill in this book tells of it' }]
      : []),
    ...(figures.some(({ id }) => id === 'emissions.market')
      ? []
      : [
          {
            what: 'Market-based emissions',
            reason: 'no contractual instrument serves the month and no residual mix landed',
          },
        ]),
  ];
}

function evidenceOf(receipt: Receipt): Evidence {
  return {
    sha256: receipt.sha256,
    source_id: receipt.source_id,
    kind: receipt.kind,
    origin: receipt.origin,
    fetched_at: receipt.fetched_at,
    bytes: receipt.bytes,
    rows: receipt.contract.rows,
    rows_rejected: receipt.contract.rows_rejected,
    provider_version: receipt.provider_version,
    ...(receipt.batches !== undefined && { batches: receipt.batches }),
  };
}

/** In the order in which a person looks for a file; what was fetched again stands after what was fetched before. */
function bySourceAndName(one: Evidence, other: Evidence): number {
  const nameOf = ({ source_id: source, origin, fetched_at: fetched, sha256 }: Evidence) =>
    [source, origin, fetched, sha256].join('\n');
  return nameOf(one) < nameOf(other) ? -1 : 1;
}

function text(cell: Row[string] | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

/** Decimal text without the zeros that only a column's scale put there: `1.500000` is `1.5`. */
function decimal(cell: Row[string] | undefined): string | null {
  const digits = text(cell);
  return digits?.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

function list(cell: Row[string] | undefined): string[] {
  return text(cell)?.split(',').filter(Boolean) ?? [];
}

/** `2026-06-01 00:00:00` as `2026-06-01T00:00:00Z` */
function instant(cell: Row[string] | undefined): string {
  return `${String(cell).slice(0, 19).replace(' ', 'T')}Z`;
}
