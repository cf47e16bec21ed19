import type { Annex, Evidence, Figure } from '../../lib/disclosure/annex.ts';

/** A month of a made-up company with everything that has ever gone wrong with names, gaps and failed runs. */
const PERIOD = { from: '2026-06-01T00:00:00Z', to: '2026-07-01T00:00:00Z' };
export const ODD_NAMES = {
  formula: "=cmd|'/c calc'!A1",
  tag: '<script>alert(1)</script>',
  emoji: 'chat 🚀👩‍🚀',
  arabic: 'نموذج اللغة',
  long: `retrieval-${'x'.repeat(190)}`,
};
const COMPONENTS = ['gpu', 'cpu', 'memory'];

const BILL = 'a3'.repeat(32);
const TELEMETRY = '5b'.repeat(32);
const GRID = 'c7'.repeat(32);

type Part = Pick<Figure, 'id' | 'dimensions' | 'value'> & Partial<Figure>;

const UNITS: Readonly<Record<string, string>> = {
  'energy.it': 'kWh',
  'energy.facility': 'kWh',
  'energy.idle': 'kWh',
  'energy.unattributed': 'kWh',
  'emissions.location': 'kgCO2e',
  'emissions.market': 'kgCO2e',
  'emissions.provider_reported': 'kgCO2e',
  'cost.effective': 'USD',
  'cost.billed': 'USD',
  'activity.requests': 'requests',
  'activity.input_tokens': 'tokens',
  'activity.output_tokens': 'tokens',
  'kpi.energy_per_request': 'Wh',
  'kpi.energy_per_1k_output_tokens': 'Wh',
  'kpi.carbon_per_1k_requests': 'gCO2e',
  'kpi.cost_per_1k_requests': 'USD',
  'kpi.energy_to_solution': 'kWh per run',
  'kpi.carbon_per_run': 'kgCO2e per run',
};

const METHODS: Readonly<Record<string, Figure['method']>> = {
  'emissions.location': 'location',
  'emissions.market': 'market',
};
const FACTORED = /^(energy|emissions|kpi)/;

/** A complete figure from its few telling fields. */
export function figure(part: Part): Figure {
  const isEnergy = FACTORED.test(part.id) && part.id !== 'emissions.provider_reported' && !part.id.includes('cost');
  return {
    label: part.id.replace(/[._]/g, ' '),
    unit: UNITS[part.id] ?? 'ratio',
    period: PERIOD,
    scope: null,
    category: null,
    basis_mix: isEnergy ? { measured: '0.714', modelled: '0.263', filled: '0.023' } : null,
    method: METHODS[part.id] ?? null,
    boundary: isEnergy ? COMPONENTS : [],
    includes_pue: isEnergy && part.id !== 'energy.it',
    coverage_ratio: isEnergy ? '0.9731' : null,
    u95_low: null,
    u95_high: null,
    numerator: null,
    denominator: null,
    numerator_unit: null,
    denominator_unit: null,
    formula_id: `${part.id}@1`,
    factor_ids: part.id.startsWith('emissions.') && isEnergy ? ['grid:GB:direct:hour', 'grid:DE:direct:year'] : [],
    inputs: [TELEMETRY, BILL],
    ...part,
  };
}

/** A figure with a symmetrical 95 % interval of that ratio. */
function around(part: Part, ratio: number): Figure {
  const value = Number(part.value);
  return figure({ ...part, u95_low: (value * (1 - ratio)).toFixed(4), u95_high: (value * (1 + ratio)).toFixed(4) });
}

const cut = (dimension: string, name: string | null) => ({ [dimension]: name });

function totals(): Figure[] {
  return [
    around({ id: 'energy.it', dimensions: {}, value: '97542.183611' }, 0.08),
    around({ id: 'energy.facility', dimensions: {}, value: '128341.237500' }, 0.12),
    around({ id: 'energy.idle', dimensions: {}, value: '21870.441900' }, 0.15),
    around({ id: 'energy.unattributed', dimensions: {}, value: '3112.905000' }, 0.3),
    around({ id: 'emissions.location', dimensions: {}, value: '31894.551200' }, 0.14),
    around({ id: 'emissions.market', dimensions: {}, value: '24011.030000' }, 0.14),
    figure({ id: 'cost.effective', dimensions: {}, value: '184203.371200' }),
    figure({ id: 'cost.billed', dimensions: {}, value: '191877.040000' }),
    figure({ id: 'activity.requests', dimensions: {}, value: '41233877' }),
    figure({ id: 'activity.input_tokens', dimensions: {}, value: '30118442907' }),
    figure({ id: 'activity.output_tokens', dimensions: {}, value: '8840116322' }),
    figure({ id: 'quality.coverage', dimensions: {}, value: '0.9731' }),
    figure({ id: 'quality.measured_share', dimensions: {}, value: '0.714' }),
    figure({ id: 'quality.hour_matched_share', dimensions: {}, value: '0.8812' }),
  ];
}

