import { type Bar, barChart, barsOf, figureBar, PALETTE } from '../charts.ts';
import { cutTable, nameOf, nameOfDimension, type Source } from '../figure-table.ts';
import { cutsBy, totalOf } from '../figures.ts';
import { printText } from '../format.ts';
import { type Block, paragraph, type Section } from '../report.ts';

const EMISSIONS = ['emissions.location', 'emissions.market'];
const TABLED = ['scope', 'project', 'model_id'];

/** Location-based first, market-based beside it, the providers' own view named but never added. */
export function emissionsSection(source: Source): Section {
  const { annex, texts } = source;
  const hourMatched = totalOf(annex, 'quality.hour_matched_share');
  const reported =
    totalOf(annex, 'emissions.provider_reported') ?? cutsBy(annex, 'provider', ['emissions.provider_reported'])[0];
  return {
    id: 'emissions',
    title: texts.sections.emissions,
    blocks: [
      ...(hourMatched ? [paragraph(texts.factorsUsed(printText(hourMatched), Number(hourMatched.value) === 1))] : []),
      ...(totalOf(annex, 'emissions.market') ? [paragraph(marketText(source))] : []),
      ...byProvider(source),
      ...byRegion(source),
      ...TABLED.flatMap((dimension) => emissionsTable(source, dimension)),
      ...(reported ? [paragraph(texts.providerView, 'note')] : []),
    ],
  };
}

/** Which zones' electricity beyond instruments has the residual mix, and which has the grid average. */
function marketText({ annex, texts }: Source): string {
  const uncovered = annex.factors.filter(
    ({ market_energy_share: share }) => share !== undefined && Number(share) !== 0,
  );
  const zonesOf = (isResidual: boolean) => {
    const own = uncovered.filter(({ kind }) => (kind === 'residual') === isResidual);
    return [...new Set(own.flatMap(({ zone }) => zone ?? []))].sort();
  };
  return texts.market({ residual: zonesOf(true), average: zonesOf(false) });
}

function byProvider(source: Source): Block[] {
  const { annex, texts } = source;
  const location = texts.figures['emissions.location'] ?? '';
  const market = texts.figures['emissions.market'] ?? '';
  const bars = cutsBy(annex, 'provider', EMISSIONS).flatMap(({ name, figures }): Bar[] => [
    ...figureBar(figures.get('emissions.location'), nameOf(texts, 'provider', name), location),
    ...figureBar(
      figures.get('emissions.market'),
      `${nameOf(texts, 'provider', name)}, ${market.toLowerCase()}`,
      market,
    ),
  ]);
  const colours = bars.some(({ series }) => series === market)
    ? { [location]: PALETTE.emissions, [market]: PALETTE.market }
    : { [location]: PALETTE.emissions };
  return charted(source, {
    dimension: 'provider',
    name: 'emissions-by-provider',
    title: texts.charts.emissionsByProvider,
    bars,
    colours,
  });
}

function byRegion(source: Source): Block[] {
  const { texts } = source;
  const location = texts.figures['emissions.location'] ?? '';
  const bars = barsOf(source, 'region', 'emissions.location', location);
  const colours = { [location]: PALETTE.emissions };
  return charted(source, {
    dimension: 'region',
    name: 'emissions-by-region',
    title: texts.charts.emissionsByRegion,
    bars,
    colours,
  });
}

interface Charted {
  readonly dimension: string;
  readonly name: string;
  readonly title: string;
  readonly bars: readonly Bar[];
  readonly colours: Readonly<Record<string, string>>;
}

function charted(source: Source, { dimension, ...chart }: Charted): Block[] {
  const [table] = emissionsTable(source, dimension);
  if (!table) return [];
  return chart.bars.length > 0 ? [barChart(source, chart, table)] : [table];
}

function emissionsTable(source: Source, dimension: string) {
  const { texts } = source;
  const caption = texts.captions.cutBy(texts.sections.emissions, nameOfDimension(texts, dimension));
  return [cutTable(source, { dimension, ids: EMISSIONS, caption }) ?? []].flat();
}
