import type { Figure } from '../annex.ts';
import { barChart, barsOf, PALETTE, type ShareBar, shareSpecification, totalBar } from '../charts.ts';
import { type CutTable, cutTable, nameOf, nameOfDimension, type Source } from '../figure-table.ts';
import { cutsBy, DIMENSIONS, figureKey, totalOf } from '../figures.ts';
import { printRatio, printText } from '../format.ts';
import {
  type Block,
  type Chart,
  cell,
  numberColumn,
  paragraph,
  plainTable,
  type Section,
  type Table,
  textColumn,
} from '../report.ts';

const ENERGY = ['energy.facility', 'energy.it', 'energy.idle', 'energy.unattributed'];
const CHARTED = ['project', 'workload_id'] as const;

/** Where the electricity went: by project and workload with idle and unattributed energy in sight, then by every other cut. */
export function energySection(source: Source): Section {
  const { annex, texts } = source;
  const idle = totalOf(annex, 'energy.idle');
  const unattributed = totalOf(annex, 'energy.unattributed');
  const tables = DIMENSIONS.filter(
    (dimension) => !isCharted(dimension) && dimension !== 'run_id' && dimension !== 'solution_id',
  );
  return {
    id: 'energy',
    title: texts.sections.energy,
    blocks: [
      ...(idle && unattributed ? [paragraph(texts.idle(printText(idle), printText(unattributed)))] : []),
      ...CHARTED.flatMap((dimension) => whereItWent(source, dimension)),
      ...basisChart(source),
      ...tables.flatMap((dimension) => cutTable(source, energyCut(source, dimension)) ?? []),
    ],
  };
}

function energyCut({ texts }: Source, dimension: string): CutTable {
  const caption = texts.captions.cutBy(texts.sections.energy, nameOfDimension(texts, dimension));
  return { dimension, ids: ENERGY, caption };
}

function whereItWent(source: Source, dimension: (typeof CHARTED)[number]): Block[] {
  const { annex, texts } = source;
  const table = cutTable(source, energyCut(source, dimension));
  const bars = barsOf(source, dimension, 'energy.facility', texts.sections.energy);
  if (!table || bars.length === 0) return table ? [table] : [];
  const title = dimension === 'project' ? texts.charts.energyByProject : texts.charts.energyByWorkload;
  const whole = [
    ...totalBar(annex, 'energy.idle', texts.ofWhichIdle),
    ...totalBar(annex, 'energy.unattributed', texts.ofWhichUnattributed),
  ];
  const colours = {
    [texts.sections.energy]: PALETTE.energy,
    [texts.ofWhichIdle]: PALETTE.idle,
    [texts.ofWhichUnattributed]: PALETTE.unattributed,
  };
  return [
    barChart(
      source,
      { name: `energy-by-${dimension.replace('_', '-')}`, title, bars: [...bars, ...whole], colours },
      table,
    ),
  ];
}

/** How much of the energy of the whole and of each provider is measured, modelled and filled. */
function basisChart(source: Source): Chart[] {
  const known = knownMixes(source);
  if (known.length === 0) return [];
  const { charts, columns, chartAlt } = source.texts;
  const { measured, modelled, filled } = columns;
  const bars = known.map(
    ({ name, mix }): ShareBar => ({
      name,
      shares: [
        { series: measured, share: Number(mix.measured) },
        { series: modelled, share: Number(mix.modelled) },
        { series: filled, share: Number(mix.filled) },
      ],
    }),
  );
  const colours = { [measured]: PALETTE.energy, [modelled]: PALETTE.second, [filled]: PALETTE.idle };
  const table = basisTable(source, known);
  return [
    {
      kind: 'chart',
      name: 'energy-by-basis',
      title: charts.basis,
      alt: chartAlt(
        charts.basis,
        table.rows.map(([name, ...shares]) => `${name?.text}: ${shares.map(({ text }) => text).join(', ')}`),
      ),
      specification: shareSpecification(bars, colours),
      table,
    },
  ];
}

interface KnownMix {
  readonly name: string;
  readonly figure: Figure;
  readonly mix: NonNullable<Figure['basis_mix']>;
}

/** The whole, then each provider, as far as the mix of their energy is known. */
function knownMixes({ annex, texts }: Source): KnownMix[] {
  const total = { name: texts.total, figure: totalOf(annex, 'energy.facility') };
  const parts = cutsBy(annex, 'provider', ['energy.facility']).map(({ name, figures }) => ({
    name: nameOf(texts, 'provider', name),
    figure: figures.get('energy.facility'),
  }));
  return [total, ...parts].flatMap(({ name, figure }) =>
    figure?.basis_mix ? [{ name, figure, mix: figure.basis_mix }] : [],
  );
}

function basisTable({ texts }: Source, known: readonly KnownMix[]): Table {
  const { basis, measured, modelled, filled } = texts.columns;
  const rows = known.map(({ name, figure, mix }) => [
    cell(name),
    ...[mix.measured, mix.modelled, mix.filled].map((share) => cell(printRatio(share), figureKey(figure))),
  ]);
  return plainTable(texts.charts.basis, [textColumn(basis), ...[measured, modelled, filled].map(numberColumn)], rows);
}

function isCharted(dimension: string): boolean {
  return CHARTED.some((charted) => charted === dimension);
}
