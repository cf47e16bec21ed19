/** One item that a framework asks for, and the figures that answer it, by id and scope. */
interface FrameworkQuestion {
  readonly item: string;
  readonly title: string;
  /** Figure id, with `{scope=…}` where only one scope may answer: cloud kilowatt hours are no own consumption. */
  readonly figures: readonly string[];
  /** Said where no figure answers. */
  readonly omission: string;
}

/** A reporting framework, and which of its questions the figures answer. */
export interface Framework {
  readonly id: string;
  readonly framework: string;
  readonly edition: string;
  readonly questions: readonly FrameworkQuestion[];
}

const NO_OWN_SITES = 'not applicable: no own or colocation site in the month';
const NO_CLOUD = 'not applicable: no cloud use in the month';
const NOT_READ = 'unavailable: no source of this book carries it';

/** Frameworks that the settings may name. An index says where an item is answered; it is no claim of conformity. */
export const FRAMEWORKS: readonly Framework[] = [
  {
    id: 'gri-2016',
    framework: 'GRI',
    edition: '302: Energy 2016, 305: Emissions 2016',
    questions: [
      {
        item: '302-1',
        title: 'Energy consumption within the organization',
        figures: ['energy.facility{scope=scope_2}'],
        omission: NO_OWN_SITES,
      },
      {
        item: '302-2',
        title: 'Energy consumption outside of the organization',
        figures: ['energy.facility{scope=scope_3}'],
        omission: NO_CLOUD,
      },
      {
        item: '302-3',
        title: 'Energy intensity',
        figures: ['kpi.energy_per_request', 'kpi.energy_per_1k_output_tokens'],
        omission: 'unavailable: nothing was counted that energy could be divided by',
      },
      {
        item: '305-2',
        title: 'Energy indirect (Scope 2) GHG emissions',
        figures: ['emissions.location{scope=scope_2}', 'emissions.market{scope=scope_2}'],
        omission: NO_OWN_SITES,
      },
      {
        item: '305-3',
        title: 'Other indirect (Scope 3) GHG emissions: category 1',
        figures: ['emissions.location{scope=scope_3}'],
        omission: NO_CLOUD,
      },
      {
        item: '305-4',
        title: 'GHG emissions intensity',
        figures: ['kpi.carbon_per_1k_requests'],
        omission: 'unavailable: no requests were counted',
      },
      { item: '305-5', title: 'Reduction of GHG emissions', figures: [], omission: 'unavailable: needs a base year' },
    ],
  },
  {
    id: 'gri-2025',
    framework: 'GRI',
    edition: '102: Climate Change 2025, 103: Energy 2025',
    questions: [
      {
        item: '103-2',
        title: 'Energy consumption and self-generation within the organization',
        figures: ['energy.facility{scope=scope_2}'],
        omission: NO_OWN_SITES,
      },
      {
        item: '103-3',
        title: 'Upstream and downstream energy consumption',
        figures: ['energy.facility{scope=scope_3}'],
        omission: NO_CLOUD,
      },
      {
        item: '103-4',
        title: 'Energy intensity',
        figures: ['kpi.energy_per_request', 'kpi.energy_per_1k_output_tokens'],
        omission: 'unavailable: nothing was counted that energy could be divided by',
      },
      {
        item: '102-6',
        title: 'Scope 2 GHG emissions',
        figures: ['emissions.location{scope=scope_2}', 'emissions.market{scope=scope_2}'],
        omission: NO_OWN_SITES,
      },
      {
        item: '102-7',
        title: 'Scope 3 GHG emissions: category 1',
        figures: ['emissions.location{scope=scope_3}'],
        omission: NO_CLOUD,
      },
      {
        item: '102-8',
        title: 'GHG emissions intensity',
        figures: ['kpi.carbon_per_1k_requests'],
        omission: 'unavailable: no requests were counted',
      },
    ],
  },
  {
    id: 'sasb-tc-si',
    framework: 'SASB',
    edition: 'Software & IT Services (TC-SI)',
    questions: [
      {
        item: 'TC-SI-130a.1',
        title: 'Total energy consumed directly',
        figures: ['energy.facility{scope=scope_2}'],
        omission: NO_OWN_SITES,
      },
      { item: 'TC-SI-130a.2', title: 'Water withdrawn and consumed', figures: [], omission: NOT_READ },
      {
        item: 'TC-SI-130a.3',
        title: 'Environmental considerations in data centre strategy',
        figures: [],
        omission: 'narrative: not part of this report',
      },
    ],
  },
  {
    id: 'esrs-e1',
    framework: 'ESRS',
    edition: 'E1 Climate change, Delegated Regulation (EU) 2023/2772',
    questions: [
      {
        item: 'E1-5 §37',
        title: 'Energy consumption and mix, own operations',
        figures: ['energy.facility{scope=scope_2}'],
        omission: NO_OWN_SITES,
      },
      {
        item: 'E1-6 §49 a',
        title: 'Gross location-based Scope 2 emissions',
        figures: ['emissions.location{scope=scope_2}'],
        omission: NO_OWN_SITES,
      },
      {
        item: 'E1-6 §49 b',
        title: 'Gross market-based Scope 2 emissions',
        figures: ['emissions.market{scope=scope_2}'],
        omission: 'unavailable: neither contractual instruments nor a residual mix',
      },
      {
        item: 'E1-6 AR 51',
        title: 'Scope 3 category 1: cloud computing and data centre services',
        figures: ['emissions.location{scope=scope_3}'],
        omission: NO_CLOUD,
      },
    ],
  },
  {
    id: 'ifrs-s2',
    framework: 'IFRS',
    edition: 'S2 Climate-related Disclosures',
    questions: [
      {
        item: '29(a)(v)',
        title: 'Location-based Scope 2 emissions',
        figures: ['emissions.location{scope=scope_2}'],
        omission: NO_OWN_SITES,
      },
      {
        item: '29(a)(vi)',
        title: 'Scope 3 emissions: category 1',
        figures: ['emissions.location{scope=scope_3}'],
        omission: NO_CLOUD,
      },
      { item: '29(f)', title: 'Internal carbon price', figures: [], omission: NOT_READ },
    ],
  },
  {
    id: 'sci',
    framework: 'ISO/IEC 21031',
    edition: '2024',
    questions: [
      {
        item: 'SCI',
        title: 'Software Carbon Intensity score',
        figures: ['kpi.sci'],
        omission: 'unavailable: requests or embodied emissions are unknown',
      },
    ],
  },
];
