import type { Annex, Figure } from './annex.ts';
import { type Cut, cutsBy, figureKey, isAcceleratorOnly, totalOf } from './figures.ts';
import { type Amount, printColumn, printCount, printRatio, printText } from './format.ts';
import { type Cell, cell, numberColumn, type Table, type TableColumn, textColumn } from './report.ts';
import type { Texts } from './texts/en.ts';

/** What every section is built from. */
export interface Source {
  readonly annex: Annex;
  readonly texts: Texts;
}

/** Which figures a table shows by which dimension. */
export interface CutTable {
  readonly dimension: string;
  /** Figure ids, one a column; an id without any figure has no column. */
  readonly ids: readonly string[];
  readonly caption: string;
  /** Only rows that have a figure of one of these ids, and then no total: the whole is of more than these rows. */
  readonly onlyWith?: readonly string[];
}

const ROWS_MAX = 25;
const NO_FIGURE = '–';

/** Figures cut by one dimension, the largest first, the whole under them; undefined where nothing is cut by it. */
export function cutTable(source: Source, { dimension, ids, caption, onlyWith }: CutTable): Table | undefined {
  const { annex, texts } = source;
  const cuts = cutsBy(annex, dimension, ids).filter(
    ({ figures }) => !onlyWith || onlyWith.some((id) => figures.has(id)),
  );
  const present = ids.filter((id) => cuts.some(({ figures }) => figures.has(id)));
  if (present.length === 0) return undefined;
  const shown = cuts.slice(0, ROWS_MAX);
  const figures = present.map((id) => [...shown.map((cut) => cut.figures.get(id)), totalOf(annex, id)]);
  const columns = present.map((id, index) =>
    figureColumn(source, { id, figures: figures[index] ?? [], beside: figures.flat() }),
  );
  const coverage = coverageColumn(source, [
    ...shown.map((cut) => firstFigure(cut, present)),
    firstTotal(annex, present),
  ]);
  const names = {
    column: textColumn(nameOfDimension(texts, dimension)),
    cells: [...shown.map((cut) => cell(nameOfCut(source, dimension, cut))), cell(texts.total)],
  };
  const isCovered = coverage.cells.some(({ text }) => text !== NO_FIGURE);
  const all = [names, ...columns, ...(isCovered ? [coverage] : [])];
  const rows = names.cells.map((_, row) => all.map(({ cells }) => cells[row] ?? cell(NO_FIGURE)));
  const hasTotal = !onlyWith && present.some((id) => totalOf(annex, id));
  return {
    kind: 'table',
    caption,
    columns: all.map(({ column }) => column),
    rows: rows.slice(0, -1),
    total: hasTotal ? (rows.at(-1) ?? []) : [],
    note:
      cuts.length > ROWS_MAX
        ? texts.andMore(printCount(cuts.length - ROWS_MAX), nameOfDimension(texts, dimension))
        : '',
  };
}

/** The value's name; where accelerators alone were counted for it and not for the whole, it says so. */
function nameOfCut({ annex, texts }: Source, dimension: string, { name, figures }: Cut): string {
  const own = nameOf(texts, dimension, name);
  const isNarrower = [...figures.values()].some((figure) => {
    const whole = totalOf(annex, figure.id);
    return isAcceleratorOnly(figure) && !(whole && isAcceleratorOnly(whole));
  });
  return isNarrower ? texts.acceleratorsOnly(own) : own;
}

/** The figure's value with its key, in its own unit. */
export function figureCell(figure: Figure | undefined): Cell {
  return figure ? cell(printText(figure), figureKey(figure)) : cell(NO_FIGURE);
}

/** A dimension's value as the reader knows it; null has the name of the unnamed. */
export function nameOf(texts: Texts, dimension: string, name: string | null): string {
  return name === null ? texts.notNamed : (catalogueName(texts, dimension, name) ?? shortened(name));
}

/** The longest value that a tag may have at any provider. */
const LONGEST_NAME = 256;

/** What is longer is no name that anyone reads; the annex has it in full. */
function shortened(name: string): string {
  const characters = Array.from(name);
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME).join('')}…` : name;
}

/** Project and value, `Project chat`; a value with a name of its own needs no more: `Scope 2`. */
export function cutName(texts: Texts, dimension: string, name: string | null): string {
  const own = name === null ? undefined : catalogueName(texts, dimension, name);
  return own ?? `${nameOfDimension(texts, dimension)} ${nameOf(texts, dimension, name)}`;
}

/** A figure's name that stands alone: `Emissions, location-based`. */
export function nameOfFigure(texts: Texts, id: string, figure?: Figure): string {
  const name = shortNameOf(texts, id, figure);
  return id.startsWith('emissions.')
    ? `${texts.sections.emissions}, ${name.charAt(0).toLowerCase()}${name.slice(1)}`
    : name;
}

/** A figure's name below a heading that says the rest; of accelerators alone where the figure is. */
export function shortNameOf(texts: Texts, id: string, figure?: Figure): string {
  const name = texts.figures[id];
  if (!name) return figure?.label ?? id;
  return figure && isAcceleratorOnly(figure) ? texts.acceleratorsOnly(name) : name;
}

/** The dimension in the words of the report; its id where they have none. */
export function nameOfDimension(texts: Texts, dimension: string): string {
  return texts.dimensions[dimension] ?? dimension;
}

interface FilledColumn {
  readonly column: TableColumn;
  readonly cells: readonly Cell[];
}

interface FigureColumn {
  readonly id: string;
  readonly figures: readonly (Figure | undefined)[];
  /** Figures of the whole table: columns of one unit are printed in one step of it. */
  readonly beside: readonly (Figure | undefined)[];
}

function figureColumn({ texts }: Source, { id, figures, beside }: FigureColumn): FilledColumn {
  const unit = figures.find((figure) => figure !== undefined)?.unit ?? '';
  const alike = figures.map((figure): Amount => (figure?.unit === unit ? figure : { value: null, unit }));
  const printed = printColumn(
    alike,
    beside.filter((figure) => figure !== undefined).filter((figure) => figure.unit === unit),
  );
  const cells = figures.map((figure, row) => {
    if (figure?.unit !== unit) return figureCell(figure);
    return cell(printed.numbers[row] ?? '', figureKey(figure));
  });
  const heading = shortNameOf(texts, id, figures.at(-1));
  return { column: numberColumn(printed.unit ? `${heading}, ${printed.unit}` : heading), cells };
}

function coverageColumn({ texts }: Source, figures: readonly (Figure | undefined)[]): FilledColumn {
  const cells = figures.map((figure) => {
    if (!figure?.coverage_ratio) return cell(NO_FIGURE);
    return cell(printRatio(figure.coverage_ratio), figureKey(figure));
  });
  return { column: numberColumn(texts.columns.coverage), cells };
}

function firstFigure({ figures }: Cut, ids: readonly string[]): Figure | undefined {
  return ids.map((id) => figures.get(id)).find((figure) => figure !== undefined);
}

function firstTotal(annex: Annex, ids: readonly string[]): Figure | undefined {
  return ids.map((id) => totalOf(annex, id)).find((figure) => figure !== undefined);
}

function catalogueName(texts: Texts, dimension: string, name: string): string | undefined {
  const names = texts.values[dimension];
  return names && Object.hasOwn(names, name) ? names[name] : undefined;
}
