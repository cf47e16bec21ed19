import type { FactTable } from '../sources/source.ts';
import type { EnergyBehind } from './behind.ts';
import activityInputTokens from './figures/activity-input-tokens.sql' with { type: 'text' };
import activityOutputTokens from './figures/activity-output-tokens.sql' with { type: 'text' };
import activityRequests from './figures/activity-requests.sql' with { type: 'text' };
import carbonPer1kRequests from './figures/carbon-per-1k-requests.sql' with { type: 'text' };
import carbonPerRun from './figures/carbon-per-run.sql' with { type: 'text' };
import costBilled from './figures/cost-billed.sql' with { type: 'text' };
import costEffective from './figures/cost-effective.sql' with { type: 'text' };
import costPer1kRequests from './figures/cost-per-1k-requests.sql' with { type: 'text' };
import coverage from './figures/coverage.sql' with { type: 'text' };
import emissionsEmbodiedAmortised from './figures/emissions-embodied-amortised.sql' with { type: 'text' };
import emissionsLocation from './figures/emissions-location.sql' with { type: 'text' };
import emissionsMarket from './figures/emissions-market.sql' with { type: 'text' };
import emissionsProviderReported from './figures/emissions-provider-reported.sql' with { type: 'text' };
import energyFacility from './figures/energy-facility.sql' with { type: 'text' };
import energyIdle from './figures/energy-idle.sql' with { type: 'text' };
import energyIt from './figures/energy-it.sql' with { type: 'text' };
import energyPer1kOutputTokens from './figures/energy-per-1k-output-tokens.sql' with { type: 'text' };
import energyPerRequest from './figures/energy-per-request.sql' with { type: 'text' };
import energyToSolution from './figures/energy-to-solution.sql' with { type: 'text' };
import energyUnattributed from './figures/energy-unattributed.sql' with { type: 'text' };
import hourMatchedShare from './figures/hour-matched-share.sql' with { type: 'text' };
import measuredShare from './figures/measured-share.sql' with { type: 'text' };
import sci from './figures/sci.sql' with { type: 'text' };

/** A figure that a reader of the disclosure may ask about: what it means, in what unit, and the query that yields it. */
export interface Kpi {
  readonly id: string;
  readonly label: string;
  /** `currency` stands for the currency of the settings. */
  readonly unit: string;
  /** Units of numerator and denominator, for figures that are a ratio. */
  readonly terms?: { readonly numerator: string; readonly denominator: string };
  /** Fact tables whose landed files are behind the figure. */
  readonly reads: readonly FactTable[];
  /** Whose energy is behind it: from there come basis mix, boundary, coverage and factors. */
  readonly energy: EnergyBehind;
  readonly includes_pue: boolean;
  readonly method: 'location' | 'market' | null;
  /** The clause or convention that defines the figure. */
  readonly standard: string;
  /** Counted up when the meaning of the figure changes: `<id>@<version>` is its formula id. */
  readonly version: number;
  /** Gives dimension, dimension_value, value, numerator, denominator, u95_ratio and coverage_ratio. */
  readonly sql: string;
}

