import type { Figure } from '../annex.ts';
import { printMoment } from '../dates.ts';
import { nameOfFigure, type Source } from '../figure-table.ts';
import { figureKey, isAcceleratorOnly, totalOf } from '../figures.ts';
import { printAmount, printRange, printRatio, printText } from '../format.ts';
import { paragraph, type Section, type Tile } from '../report.ts';

const TILES = [
  'energy.facility',
  'emissions.location',
  'emissions.market',
  'cost.effective',
  'quality.coverage',
  'quality.measured_share',
];

/** The figures of the cover: energy, both emissions (location first), cost, and how well they are known. */
export function headlineTiles({ annex, texts }: Source): Tile[] {
  return TILES.flatMap((id): Tile[] => {
    const figure = totalOf(annex, id);
    if (!figure) return [];
    const label = nameOfFigure(texts, id, figure);
    return [{ label, ...printAmount(figure), note: noteOf(figure, texts.columns.interval), figure: figureKey(figure) }];
  });
}

/** The month in sentences: what was used, emitted and paid, as far as it is known. */
export function summarySection(source: Source): Section {
  const { annex, texts } = source;
  const facility = totalOf(annex, 'energy.facility');
  const energy = facility ?? totalOf(annex, 'energy.it');
  const location = totalOf(annex, 'emissions.location');
  const cost = totalOf(annex, 'cost.effective');
  const lead = energy
    ? texts.headline({
        energy: printText(energy),
        isAcceleratorOnly: isAcceleratorOnly(energy),
        hasOverhead: facility !== undefined,
        range: printRange(energy),
        mix: mixOf(energy),
      })
    : '';
  const market = totalOf(annex, 'emissions.market');
  const marketText = market && market.value !== null ? printText(market) : undefined;
  const isPartial = energy?.coverage_ratio != null && Number(energy.coverage_ratio) < 1;
  const sentences = [
    isPartial ? texts.headlineCoverage(printRatio(energy.coverage_ratio)) : '',
    location ? texts.headlineEmissions(printText(location), marketText) : '',
    cost ? texts.headlineCost(printText(cost)) : '',
    texts.offsets,
  ];
  return {
    id: 'summary',
    title: texts.sections.summary,
    blocks: [
      ...(lead ? [paragraph(lead, 'lead')] : []),
      paragraph(sentences.filter((sentence) => sentence !== '').join(' ')),
    ],
  };
}

/** Period, moment and status in one sentence, as §6 of every report begins. */
export function statusStatement({ annex: { meta }, texts }: Source): string {
  return texts.statement({
    from: printMoment(meta.period.from),
    to: printMoment(meta.period.to),
    published: printMoment(meta.published_at),
    asOf: printMoment(meta.as_of),
    status: texts.statusWords[meta.status](meta),
  });
}

function noteOf(figure: Figure, interval: string): string {
  const range = printRange(figure);
  return range ? `${interval} ${range}` : '';
}

function mixOf({ basis_mix: mix }: Figure): readonly [string, string, string] | undefined {
  return mix ? [printRatio(mix.measured), printRatio(mix.modelled), printRatio(mix.filled)] : undefined;
}
