/**
 * The annex is the contract: it holds every number that any page prints, and a page prints nothing else.
 * Decimals are strings; null is not zero. Its JSON Schema is docs/annex.schema.json.
 */
export interface Annex {
  readonly meta: AnnexMeta;
  readonly figures: readonly Figure[];
  /** Long lists of files that figures share, by the SHA-256 of their hashes in order, a line each. Absent where no list is long. */
  readonly input_sets?: Readonly<Record<string, readonly string[]>>;
  readonly factors: readonly Factor[];
  readonly instruments: readonly Instrument[];
  readonly reconciliation: readonly ReconciliationLine[];
  readonly restatements: readonly Restatement[];
  readonly exclusions: readonly Exclusion[];
  readonly gaps: readonly Gap[];
  readonly framework_index: readonly FrameworkItem[];
  readonly evidence: readonly Evidence[];
}

/** Whose disclosure it is, of which month, as of when, and by which code. */
export interface AnnexMeta {
  readonly schema_version: '1';
  readonly organisation: string;
  readonly consolidation: string;
  readonly period: { readonly from: string; readonly to: string };
  readonly as_of: string;
  readonly published_at: string;
  readonly status: 'preliminary' | 'closed' | 'restated';
  /** Why the month is not closed yet; empty when it is. */
  readonly status_reasons: readonly string[];
  readonly version: number;
  /** Version that this one replaces; null for the first. */
  readonly supersedes: number | null;
  /** The latest version before this one that was closed or restated, however many preliminary ones came since; null where none was. */
  readonly last_closed: number | null;
  readonly code_version: string;
  readonly book_manifest_sha256: string;
  readonly currency: string;
  /** Settings that shape the figures, in words for the methodology chapter: idle policy, assumed utilisation, … */
  readonly assumptions: readonly { readonly name: string; readonly value: string; readonly method: string }[];
  /** Who answers for the disclosure; null where the settings name nobody. */
  readonly responsible: { readonly name: string; readonly role: string } | null;
  /** True for a made-up company: every page then says "synthetic". */
  readonly synthetic: boolean;
}

/** One figure, in total or for one value of one dimension, with all that says how far it may be trusted. */
export interface Figure {
  readonly id: string;
  /** Empty for a total; otherwise the one dimension (or for a run: run_id) that the figure is cut by. A null value: nobody said. */
  readonly dimensions: Readonly<Record<string, string | null>>;
  readonly label: string;
  /** Decimal text, unrounded; null when it cannot be said. */
  readonly value: string | null;
  readonly unit: string;
  readonly period: { readonly from: string; readonly to: string };
  /** `scope_2`, `scope_3`, or null where scopes do not apply or are mixed. */
  readonly scope: string | null;
  /** GHG Protocol Scope 3 category, `1`; null elsewhere. */
  readonly category: string | null;
  /** Shares of the energy behind the figure by basis, decimal text 0 to 1; they add up to 1. Null where no energy is behind it. */
  readonly basis_mix: { readonly measured: string; readonly modelled: string; readonly filled: string } | null;
  readonly method: 'location' | 'market' | null;
  readonly boundary: readonly string[];
  readonly includes_pue: boolean;
  /** Known ÷ expected, decimal text 0 to 1; null where nothing was expected. */
  readonly coverage_ratio: string | null;
  readonly u95_low: string | null;
  readonly u95_high: string | null;
  readonly numerator: string | null;
  readonly denominator: string | null;
  readonly numerator_unit: string | null;
  readonly denominator_unit: string | null;
  /** `<figure id>@<version>`, described in docs/kpi-catalogue.md. */
  readonly formula_id: string;
  readonly factor_ids: readonly string[];
  /** SHA-256 of the landed files behind the figure, or the name of their set in `input_sets`. */
  readonly inputs: readonly string[];
}

/** A grid factor that emissions of the month were made with. */
export interface Factor {
  readonly id: string;
  readonly source: string;
  readonly licence: string;
  readonly zone: string | null;
  readonly kind: string;
  readonly grain: string;
  readonly value: string;
  readonly unit: string;
  readonly valid_from: string;
  readonly valid_to: string;
  readonly is_estimated: boolean | null;
  /** Share of the month's facility energy that used it, decimal text 0 to 1. */
  readonly energy_share: string | null;
  /** Share of it that is Scope 2, covered by no instrument, and has this factor in the market-based figure; absent where none does. */
  readonly market_energy_share?: string;
}

/** A contractual instrument of the settings. */
export interface Instrument {
  readonly id: string;
  readonly kind: string;
  readonly grid_zone: string;
  readonly mwh: string;
  readonly gco2e_per_kwh: string;
  readonly vintage: string;
  readonly retired_at: string | null;
  /** MWh of it that were set against consumption. */
  readonly used_mwh: string;
}

/** Our figure beside the provider's own, which are never added. */
export interface ReconciliationLine {
  readonly provider: string;
  readonly measure: string;
  readonly ours: string | null;
  readonly theirs: string | null;
  readonly difference: string | null;
  readonly unit: string;
  readonly remark: string;
}

/**
 * A figure that differs from the version `meta.last_closed`; before any was closed, from the one that this replaces. Decimal text; null where one of the two did not know it.
 */
export interface Restatement {
  readonly figure_id: string;
  readonly dimensions: Readonly<Record<string, string | null>>;
  readonly period: string;
  readonly old: string | null;
  readonly new: string | null;
  readonly difference: string | null;
  readonly unit: string;
  readonly reason: string;
}

/** What the disclosure leaves out on purpose. */
export interface Exclusion {
  readonly what: string;
  readonly reason: string;
}

/** Something that drew energy and has no figure, or data that never came: with what is known of its size, null where nothing is. */
export interface Gap {
  readonly reason: string;
  readonly provider: string | null;
  readonly what: string;
  readonly resources: number | null;
  readonly hours: string | null;
  readonly quantity: string | null;
  readonly unit: string | null;
  readonly effective_cost: string | null;
}

/** A question of a framework, with the figures that answer it or the reason why none does. */
export interface FrameworkItem {
  readonly framework: string;
  readonly edition: string;
  readonly item: string;
  readonly title: string;
  readonly figure_ids: readonly string[];
  readonly omission_reason: string | null;
}

/** A landed file that the month was made from. */
export interface Evidence {
  readonly sha256: string;
  readonly source_id: string;
  readonly kind: string;
  readonly origin: string;
  readonly fetched_at: string;
  readonly bytes: number;
  readonly rows: number;
  readonly rows_rejected: number;
  readonly provider_version: string | null;
  /** Files that were put together to this one; their list lies beside it, as `.batches.json`. Absent for a file as it came. */
  readonly batches?: number;
}
