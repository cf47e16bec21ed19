/** Every word of a report, in English. A further language is a further file of this shape. */
export const en = {
  title: 'Energy, carbon and cost of AI',
  synthetic: 'Synthetic: a made-up company',
  notNamed: 'Not named',
  total: 'Total',
  no: 'no',

  statuses: { preliminary: 'Preliminary', closed: 'Closed', restated: 'Restated' },
  version: (version: number) => `Version ${version}`,

  dimensions: {
    scope: 'Scope',
    provider: 'Provider',
    region: 'Region',
    project: 'Project',
    model_id: 'Model',
    workload_type: 'Type of work',
    workload_id: 'Workload',
    solution_id: 'Goal',
    run_id: 'Run',
  } as Readonly<Record<string, string>>,

  /** Names of values that a catalogue of ours gives, by dimension; other values print as they are. */
  values: {
    scope: { scope_2: 'Scope 2', scope_3: 'Scope 3' },
    provider: { own: 'Own sites', colo: 'Co-location' },
    workload_type: {
      data_preparation: 'Data preparation',
      training: 'Training',
      evaluation: 'Evaluation',
      deployment: 'Deployment',
      inference: 'Inference',
      other: 'Other',
    },
  } as Readonly<Record<string, Readonly<Record<string, string>>>>,

  consolidations: {
    operational_control: 'Operational control',
    financial_control: 'Financial control',
    equity_share: 'Equity share',
  } as Readonly<Record<string, string>>,

  /** Short names for column headings and tiles. */
  figures: {
    'energy.facility': 'Energy with overhead',
    'energy.it': 'IT energy',
    'energy.idle': 'Idle',
    'energy.unattributed': 'Unattributed',
    'emissions.location': 'Location-based',
    'emissions.market': 'Market-based',
    'emissions.embodied_amortised': 'Embodied, amortised',
    'emissions.provider_reported': 'Reported by the provider',
    'cost.effective': 'Effective cost',
    'cost.billed': 'Billed cost',
    'activity.requests': 'Requests',
    'activity.input_tokens': 'Input tokens',
    'activity.output_tokens': 'Output tokens',
    'kpi.energy_per_request': 'Energy per request',
    'kpi.energy_per_1k_output_tokens': 'Energy per 1 000 output tokens',
    'kpi.carbon_per_1k_requests': 'Emissions per 1 000 requests',
    'kpi.cost_per_1k_requests': 'Cost per 1 000 requests',
    'kpi.energy_to_solution': 'Energy to solution',
    'kpi.carbon_per_run': 'Emissions per run',
    'kpi.sci': 'Software carbon intensity',
    'quality.coverage': 'Coverage',
    'quality.measured_share': 'Measured share',
    'quality.hour_matched_share': 'Same-hour factors',
  } as Readonly<Record<string, string>>,

  sections: {
    summary: 'Summary',
    boundary: 'Boundary and exclusions',
    energy: 'Energy',
    emissions: 'Emissions',
    intensities: 'Intensities',
    runs: 'Training runs',
    cost: 'Cost',
    embodied: 'Embodied emissions',
    restatements: 'Restatements',
    quality: 'Data quality and gaps',
    method: 'Method, factors and assumptions',
    instruments: 'Contractual instruments',
    reconciliation: 'Reconciliation with providers',
    frameworks: 'Framework index',
    responsibility: 'Responsibility and verification',
    evidence: 'Evidence',
  },

  columns: {
    figure: 'Figure',
    value: 'Value',
    interval: '95% interval',
    coverage: 'Coverage',
    measured: 'Measured',
    modelled: 'Modelled',
    filled: 'Filled',
    basis: 'Energy of',
    reason: 'Reason',
    excluded: 'Left out',
    gap: 'What is missing',
    provider: 'Provider',
    resources: 'Resources',
    hours: 'Hours',
    quantity: 'Quantity',
    gapCost: 'Cost of it',
    assumption: 'Assumption',
    method: 'Method note',
    factor: 'Factor',
    source: 'Source and licence',
    zone: 'Zone',
    kind: 'Kind',
    grain: 'Grain',
    valid: 'Valid',
    share: 'Share of energy',
    instrument: 'Instrument',
    vintage: 'Vintage',
    retired: 'Retired',
    mwh: 'MWh',
    usedMwh: 'Used, MWh',
    intensity: 'gCO₂e/kWh',
    measure: 'Measure',
    ours: 'Ours',
    theirs: 'Theirs',
    difference: 'Difference',
    remark: 'Remark',
    period: 'Period',
    old: 'Was',
    new: 'Is now',
    item: 'Item',
    title: 'Title',
    where: 'Figures, or why omitted',
    file: 'Landed file',
    fetched: 'Fetched',
    rows: 'Rows',
    rejected: 'Rejected',
    bytes: 'Bytes',
    sha256: 'SHA-256',
    numerator: 'Numerator',
    denominator: 'Denominator',
  },

  charts: {
    energyByProject: 'Energy by project, with idle and unattributed energy beside it',
    energyByWorkload: 'Energy by workload, with idle and unattributed energy beside it',
    basis: 'What the energy figures rest on',
    emissionsByProvider: 'Emissions by provider: location-based first, market-based beside it',
    emissionsByRegion: 'Location-based emissions by region',
    costByModel: 'Energy and cost by model',
    runs: 'Energy to solution: all that it took to reach each goal',
  },
  chartAlt: (title: string, rows: readonly string[]) =>
    `${title}. ${rows.join('; ')}. The table with the chart has every number.`,
  ofWhichIdle: 'Of the whole: idle',
  ofWhichUnattributed: 'Of the whole: unattributed',

  captions: {
    cutBy: (subject: string, dimension: string) => `${subject} by ${dimension.toLowerCase()}`,
    quality: 'How good the main figures are',
    gaps: 'Known gaps',
    exclusions: 'What is left out, and why',
    assumptions: 'Settings and assumptions behind the figures',
    factors: 'Emission factors that were used',
    instruments: 'Instruments set against consumption',
    marketFactors: 'Factors of Scope 2 electricity beyond instruments, with its share of all facility energy',
    reconciliation: 'Our figures beside those of the providers, never added',
    restatements: 'Figures that changed',
    evidence: 'Landed files behind this report',
    intensities: 'Intensities',
    runs: 'Runs and goals',
  },

  statement: (s: { from: string; to: string; published: string; asOf: string; status: string }) =>
    `This report covers ${s.from} to ${s.to} (the end not included). It was produced on ${s.published} from what was known on ${s.asOf}, and is ${s.status}. No external assurance is recorded for it.`,
  statusWords: {
    preliminary: () => 'preliminary: figures may still change',
    closed: () => 'closed',
    restated: (s: { version: number; supersedes: number | null; last_closed: number | null }) => {
      if (s.supersedes === null) return `restated (version ${s.version})`;
      const replaces = `restated: version ${s.version} replaces version ${s.supersedes}`;
      if (s.last_closed === null || s.last_closed === s.supersedes) return replaces;
      return `${replaces}; the last one that was closed is version ${s.last_closed}, and changes are told from it`;
    },
  },

  acceleratorsOnly: (name: string) => `${name} (accelerators only)`,

  headline: (s: {
    energy: string;
    isAcceleratorOnly: boolean;
    hasOverhead: boolean;
    range: string | undefined;
    mix: readonly [string, string, string] | undefined;
  }) => {
    const range = s.range ? ` (95% interval ${s.range})` : '';
    const overhead = s.hasOverhead ? 'including facility overhead' : 'without facility overhead, which is not known';
    const mix = s.mix ? ` ${s.mix[0]} of the energy is measured, ${s.mix[1]} modelled, ${s.mix[2]} filled.` : '';
    const who = s.isAcceleratorOnly ? 'The accelerators of AI workloads' : 'AI workloads';
    const others = s.isAcceleratorOnly ? ' What the rest of their hosts drew is not known.' : '';
    return `${who} used ${s.energy} ${overhead}${range}.${others}${mix}`;
  },
  headlineCoverage: (share: string) =>
    `That is what is known: ${share} of the hours in which energy was drawn; what the others drew is in no total.`,
  headlineEmissions: (location: string, market: string | undefined) =>
    market === undefined
      ? `Location-based emissions: ${location}. No market-based figure is stated.`
      : `Location-based emissions: ${location}. Market-based emissions: ${market}. Both are shown; the market-based figure reflects contracts and certificates, not a lower physical load.`,
  offsets: 'Carbon credits are not deducted from any figure.',
  headlineCost: (cost: string) => `The effective cost was ${cost}.`,

  boundary: (included: string) =>
    `${included} Electricity of own and co-located sites under our control is Scope 2. Cloud and managed services are Scope 3 category 1 and are not part of any Scope 2 figure.`,
  included: (components: string) =>
    `Included: ${components}, allocated idle capacity, and the overhead of the facility (once).`,
  includedWithoutOverhead: (components: string) =>
    `Included: ${components}, and allocated idle capacity. The overhead of the facility is not known, and in no figure.`,
  noEnergyKnown: 'No energy of this period is known.',
  consolidation: (approach: string) => `Consolidation approach: ${approach}.`,
  noExclusions: 'No exclusion is recorded.',

  idle: (idle: string, unattributed: string) =>
    `${idle} was drawn by devices while no workload used them; ${unattributed} could not be attributed to any work. Both stay visible and are inside the total. Idle energy is known only of hosts whose devices are read; what is modelled is taken as used. Each number is rounded by itself, so that the parts of a table need not add up to its total as printed; in annex.json they do.`,
  factorsUsed: (share: string, isAll: boolean) =>
    `Each hour's energy is multiplied by the grid factor of the same hour and zone; ${share} of the energy found such a factor.${isAll ? '' : ' The rest has the coarser factors listed under “Method, factors and assumptions”, or none: then it is among the known gaps and in no emissions.'}`,
  market: ({ residual, average }: { readonly residual: readonly string[]; readonly average: readonly string[] }) =>
    [
      'Market-based emissions count only instruments of the same time, certificates among them only once they were retired for this organisation.',
      ...(residual.length > 0
        ? [`Scope 2 electricity beyond them has the residual mix of its zone in ${residual.join(', ')}.`]
        : []),
      ...(average.length > 0
        ? [
            `No residual mix is known for ${average.join(', ')}: electricity there has the grid average, which counts what others have bought by certificates and may be too low.`,
          ]
        : []),
      'Scope 3 keeps its location-based emissions. The factors stand under “Contractual instruments”.',
    ].join(' '),
  providerView:
    'Providers report emissions by their own methods. Their figures stand beside ours under “Reconciliation with providers”; they are never added and never turned back into energy.',
  intensity:
    'Each intensity is the sum of its numerator divided by the sum of its denominator: a mean, not a median. Energy of failed requests is inside; idle energy is only as far as it bears the name of the work (“Idle energy” under “Method, factors and assumptions”). Coverage is the part that counted work has of the energy of all inference, less its hours without energy; for cost it is the part of what was counted that a bill tells of; for runs, of their time. Software carbon intensity stands only where the emissions of making the hardware are known. The absolute figures stand in the sections before.',
  runs: 'Energy to solution is the facility energy of every run on the way to a goal, failed and aborted ones included, shown at the run that reached it. Runs that reached none stand beside with what they drew. A run stands in the month in which it ended, with the energy of that month alone: what it drew before is in the months before, and lowers the coverage of its figures.',
  noRuns: 'No training run was recorded in this period.',
  cost: 'Effective cost is amortised and after discounts (FOCUS EffectiveCost); billed cost is what was invoiced (FOCUS BilledCost).',
  noCost: 'No cost of this period is known: no bill in this book tells of it.',
  embodied: (amount: string) =>
    `Amortised emissions of the hardware of billed machines: ${amount}; what is not known of others, such as own hosts, storage and managed services, is left out. They are shown for software scores only and are not part of any total above. New hardware belongs in full to Scope 3 category 2 in the year of purchase, which this report leaves out; the two are never added.`,
  embodiedUnknown: 'Emissions of making the hardware are not known, and not part of any figure.',
  noRestatements: 'No figure of an earlier period has been restated in this version.',
  restatements: 'Earlier versions remain available. Each change is listed with its cause.',
  quality:
    'Coverage is what is known divided by what was expected. An hour, a host or an instance type without energy is a gap: it is listed here, never counted as zero and never extrapolated from cost. Measured, modelled and filled are shares of the IT energy behind a figure.',
  noGaps: 'No gap is known.',
  digits:
    'Numbers are rounded here only: the last digit shown stands where the half-width of the 95% interval begins, one place finer where that half-width begins with 1 or 2; without an interval, four digits. Money is whole from one thousand up. The unrounded values are in annex.json and figures.csv. “not known” is not zero.',
  hourFactor:
    'Emissions are energy × grid factor. Factors are averages, never marginal; the value of one is its mean over the hours in which it was used, weighted by their energy. Facility overhead (PUE) is multiplied in once.',
  formulas: (ids: string) => `Formulas, described in docs/kpi-catalogue.md: ${ids}.`,
  noFactors: 'No emission factor was used.',
  noInstruments: 'No contractual instrument was set against consumption.',
  noReconciliation: 'No provider reported figures of its own for this period.',
  frameworks:
    'The index says where a framework’s item is answered. No claim of conformity with any framework is made beyond it.',
  noFrameworks: 'No framework was chosen in the settings.',
  omitted: (reason: string) => `Omitted: ${reason}`,
  agentSays: (word: string) => `agent: ${word.replaceAll('-', ' ')}`,
  andMore: (count: string, dimension: string) => `${count} more by ${dimension.toLowerCase()} are in figures.csv.`,
  moreInAnnex: (count: string) => `${count} more are in annex.json.`,
  evidence:
    'Every figure is computed from the files below, which are kept unchanged under their SHA-256, and from the tables of hardware, coefficients and factors that the software version comes with.',
  verify: 'Anyone with the book can recompute every figure from the landed bytes and compare it with this report.',
  verifyCommand: 'joulebook verify <folder of this disclosure>',
  verifyFiles:
    'annex.json holds every number that this report prints; manifest.json holds the SHA-256 of every file of this disclosure.',
  responsibility:
    'This report was computed from recorded data by the software version below. The organisation named on the cover is responsible for it.',
  responsible: ({ name, role }: { readonly name: string; readonly role: string }) => `Responsible: ${name}, ${role}.`,
  signatures: ['Approved by (name, role)', 'Date and signature'],
  evidenceFacts: {
    asOf: 'As of',
    published: 'Published',
    code: 'Software version',
    schema: 'Annex schema',
    book: 'Book manifest (SHA-256)',
    verify: 'To verify',
  },
  missingGlyph:
    '□ stands for a character that the fonts of this document do not have; annex.json, figures.csv and the web page have it.',
  html: {
    skip: 'Skip to the report',
    contents: 'Contents',
    numbers: 'Numbers of this chart',
  },
  pdf: {
    contents: 'Contents',
    page: 'Page',
    of: 'of',
    table: 'Table',
    figure: 'Figure',
    annex: 'Every number of this report, unrounded',
  },
} as const;

/** What another language would have to say. */
export type Texts = typeof en;