function providers(): Figure[] {
  const own = { scope: 'scope_2', basis_mix: { measured: '0.992', modelled: '0', filled: '0.008' } };
  const cloud = {
    scope: 'scope_3',
    category: '1',
    coverage_ratio: '0.9381',
    basis_mix: { measured: '0.2147', modelled: '0.7369', filled: '0.0484' },
  };
  return [
    around({ id: 'energy.facility', dimensions: cut('provider', 'Own sites'), value: '82446.100000', ...own }, 0.05),
    around({ id: 'energy.facility', dimensions: cut('provider', 'AWS'), value: '45895.137500', ...cloud }, 0.3),
    around({ id: 'energy.facility', dimensions: cut('scope', 'scope_2'), value: '82446.100000', ...own }, 0.05),
    around({ id: 'energy.facility', dimensions: cut('scope', 'scope_3'), value: '45895.137500', ...cloud }, 0.3),
    around({ id: 'emissions.location', dimensions: cut('scope', 'scope_2'), value: '15664.759000', ...own }, 0.06),
    around({ id: 'emissions.location', dimensions: cut('scope', 'scope_3'), value: '16229.792200', ...cloud }, 0.31),
    figure({ id: 'energy.idle', dimensions: cut('provider', 'Own sites'), value: '18210.441900', ...own }),
    figure({ id: 'energy.idle', dimensions: cut('provider', 'AWS'), value: '3660.000000', ...cloud }),
    around({ id: 'emissions.location', dimensions: cut('provider', 'Own sites'), value: '15664.759000', ...own }, 0.06),
    around({ id: 'emissions.location', dimensions: cut('provider', 'AWS'), value: '16229.792200', ...cloud }, 0.31),
    figure({ id: 'emissions.market', dimensions: cut('provider', 'Own sites'), value: '7781.237800', ...own }),
    figure({ id: 'emissions.market', dimensions: cut('provider', 'AWS'), value: '16229.792200', ...cloud }),
    figure({
      id: 'emissions.provider_reported',
      dimensions: cut('provider', 'AWS'),
      value: '14100.000000',
      scope: 'scope_3',
      category: '1',
    }),
    figure({ id: 'cost.effective', dimensions: cut('provider', 'Own sites'), value: '61002.110000' }),
    figure({ id: 'cost.effective', dimensions: cut('provider', 'AWS'), value: '123201.261200' }),
    figure({ id: 'emissions.location', dimensions: cut('region', 'leeds'), value: '15664.759000' }),
    figure({ id: 'emissions.location', dimensions: cut('region', 'eu-central-1'), value: '13890.112200' }),
    figure({ id: 'emissions.location', dimensions: cut('region', 'us-east-1'), value: '2339.680000' }),
  ];
}

function projects(): Figure[] {
  const rows: [string | null, string, string, string, string, string][] = [
    [ODD_NAMES.emoji, '71220.4', '60904.1', '11200.3', '17110.09', '96220.31'],
    [ODD_NAMES.formula, '48017.8325', '33525.17', '7557.2369', '12650.33', '79101.1'],
    [null, '9103.005', '3112.913611', '3112.905', '2134.1312', '8881.9612'],
  ];
  return rows.flatMap(([project, facility, it, idle, location, cost]) => [
    around({ id: 'energy.facility', dimensions: cut('project', project), value: facility }, 0.12),
    figure({ id: 'energy.it', dimensions: cut('project', project), value: it }),
    figure({ id: 'energy.idle', dimensions: cut('project', project), value: idle }),
    around({ id: 'emissions.location', dimensions: cut('project', project), value: location }, 0.14),
    figure({ id: 'cost.effective', dimensions: cut('project', project), value: cost }),
  ]);
}