/** Every figure. A new one is a query and an entry here; the compute stage, docs and tests loop over this list. */
export const KPIS: readonly Kpi[] = [
  {
    id: 'energy.it',
    label: 'IT energy of AI work',
    unit: 'kWh',
    reads: ['fct_cost', 'fct_energy'],
    energy: 'ledger',
    includes_pue: false,
    method: null,
    standard: 'ISO/IEC 30134-2, energy of the IT equipment',
    version: 1,
    sql: energyIt,
  },
  {
    id: 'energy.facility',
    label: 'Facility energy of AI work',
    unit: 'kWh',
    reads: ['fct_cost', 'fct_energy'],
    energy: 'ledger',
    includes_pue: true,
    method: null,
    standard: 'GRI 302-1/302-2, 103-2/103-3; ESRS E1-5 for own sites',
    version: 1,
    sql: energyFacility,
  },
  {
    id: 'energy.idle',
    label: 'Idle energy',
    unit: 'kWh',
    reads: ['fct_energy'],
    energy: 'idle',
    includes_pue: true,
    method: null,
    standard: 'SCI: reserved and idle capacity is part of E',
    version: 1,
    sql: energyIdle,
  },
  {
    id: 'energy.unattributed',
    label: 'Energy that no workload is known for',
    unit: 'kWh',
    reads: ['fct_cost', 'fct_energy'],
    energy: 'unattributed',
    includes_pue: true,
    method: null,
    standard: 'GHG Protocol Scope 3 Standard ch. 8: allocated parts add up to the whole',
    version: 1,
    sql: energyUnattributed,
  },
  {
    id: 'emissions.location',
    label: 'Location-based emissions',
    unit: 'kgCO2e',
    reads: ['fct_cost', 'fct_energy', 'fct_grid_intensity'],
    energy: 'ledger',
    includes_pue: true,
    method: 'location',
    standard: 'GHG Protocol Scope 2 Guidance; Scope 3 category 1 for cloud',
    version: 1,
    sql: emissionsLocation,
  },
  {
    id: 'emissions.market',
    label: 'Market-based emissions',
    unit: 'kgCO2e',
    reads: ['fct_cost', 'fct_energy', 'fct_grid_intensity'],
    energy: 'market',
    includes_pue: true,
    method: 'market',
    standard: 'GHG Protocol Scope 2 Guidance',
    version: 1,
    sql: emissionsMarket,
  },
  {
    id: 'emissions.embodied_amortised',
    label: 'Embodied emissions, amortised',
    unit: 'kgCO2e',
    reads: ['fct_cost'],
    energy: 'nothing',
    includes_pue: false,
    method: null,
    standard: 'ISO/IEC 21031 (SCI) M; never added to Scope 3 category 2',
    version: 1,
    sql: emissionsEmbodiedAmortised,
  },
  {
    id: 'emissions.provider_reported',
    label: 'Emissions as reported by the providers',
    unit: 'kgCO2e',
    reads: ['fct_provider_emissions'],
    energy: 'nothing',
    includes_pue: false,
    method: 'location',
    standard: 'AWS CARBON_EMISSIONS, Google Cloud Carbon Footprint, Azure Carbon Optimization',
    version: 1,
    sql: emissionsProviderReported,
  },
  {
    id: 'cost.effective',
    label: 'Effective cost',
    unit: 'currency',
    reads: ['fct_cost'],
    energy: 'neither',
    includes_pue: false,
    method: null,
    standard: 'FOCUS EffectiveCost',
    version: 1,
    sql: costEffective,
  },
  {
    id: 'cost.billed',
    label: 'Billed cost',
    unit: 'currency',
    reads: ['fct_cost'],
    energy: 'neither',
    includes_pue: false,
    method: null,
    standard: 'FOCUS BilledCost',
    version: 1,
    sql: costBilled,
  },
  {
    id: 'activity.requests',
    label: 'Requests served',
    unit: 'requests',
    reads: ['fct_activity'],
    energy: 'neither',
    includes_pue: false,
    method: null,
    standard: 'OpenTelemetry gen_ai request count',
    version: 1,
    sql: activityRequests,
  },
  {
    id: 'activity.input_tokens',
    label: 'Input tokens',
    unit: 'tokens',
    reads: ['fct_activity', 'fct_cost'],
    energy: 'neither',
    includes_pue: false,
    method: null,
    standard: 'OpenTelemetry gen_ai.usage.input_tokens',
    version: 1,
    sql: activityInputTokens,
  },
  {
    id: 'activity.output_tokens',
    label: 'Output tokens',
    unit: 'tokens',
    reads: ['fct_activity', 'fct_cost'],
    energy: 'neither',
    includes_pue: false,
    method: null,
    standard: 'OpenTelemetry gen_ai.usage.output_tokens',
    version: 1,
    sql: activityOutputTokens,
  },
  {
    id: 'kpi.energy_per_request',
    label: 'Energy per request',
    unit: 'Wh',
    terms: { numerator: 'kWh', denominator: 'requests' },
    reads: ['fct_cost', 'fct_energy', 'fct_activity'],
    energy: 'requests',
    includes_pue: true,
    method: null,
    standard: 'GRI 302-3, 103-4',
    version: 1,
    sql: energyPerRequest,
  },
  {
    id: 'kpi.energy_per_1k_output_tokens',
    label: 'Energy per 1 000 output tokens',
    unit: 'Wh',
    terms: { numerator: 'kWh', denominator: 'tokens' },
    reads: ['fct_cost', 'fct_energy', 'fct_activity'],
    energy: 'output_tokens',
    includes_pue: true,
    method: null,
    standard: 'GRI 302-3, 103-4',
    version: 1,
    sql: energyPer1kOutputTokens,
  },
  {
    id: 'kpi.carbon_per_1k_requests',
    label: 'Carbon per 1 000 requests',
    unit: 'gCO2e',
    terms: { numerator: 'kgCO2e', denominator: 'requests' },
    reads: ['fct_cost', 'fct_energy', 'fct_activity', 'fct_grid_intensity'],
    energy: 'requests',
    includes_pue: true,
    method: 'location',
    standard: 'GRI 305-4, 102-8',
    version: 1,
    sql: carbonPer1kRequests,
  },
  {
    id: 'kpi.cost_per_1k_requests',
    label: 'Cost per 1 000 requests',
    unit: 'currency',
    terms: { numerator: 'currency', denominator: 'requests' },
    reads: ['fct_cost', 'fct_activity'],
    energy: 'requests',
    includes_pue: false,
    method: null,
    standard: 'FOCUS EffectiveCost over requests',
    version: 1,
    sql: costPer1kRequests,
  },
  {
    id: 'kpi.energy_to_solution',
    label: 'Energy to solution',
    unit: 'kWh per run',
    terms: { numerator: 'kWh', denominator: 'runs' },
    reads: ['fct_energy', 'fct_cost', 'fct_run'],
    energy: 'goals',
    includes_pue: true,
    method: null,
    standard: 'MLPerf Power, SCI for AI: all runs on the way to the goal',
    version: 1,
    sql: energyToSolution,
  },
  {
    id: 'kpi.carbon_per_run',
    label: 'Carbon per run',
    unit: 'kgCO2e per run',
    terms: { numerator: 'kgCO2e', denominator: 'runs' },
    reads: ['fct_energy', 'fct_cost', 'fct_run', 'fct_grid_intensity'],
    energy: 'runs',
    includes_pue: true,
    method: 'location',
    standard: 'SCI for AI',
    version: 1,
    sql: carbonPerRun,
  },
  {
    id: 'kpi.sci',
    label: 'Software Carbon Intensity',
    unit: 'gCO2e per request',
    terms: { numerator: 'kgCO2e', denominator: 'requests' },
    reads: ['fct_cost', 'fct_energy', 'fct_activity', 'fct_grid_intensity'],
    energy: 'requests',
    includes_pue: true,
    method: 'location',
    standard: 'ISO/IEC 21031:2024',
    version: 1,
    sql: sci,
  },
  {
    id: 'quality.coverage',
    label: 'Coverage',
    unit: 'ratio',
    terms: { numerator: 'resource hours', denominator: 'resource hours' },
    reads: ['fct_cost', 'fct_energy'],
    energy: 'ledger',
    includes_pue: false,
    method: null,
    standard: 'ESRS E1, GHG Protocol ch. 11: data quality',
    version: 1,
    sql: coverage,
  },
  {
    id: 'quality.measured_share',
    label: 'Measured share',
    unit: 'ratio',
    terms: { numerator: 'kWh', denominator: 'kWh' },
    reads: ['fct_cost', 'fct_energy'],
    energy: 'ledger',
    includes_pue: false,
    method: null,
    standard: 'IFRS S2 B56: extent of primary data',
    version: 1,
    sql: measuredShare,
  },
  {
    id: 'quality.hour_matched_share',
    label: 'Share matched to the hour',
    unit: 'ratio',
    terms: { numerator: 'kWh', denominator: 'kWh' },
    reads: ['fct_cost', 'fct_energy', 'fct_grid_intensity'],
    energy: 'ledger',
    includes_pue: true,
    method: null,
    standard: 'Supplementary; not a GHG Protocol figure',
    version: 1,
    sql: hourMatchedShare,
  },
];
