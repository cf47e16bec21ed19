import { GRAMS_PER_KILOGRAM, JOULES_PER_KILOWATT_HOUR } from '../../units/quantity.ts';
import counted from './lines/counted.sql' with { type: 'text' };
import ledger from './lines/ledger.sql' with { type: 'text' };
import runLines from './lines/runs.sql' with { type: 'text' };
import serving from './lines/serving.sql' with { type: 'text' };
import solutions from './lines/solutions.sql' with { type: 'text' };
import activity from './sums/activity.sql' with { type: 'text' };
import billedCost from './sums/billed-cost.sql' with { type: 'text' };
import effectiveCost from './sums/effective-cost.sql' with { type: 'text' };
import embodiedEmissions from './sums/embodied-emissions.sql' with { type: 'text' };
import facilityEnergy from './sums/facility-energy.sql' with { type: 'text' };
import goals from './sums/goals.sql' with { type: 'text' };
import hours from './sums/hours.sql' with { type: 'text' };
import itEnergy from './sums/it-energy.sql' with { type: 'text' };
import locationEmissions from './sums/location-emissions.sql' with { type: 'text' };
import marketEmissions from './sums/market-emissions.sql' with { type: 'text' };
import providerEmissions from './sums/provider-emissions.sql' with { type: 'text' };
import runs from './sums/runs.sql' with { type: 'text' };
import served from './sums/served.sql' with { type: 'text' };

/** Makes the view that the sums of activity read. */
export const COUNTED = counted;

/** One sum behind a figure: which lines, and the query that adds them up by what a reader can look at. */
export interface TraceSum {
  readonly title: string;
  /** Unit of the sum as the figure has it; `currency` stands for that of the settings. */
  readonly unit: string;
  /** How many of the query's unit make one of the sum's: 3 600 000 J a kWh, 1 000 g a kg. */
  readonly per: number;
  /** Gives columns to read by and `quantity`, exact, in the query's unit. */
  readonly sql: string;
  /** The ledger lines that `traced` holds; absent where the query does not read them. */
  readonly lines?: string;
  /** SQL truth about a line, for the lines of a kind. */
  readonly only?: string;
  /** What was counted: requests, input_tokens, output_tokens. */
  readonly measure?: string;
}

/** A figure as sums: numerators add up to its numerator, or to its value where it has none. */
export interface Trace {
  readonly numerator: readonly TraceSum[];
  readonly denominator?: TraceSum;
  /** value = times × numerator ÷ denominator */
  readonly times?: number;
  /** Notes on what the figure means, below docs/methods. */
  readonly methods: readonly string[];
}

const it: TraceSum = {
  title: 'IT energy, from the ledger',
  unit: 'kWh',
  per: JOULES_PER_KILOWATT_HOUR,
  sql: itEnergy,
  lines: ledger,
};
const facility: TraceSum = {
  title: 'Facility energy, from the ledger: IT energy × PUE',
  unit: 'kWh',
  per: JOULES_PER_KILOWATT_HOUR,
  sql: facilityEnergy,
  lines: ledger,
};
const location: TraceSum = {
  title: 'Location-based emissions, from the ledger: facility energy × grid factor of the hour',
  unit: 'kgCO2e',
  per: GRAMS_PER_KILOGRAM,
  sql: locationEmissions,
  lines: ledger,
};
const market: TraceSum = {
  title: 'Market-based emissions, from the ledger, the residual mixes and the instruments',
  unit: 'kgCO2e',
  per: GRAMS_PER_KILOGRAM,
  sql: marketEmissions,
};
const embodied: TraceSum = {
  title: 'Embodied emissions, from the ledger',
  unit: 'kgCO2e',
  per: GRAMS_PER_KILOGRAM,
  sql: embodiedEmissions,
  lines: ledger,
};
const effective: TraceSum = {
  title: 'Effective cost, from the ledger',
  unit: 'currency',
  per: 1,
  sql: effectiveCost,
  lines: ledger,
};
const billed: TraceSum = {
  title: 'Billed cost, from the ledger',
  unit: 'currency',
  per: 1,
  sql: billedCost,
  lines: ledger,
};
const reported: TraceSum = {
  title: 'As the providers report it',
  unit: 'kgCO2e',
  per: GRAMS_PER_KILOGRAM,
  sql: providerEmissions,
};

const count = (measure: string, unit: string): TraceSum => ({
  title: `Counted ${unit}, by source`,
  unit,
  per: 1,
  sql: activity,
  measure,
});
const servedBy = (measure: string, unit: string, only = 'true'): TraceSum => ({
  title: `Served ${unit}, by source`,
  unit,
  per: 1,
  sql: served,
  lines: serving,
  only,
  measure,
});
const inference = (sum: TraceSum, measure: string): TraceSum => ({
  ...sum,
  title: `${sum.title}, of inference that counts its ${measure.replaceAll('_', ' ')}`,
  lines: serving,
  measure,
});