function models(): Figure[] {
  const rows: [string, string, string, string][] = [
    ['llama-70b', '66310.2', '91020.55', '0.847'],
    [ODD_NAMES.arabic, '40118.11', '52210.03', '1.204'],
    [ODD_NAMES.long, '12809.9225', '32090.83', '0.311'],
  ];
  return rows.flatMap(([model, energy, cost, perRequest]) => [
    around({ id: 'energy.facility', dimensions: cut('model_id', model), value: energy }, 0.12),
    figure({ id: 'cost.effective', dimensions: cut('model_id', model), value: cost }),
    around(
      {
        id: 'kpi.energy_per_request',
        dimensions: cut('model_id', model),
        value: perRequest,
        numerator: energy,
        denominator: '41233877',
      },
      0.12,
    ),
  ]);
}

function workloads(): Figure[] {
  return [
    around({ id: 'energy.facility', dimensions: cut('workload_type', 'inference'), value: '88210.4' }, 0.12),
    around({ id: 'energy.facility', dimensions: cut('workload_type', 'training'), value: '31027.8325' }, 0.08),
    around({ id: 'energy.facility', dimensions: cut('workload_type', null), value: '9103.005' }, 0.3),
    around({ id: 'energy.facility', dimensions: cut('workload_id', ODD_NAMES.tag), value: '57183.29' }, 0.12),
    figure({ id: 'energy.facility', dimensions: cut('workload_id', 'batch-embeddings'), value: '31027.11' }),
    figure({ id: 'energy.facility', dimensions: cut('workload_id', 'eval-nightly'), value: null, coverage_ratio: '0' }),
    figure({
      id: 'kpi.energy_per_request',
      dimensions: {},
      value: '2.139311',
      numerator: '88210.4',
      denominator: '41233877',
    }),
    around(
      {
        id: 'kpi.energy_per_1k_output_tokens',
        dimensions: {},
        value: '9.97841',
        numerator: '88210.4',
        denominator: '8840116322',
      },
      0.12,
    ),
    around(
      {
        id: 'kpi.carbon_per_1k_requests',
        dimensions: {},
        value: '531.6',
        numerator: '21920.1',
        denominator: '41233877',
      },
      0.14,
    ),
    figure({
      id: 'kpi.cost_per_1k_requests',
      dimensions: {},
      value: '3.1044',
      numerator: '128006.77',
      denominator: '41233877',
    }),
    ...runs(),
  ];
}

/** One goal, reached by the second run: the first failed and is part of the way. */
function runs(): Figure[] {
  const run = (name: string) => cut('workload_id', name);
  return [
    around({ id: 'energy.facility', dimensions: run('run-0413'), value: '8806.12' }, 0.08),
    around({ id: 'energy.facility', dimensions: run('run-0417'), value: '21412.52' }, 0.08),
    around(
      { id: 'kpi.energy_to_solution', dimensions: {}, value: '30218.64', numerator: '30218.64', denominator: '1' },
      0.08,
    ),
    around({ id: 'kpi.energy_to_solution', dimensions: run('run-0417'), value: '30218.64' }, 0.08),
    around({ id: 'kpi.carbon_per_run', dimensions: run('run-0413'), value: '2113.4' }, 0.1),
    around({ id: 'kpi.carbon_per_run', dimensions: run('run-0417'), value: '5138.9' }, 0.1),
  ];
}

const evidence = (sha256: string, sourceId: string, origin: string, rows: number): Evidence => ({
  sha256,
  source_id: sourceId,
  kind: sourceId,
  origin,
  fetched_at: '2026-07-05T06:00:00Z',
  bytes: rows * 71,
  rows,
  rows_rejected: 0,
  provider_version: null,
});

