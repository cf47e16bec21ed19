import type { Annex, Figure } from './annex.ts';
import { nameOf, type Source } from './figure-table.ts';
import { type Cut, cutsBy, totalOf } from './figures.ts';
import { printText } from './format.ts';
import type { Chart, Table } from './report.ts';

/** Colours of series on paper; `page.css` gives each its twin for dark screens. */
export const PALETTE = {
  energy: '#0B4F6C',
  second: '#3A7FC1',
  idle: '#B36A00',
  unattributed: '#7A8791',
  emissions: '#007A5A',
  market: '#459E85',
  cost: '#A6407E',
  ink: '#1C2B36',
  quiet: '#5B6B77',
} as const;

/** Each colour with its twin for a dark screen (on #12181f all have a contrast of at least 3:1). */
export const DARK_TWINS: readonly (readonly [string, string])[] = [
  [PALETTE.energy, '#5FB3D9'],
  [PALETTE.second, '#9CC3F0'],
  [PALETTE.idle, '#F0A640'],
  [PALETTE.unattributed, '#A9B5BE'],
  [PALETTE.emissions, '#4CC29A'],
  [PALETTE.market, '#2E8168'],
  [PALETTE.cost, '#E08ABD'],
  [PALETTE.ink, '#E6ECF0'],
  [PALETTE.quiet, '#A7B4BE'],
];

const WIDTH = 520;
const ROW_HEIGHT = 40;
const BARS_MAX = 12;
/** A label's character and the room around the label, in pixels. */
const CHARACTER = 7.2;
const LABEL_ROOM = 12;
const FONT = 'Inter';

/** One bar of a chart: a name, its length and what is written behind it. */
export interface Bar {
  readonly name: string;
  readonly length: number;
  readonly label: string;
  readonly series: string;
}

/** What a chart of bars shows, before it is drawn. */
export interface BarChart {
  readonly name: string;
  readonly title: string;
  readonly bars: readonly Bar[];
  /** Colour by series, in the order of the legend. */
  readonly colours: Readonly<Record<string, string>>;
}

/** Bars one under the other, each with its name above and its figure behind it; a legend where there is more than one series. */
export function barChart({ texts }: Source, { name, title, bars, colours }: BarChart, table: Table): Chart {
  const alt = texts.chartAlt(
    title,
    bars.map((bar) => `${bar.name}: ${bar.label}`),
  );
  return { kind: 'chart', name, title, alt, specification: barSpecification(bars, colours), table };
}

/** The largest cuts of one figure as bars; what has no value has no bar. */
export function barsOf(source: Source, dimension: string, id: string, series: string): Bar[] {
  const cuts = cutsBy(source.annex, dimension, [id]).slice(0, BARS_MAX);
  return cuts.flatMap((cut) => maybeBar(source, { dimension, cut, id, series }));
}

/** A total as a bar of its own; nothing where it is not known. */
export function totalBar(annex: Annex, id: string, name: string): Bar[] {
  return figureBar(totalOf(annex, id), name, name);
}

/** The bar of a figure; none where its value is not known. */
export function figureBar(figure: Figure | undefined, name: string, series: string): Bar[] {
  if (!figure || figure.value === null) return [];
  return [{ name, length: Number(figure.value), label: printText(figure), series }];
}

/** One full-width bar a row, cut into shares that add up to one. */
export interface ShareBar {
  readonly name: string;
  readonly shares: readonly { readonly series: string; readonly share: number }[];
}

/** The Vega-Lite specification of full-width bars; the order of the colours is that of the shares. */
export function shareSpecification(bars: readonly ShareBar[], colours: Readonly<Record<string, string>>): unknown {
  const series = Object.keys(colours);
  const values = bars.flatMap(({ name, shares }, row) =>
    shares.map(({ series: own, share }) => ({ row, name, series: own, share, order: series.indexOf(own) })),
  );
  return {
    ...frame(bars.length),
    data: { values },
    layer: [
      {
        mark: { type: 'bar', height: 12, yOffset: 9 },
        encoding: {
          x: { field: 'share', type: 'quantitative', stack: 'zero', axis: null, scale: { domain: [0, 1] } },
          color: colourBy(colours),
          order: { field: 'order', type: 'quantitative' },
        },
      },
      nameLayer({ aggregate: true }),
    ],
  };
}