/** Lines of the models that have emissions: what serves a request without any known is no part of the score. */
const EMITTING =
  "model_id IN (SELECT model_id FROM ledger WHERE workload_type = 'inference' AND emissions_location_gco2e IS NOT NULL)";

const ENERGY = ['docs/methods/winner-rule.md', 'docs/methods/modelled-energy.md'];
const FACILITY = [...ENERGY, 'docs/methods/pue.md'];
const CARBON = [...FACILITY, 'docs/methods/grid-factors.md'];
const SHARES = [...FACILITY, 'docs/methods/attribution.md'];

/** The way back from each figure of lib/kpis/catalogue.ts. */
export const TRACES: Readonly<Record<string, Trace>> = {
  'energy.it': { numerator: [it], methods: ENERGY },
  'energy.facility': { numerator: [facility], methods: FACILITY },
  'energy.idle': { numerator: [{ ...facility, only: "share = 'idle'" }], methods: SHARES },
  'energy.unattributed': { numerator: [{ ...facility, only: "share = 'unattributed'" }], methods: SHARES },
  'emissions.location': { numerator: [location], methods: CARBON },
  'emissions.market': { numerator: [market], methods: [...CARBON, 'docs/methods/market-based.md'] },
  'emissions.embodied_amortised': { numerator: [embodied], methods: ['docs/methods/embodied-carbon.md'] },
  'emissions.provider_reported': { numerator: [reported], methods: [] },
  'cost.effective': { numerator: [effective], methods: [] },
  'cost.billed': { numerator: [billed], methods: [] },
  'activity.requests': { numerator: [count('requests', 'requests')], methods: [] },
  'activity.input_tokens': { numerator: [count('input_tokens', 'tokens')], methods: [] },
  'activity.output_tokens': { numerator: [count('output_tokens', 'tokens')], methods: [] },
  'kpi.energy_per_request': {
    numerator: [inference(facility, 'requests')],
    denominator: servedBy('requests', 'requests', 'facility_energy_joules IS NOT NULL'),
    times: 1000,
    methods: SHARES,
  },
  'kpi.energy_per_1k_output_tokens': {
    numerator: [inference(facility, 'output_tokens')],
    denominator: servedBy('output_tokens', 'tokens', 'facility_energy_joules IS NOT NULL'),
    times: 1_000_000,
    methods: [...SHARES, 'docs/methods/managed-model-tokens.md'],
  },
  'kpi.carbon_per_1k_requests': {
    numerator: [inference(location, 'requests')],
    denominator: servedBy('requests', 'requests', 'emissions_location_gco2e IS NOT NULL'),
    times: 1_000_000,
    methods: CARBON,
  },
  'kpi.cost_per_1k_requests': {
    numerator: [inference(effective, 'requests')],
    denominator: servedBy('requests', 'requests', 'effective_cost IS NOT NULL'),
    times: 1000,
    methods: [],
  },
  'kpi.energy_to_solution': {
    numerator: [{ ...facility, lines: solutions }],
    denominator: { title: 'Goals reached', unit: 'runs', per: 1, sql: goals },
    methods: SHARES,
  },
  'kpi.carbon_per_run': {
    numerator: [{ ...location, lines: runLines }],
    denominator: { title: 'Runs', unit: 'runs', per: 1, sql: runs },
    methods: CARBON,
  },
  'kpi.sci': {
    numerator: [inference(location, 'requests'), inference({ ...embodied, only: EMITTING }, 'requests')],
    denominator: servedBy('requests', 'requests', 'emissions_location_gco2e IS NOT NULL'),
    times: 1000,
    methods: [...CARBON, 'docs/methods/embodied-carbon.md'],
  },
  'quality.coverage': {
    numerator: [
      {
        title: 'Resource hours with an energy figure',
        unit: 'hours',
        per: 1,
        sql: hours,
        lines: ledger,
        only: "settled_as = 'energy'",
      },
    ],
    denominator: {
      title: 'Resource hours that drew energy',
      unit: 'hours',
      per: 1,
      sql: hours,
      lines: ledger,
      only: "settled_as <> 'no_energy'",
    },
    methods: ENERGY,
  },
  'quality.measured_share': {
    numerator: [{ ...it, title: 'Measured IT energy', only: "basis = 'measured'" }],
    denominator: it,
    methods: ENERGY,
  },
  'quality.hour_matched_share': {
    numerator: [
      {
        ...facility,
        title: 'Facility energy with a factor of its own hour',
        only: "regexp_matches(factor_id, '/(half_)?hour$')",
      },
    ],
    denominator: facility,
    methods: CARBON,
  },
};
