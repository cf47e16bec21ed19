import type { AnnexMeta } from '../disclosure/annex.ts';
import { mixedVersions, versionsIn } from '../landing/one-version.ts';
import type { Receipt } from '../landing/receipt.ts';
import type { Settings } from '../settings/settings.ts';
import { countsTokens } from '../sources/aws-cloudwatch/live/bedrock.ts';
import { sourceKind } from './assumptions.ts';

/** What shapes figures, of the settings and of what landed by them, as the methodology chapter prints it. */
export function assumptionWords(settings: Settings, receipts: readonly Receipt[]): AnnexMeta['assumptions'] {
  const { utilisation, utilisation_u95 } = settings.energy_model;
  const idle = {
    node: 'stays with the host, shown as idle',
    proportional: 'spread over the workloads of the same hour in proportion to their energy',
    owner: 'named to the owner of the host as the bill’s tags say',
  } as const;
  return [
    { name: 'Idle energy', value: idle[settings.idle], method: 'docs/methods/attribution.md' },
    {
      name: 'Assumed CPU utilisation of hosts that no agent watches',
      value: `${percent(utilisation.cpu)} ± ${points(utilisation_u95)}`,
      method: 'docs/methods/modelled-energy.md',
    },
    {
      name: 'Assumed GPU utilisation of hosts that no agent watches',
      value: `${percent(utilisation.gpu)} ± ${points(utilisation_u95)}`,
      method: 'docs/methods/modelled-energy.md',
    },
    {
      name: 'Which energy figure settles an hour',
      value: 'measured before modelled; a measured hour with gaps is filled with the model',
      method: 'docs/methods/winner-rule.md',
    },
    {
      name: 'Grid factors of the location-based inventory',
      value: `${settings.grid.factor_kind}, same hour and zone; else day; else month mean; else year`,
      method: 'docs/methods/grid-factors.md',
    },
    {
      name: 'Consolidation',
      value: settings.organisation.consolidation.replaceAll('_', ' '),
      method: 'GHG Protocol Corporate Standard',
    },
    ...settings.sites.map(({ id, control, grid_zone, pue }) => ({
      name: `Site ${id}`,
      value: `${control}, grid zone ${grid_zone}, PUE ${pue.map(({ from, value }) => `${value} from ${from}`).join(', ')}`,
      method: 'docs/methods/pue.md',
    })),
    ...settings.sites.flatMap(({ id, retired = [] }) =>
      retired.map(({ host, from }) => ({
        name: `Taken down at site ${id}`,
        value: `${host}, not expected from ${from} on unless it tells of itself`,
        method: 'docs/methods/winner-rule.md',
      })),
    ),
    ...tokensTwice(settings, receipts),
    ...machinesTwice(settings, receipts),
    ...costsTwice(settings, receipts),
  ];
}

/**
 * Two versions of costs (actual and amortised) in one source stop the month. In sources of their own they may be bills of different
 * subscriptions, or of the same: nothing but the rows could tell.
 */
function costsTwice({ sources }: Settings, receipts: readonly Receipt[]): AnnexMeta['assumptions'] {
  const kinds = [...new Set(sources.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const rule = sourceKind(kind).one_version;
    const landed = receipts.filter((receipt) => receipt.kind === kind);
    if (!rule || !mixedVersions(landed, rule)) return [];
    const holding = [...new Set(landed.map(({ source_id }) => source_id))].sort().map((id) => {
      const own = landed.filter(({ source_id }) => source_id === id);
      return `${id} (${versionsIn(own, rule).join(', ')})`;
    });
    return [
      {
        name: 'Costs in several versions',
        value: `${holding.join(' and ')} are taken as bills of different subscriptions: use and money of one that stands in both count twice`,
        method: 'docs/sources.md',
      },
    ];
  });
}

/** Kinds of bills in which AWS may count tokens of Bedrock. */
const AWS_BILLS = ['aws-cur2', 'aws-cur-legacy', 'aws-cost-explorer', 'focus'];

/**
 * Tokens that CloudWatch was asked for although a bill may have them: their models bear other names there, so nobody can tell. What
 * was asked is read from the answers, since the settings that are kept for `verify` do not say whom a source asks.
 */
function tokensTwice({ sources }: Settings, receipts: readonly Receipt[]): AnnexMeta['assumptions'] {
  const answers = receipts.filter(({ kind, origin }) => kind === 'aws-cloudwatch' && countsTokens(origin));
  const bills = sources.filter(({ kind }) => AWS_BILLS.includes(kind));
  if (answers.length === 0 || bills.length === 0) return [];
  const told = [...new Set(answers.map(({ source_id }) => source_id))].sort().join(', ');
  const billed = bills.map(({ id }) => id).join(', ');
  return [
    {
      name: 'Tokens of Amazon Bedrock',
      value: `counted by CloudWatch (${told}), and taken as not counted in ${billed}: tokens of both stand in the figures twice`,
      method: 'docs/methods/managed-model-tokens.md',
    },
  ];
}

/** Kinds of sources that tell of runs by themselves, of which no source names the host. */
const RUN_ENERGY = 'codecarbon';
/** Kinds of sources from which machines have their energy. */
const MACHINE_ENERGY = [...AWS_BILLS, 'azure-cost', 'gcp-billing', 'agent', 'timestream-telemetry', 'activity'];

/** Runs that CodeCarbon measured beside sources that may tell of the same machines: it names no host, so nobody can tell. */
function machinesTwice({ sources }: Settings, receipts: readonly Receipt[]): AnnexMeta['assumptions'] {
  const runs = [
    ...new Set(receipts.filter(({ kind }) => kind === RUN_ENERGY).map(({ source_id }) => source_id)),
  ].sort();
  const others = sources.filter(({ kind }) => MACHINE_ENERGY.includes(kind)).map(({ id }) => id);
  if (runs.length === 0 || others.length === 0) return [];
  return [
    {
      name: 'Energy of runs that CodeCarbon tracked',
      value: `counted as ${runs.join(', ')} says, and taken as not counted in ${others.join(', ')}: energy of both stands in the figures twice`,
      method: 'docs/methods/attribution.md',
    },
  ];
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

function points(ratio: number): string {
  return `${Math.round(ratio * 100)} percentage points`;
}