export const sampleAnnex: Annex = {
  meta: {
    schema_version: '1',
    organisation: 'Example AI (synthetic)',
    consolidation: 'operational_control',
    period: PERIOD,
    as_of: '2026-07-05T06:00:00Z',
    published_at: '2026-07-06T08:00:00Z',
    status: 'preliminary',
    status_reasons: ['The AWS emissions export for June has not arrived'],
    version: 2,
    supersedes: 1,
    last_closed: null,
    code_version: '0.1.0+4f1c2aa',
    book_manifest_sha256: '9e'.repeat(32),
    currency: 'USD',
    assumptions: [
      { name: 'Idle energy', value: 'stays with the node', method: 'docs/methods/idle.md' },
      { name: 'Utilisation of unmeasured instances', value: '50%', method: 'docs/methods/modelled-energy.md' },
    ],
    responsible: { name: 'Robin Example', role: 'Head of ML platform' },
    synthetic: true,
  },
  figures: [...totals(), ...providers(), ...projects(), ...models(), ...workloads()],
  factors: [
    factor('grid:GB:direct:hour', 'GB', 'hour', '189.7', '0.6424'),
    factor('grid:DE:direct:hour', 'DE', 'hour', '343.12', '0.2388'),
    factor('grid:DE:direct:year', 'DE', 'year', '363', '0.0942'),
    factor('grid:PL:direct:day', 'PL', 'day', '611.042917', '0'),
  ],
  instruments: [
    {
      id: 'REGO-2026-118842',
      kind: 'certificate',
      grid_zone: 'GB',
      mwh: '45',
      gco2e_per_kwh: '0',
      vintage: '2026-05',
      retired_at: '2026-07-02',
      used_mwh: '41.555',
    },
  ],
  reconciliation: [
    {
      provider: 'AWS',
      measure: 'Emissions, location-based',
      ours: '16229.7922',
      theirs: '14100',
      difference: '2129.7922',
      unit: 'kgCO2e',
      remark: 'Provider figures are rounded to 0.1 t and have their own boundary',
    },
    {
      provider: 'AWS',
      measure: 'Emissions, market-based',
      ours: '16229.7922',
      theirs: null,
      difference: null,
      unit: 'kgCO2e',
      remark: 'Not yet published',
    },
  ],
  restatements: [
    {
      figure_id: 'energy.facility',
      dimensions: {},
      period: '2026-05',
      old: '119002.4',
      new: '121870.9',
      difference: '2868.5',
      unit: 'kWh',
      reason: 'Late data: 14 host-hours of leeds arrived on 9 June',
    },
  ],
  exclusions: [
    {
      what: 'Embodied emissions of hardware',
      reason: 'No product carbon footprint from the maker of the accelerators',
    },
  ],
  gaps: [
    {
      reason: 'Two bills tell of it',
      provider: 'AWS',
      what: 'focus: also in cur',
      resources: null,
      hours: null,
      quantity: null,
      unit: null,
      effective_cost: null,
    },
    {
      reason: 'Unknown instance type: no power model',
      provider: 'AWS',
      what: 'p6-b300.48xlarge',
      resources: 2,
      hours: '311.5',
      quantity: '311.5',
      unit: 'hours',
      effective_cost: '9911.42',
    },
    {
      reason: 'No telemetry',
      provider: 'Own sites',
      what: 'host leeds-07',
      resources: 1,
      hours: '14',
      quantity: null,
      unit: null,
      effective_cost: null,
    },
  ],
  framework_index: [
    {
      framework: 'GRI',
      edition: '302/305: 2016',
      item: '302-1',
      title: 'Energy consumption within the organization',
      figure_ids: ['energy.facility{scope=scope_2}'],
      omission_reason: null,
    },
    {
      framework: 'GRI',
      edition: '302/305: 2016',
      item: '305-3',
      title: 'Other indirect (Scope 3) emissions',
      figure_ids: ['emissions.location{scope=scope_3}'],
      omission_reason: null,
    },
    {
      framework: 'SASB TC-SI',
      edition: '2023-12',
      item: 'TC-SI-130a.2',
      title: 'Water withdrawn and consumed',
      figure_ids: [],
      omission_reason: 'No water meter is read',
    },
  ],
  evidence: [
    evidence(TELEMETRY, 'agent', 's3://telemetry/leeds/2026/06/day=01.ndjson.gz', 88210),
    evidence(BILL, 'bill', 's3://billing/cur2/BILLING_PERIOD=2026-06/cur-00001.snappy.parquet', 1204331),
    evidence(GRID, 'grid', 'GB_2026_hourly.csv', 1440),
  ],
};

function factor(
  id: string,
  zone: string,
  grain: string,
  value: string,
  share: string | null,
): Annex['factors'][number] {
  return {
    id,
    source: 'Electricity Maps',
    licence: 'CC BY 4.0',
    zone,
    kind: 'direct',
    grain,
    value,
    unit: 'gCO2e/kWh',
    valid_from: PERIOD.from,
    valid_to: PERIOD.to,
    is_estimated: false,
    energy_share: share,
  };
}