/** Two panels over the same rows: the left one for the first figure, the right one for the second. */
export function pairSpecification(
  pairs: readonly (readonly [Bar, Bar])[],
  titles: readonly [string, string],
  colours: readonly [string, string],
): unknown {
  const panel = (side: 0 | 1) => ({
    title: {
      text: titles[side],
      anchor: 'start',
      fontSize: 12,
      fontWeight: 600,
      color: PALETTE.ink,
      font: FONT,
      offset: 10,
    },
    width: WIDTH / 2 - 16,
    height: pairs.length * ROW_HEIGHT,
    data: { values: pairs.map((pair, row) => ({ row, ...pair[side] })) },
    encoding: rows(),
    layer: barLayers(
      pairs.map((pair) => pair[side]),
      { value: colours[side] },
      WIDTH / 2 - 16,
    ),
  });
  return { ...base(), hconcat: [panel(0), panel(1)], spacing: 32 };
}

function barSpecification(bars: readonly Bar[], colours: Readonly<Record<string, string>>): unknown {
  return {
    ...frame(bars.length),
    data: { values: bars.map((bar, row) => ({ row, ...bar })) },
    layer: barLayers(bars, colourBy(colours), WIDTH),
  };
}

function barLayers(bars: readonly Bar[], color: unknown, width: number): unknown[] {
  const longest = Math.max(...bars.map(({ length }) => length), Number.MIN_VALUE);
  const room = Math.max(...bars.map(({ label }) => label.length)) * CHARACTER + LABEL_ROOM;
  const domain = [0, (longest * width) / (width - room)];
  const x = { field: 'length', type: 'quantitative', axis: null, scale: { domain, nice: false } };
  return [
    { mark: { type: 'bar', height: 12, yOffset: 9 }, encoding: { x, color } },
    nameLayer({ aggregate: false, width }),
    {
      mark: { type: 'text', align: 'left', baseline: 'middle', dx: 7, yOffset: 9, fontSize: 12, color: PALETTE.quiet },
      encoding: { x, text: { field: 'label', type: 'nominal' } },
    },
  ];
}

function nameLayer({ aggregate, width = WIDTH }: { aggregate: boolean; width?: number }): unknown {
  const name = { field: 'name', type: 'nominal' };
  return {
    ...(aggregate ? { transform: [{ filter: 'datum.order === 0' }] } : {}),
    mark: {
      type: 'text',
      align: 'left',
      baseline: 'middle',
      yOffset: -6,
      fontSize: 12.5,
      color: PALETTE.ink,
      limit: width,
    },
    encoding: { x: { value: 0 }, text: name },
  };
}

/** A colour channel with a stated type, domain and range: left to itself a sorted domain becomes a ramp of blues. */
function colourBy(colours: Readonly<Record<string, string>>): unknown {
  const domain = Object.keys(colours);
  const legend =
    domain.length > 1 ? { title: null, orient: 'top', direction: 'horizontal', symbolType: 'square' } : null;
  return { field: 'series', type: 'nominal', scale: { domain, range: Object.values(colours) }, legend };
}

function frame(rowCount: number): Record<string, unknown> {
  return { ...base(), width: WIDTH, height: rowCount * ROW_HEIGHT, encoding: rows() };
}

function rows(): unknown {
  return { y: { field: 'row', type: 'ordinal', axis: null, scale: { paddingInner: 0, paddingOuter: 0 } } };
}

function base(): Record<string, unknown> {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    padding: 0,
    config: {
      font: FONT,
      aria: false,
      view: { stroke: null },
      legend: {
        labelFontSize: 12,
        labelColor: PALETTE.ink,
        symbolSize: 110,
        columnPadding: 18,
        offset: 14,
        padding: 0,
        symbolStrokeWidth: 0,
      },
    },
  };
}

/** Cuts that both figures know, as pairs of bars. */
export function pairBars(
  source: Source,
  dimension: string,
  ids: readonly [string, string],
  series: readonly [string, string],
): [Bar, Bar][] {
  return cutsBy(source.annex, dimension, ids)
    .slice(0, BARS_MAX)
    .flatMap((cut): [Bar, Bar][] => {
      const [left] = maybeBar(source, { dimension, cut, id: ids[0], series: series[0] });
      const [right] = maybeBar(source, { dimension, cut, id: ids[1], series: series[1] });
      return left && right ? [[left, right]] : [];
    });
}

interface CutBar {
  readonly dimension: string;
  readonly cut: Cut;
  readonly id: string;
  readonly series: string;
}

function maybeBar({ texts }: Source, { dimension, cut, id, series }: CutBar): Bar[] {
  return figureBar(cut.figures.get(id), nameOf(texts, dimension, cut.name), series);
}
