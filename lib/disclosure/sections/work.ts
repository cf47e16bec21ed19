import type { Figure } from '../annex.ts';
import { barChart, barsOf, PALETTE, pairBars, pairSpecification } from '../charts.ts';
import { cutTable, figureCell, nameOf, nameOfDimension, type Source, shortNameOf } from '../figure-table.ts';
import { figureKey, totalOf } from '../figures.ts';
import { printEnds, printRatio, printTerm, printText } from '../format.ts';
import {
  type Block,
  cell,
  numberColumn,
  paragraph,
  plainTable,
  type Section,
  type Table,
  textColumn,
} from '../report.ts';

const RUN_DIMENSIONS = ['solution_id', 'run_id', 'workload_id'];
const RUN_FIGURES = ['kpi.energy_to_solution', 'kpi.carbon_per_run'];
const BESIDE_A_RUN = ['energy.facility', 'cost.effective'];
const COST = ['cost.effective', 'cost.billed'];
const COST_DIMENSIONS = ['provider', 'project', 'model_id', 'workload_type'];

/** Every ratio with its numerator and denominator, so that none hides its absolute. */
export function intensitiesSection({ annex, texts }: Source): Section {
  const kpis = annex.figures.filter((figure) => figure.id.startsWith('kpi.') && !isRun(figure));
  const rows = kpis.map((figure) => [
    cell(subjectOf(figure, { annex, texts })),
    figureCell(figure),
    cell(printEnds(figure) ?? '–', figureKey(figure)),
    cell(printTerm(figure.numerator, figure.numerator_unit), figureKey(figure)),
    cell(printTerm(figure.denominator, figure.denominator_unit), figureKey(figure)),
    cell(figure.coverage_ratio === null ? '–' : printRatio(figure.coverage_ratio), figureKey(figure)),
  ]);
  const { figure, value, interval, numerator, denominator, coverage } = texts.columns;
  const columns = [textColumn(figure), ...[value, interval, numerator, denominator, coverage].map(numberColumn)];
  return {
    id: 'intensities',
    title: texts.sections.intensities,
    blocks: rows.length > 0 ? [paragraph(texts.intensity), plainTable(texts.captions.intensities, columns, rows)] : [],
  };
}

/** What it took to reach each goal, failed runs included. */
export function runsSection(source: Source): Section {
  const { texts } = source;
  const blocks = RUN_DIMENSIONS.flatMap((dimension) => runBlocks(source, dimension));
  return {
    id: 'runs',
    title: texts.sections.runs,
    blocks: blocks.length > 0 ? [paragraph(texts.runs), ...blocks] : [paragraph(texts.noRuns)],
  };
}

/** Money beside the energy that it bought. */
export function costSection(source: Source): Section {
  const { annex, texts } = source;
  const isKnown = annex.figures.some(({ id }) => id === 'cost.effective' || id === 'cost.billed');
  return {
    id: 'cost',
    title: texts.sections.cost,
    blocks: isKnown
      ? [
          paragraph(texts.cost),
          ...costByModel(source),
          ...COST_DIMENSIONS.flatMap((dimension) => costTables(source, dimension)),
        ]
      : [paragraph(texts.noCost)],
  };
}

/** Amortised hardware emissions, never added to anything. */
export function embodiedSection({ annex, texts }: Source): Section {
  const embodied = totalOf(annex, 'emissions.embodied_amortised');
  const text = embodied && embodied.value !== null ? texts.embodied(printText(embodied)) : texts.embodiedUnknown;
  return { id: 'embodied', title: texts.sections.embodied, blocks: [paragraph(text)] };
}

function runBlocks(source: Source, dimension: string): Block[] {
  const { texts } = source;
  const caption = texts.captions.runs;
  const ids = [...RUN_FIGURES, ...BESIDE_A_RUN];
  const table = cutTable(source, { dimension, ids, caption, onlyWith: RUN_FIGURES });
  if (!table) return [];
  const series = texts.figures['kpi.energy_to_solution'] ?? '';
  const bars = barsOf(source, dimension, 'kpi.energy_to_solution', series);
  if (bars.length === 0) return [table];
  const chart = {
    name: `runs-by-${dimension.replace('_', '-')}`,
    title: texts.charts.runs,
    bars,
    colours: { [series]: PALETTE.energy },
  };
  return [barChart(source, chart, table)];
}

function costByModel(source: Source): Block[] {
  const { texts } = source;
  const caption = texts.captions.cutBy(texts.sections.cost, nameOfDimension(texts, 'model_id'));
  const table = cutTable(source, { dimension: 'model_id', ids: ['energy.facility', ...COST], caption });
  const titles = [texts.figures['energy.facility'] ?? '', texts.figures['cost.effective'] ?? ''] as const;
  const pairs = pairBars(source, 'model_id', ['energy.facility', 'cost.effective'], titles);
  if (!table || pairs.length === 0) return [];
  const specification = pairSpecification(pairs, titles, [PALETTE.energy, PALETTE.cost]);
  const alt = texts.chartAlt(
    texts.charts.costByModel,
    pairs.map(([energy, cost]) => `${energy.name}: ${energy.label}, ${cost.label}`),
  );
  return [{ kind: 'chart', name: 'cost-by-model', title: texts.charts.costByModel, alt, specification, table }];
}

function costTables(source: Source, dimension: string): Table[] {
  const { texts } = source;
  if (dimension === 'model_id') return [];
  const caption = texts.captions.cutBy(texts.sections.cost, nameOfDimension(texts, dimension));
  const table = cutTable(source, { dimension, ids: COST, caption });
  return table ? [table] : [];
}

/** Runs have a chapter of their own; their mean is an intensity like others. */
function isRun({ id, dimensions }: Figure): boolean {
  return RUN_FIGURES.includes(id) && Object.keys(dimensions).length > 0;
}

function subjectOf(figure: Figure, { texts }: Source): string {
  const name = shortNameOf(texts, figure.id, figure);
  const cut = Object.entries(figure.dimensions).map(([dimension, value]) => nameOf(texts, dimension, value));
  return cut.length === 0 ? name : `${name}: ${cut.join(', ')}`;
}
