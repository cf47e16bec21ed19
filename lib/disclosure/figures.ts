import type { Annex, Figure } from './annex.ts';
import { compare, parseDecimal } from './decimal.ts';

/** What a figure may be cut by, in the order of tables and columns; a dimension that is not here follows by name. */
export const DIMENSIONS = [
  'scope',
  'provider',
  'region',
  'project',
  'model_id',
  'workload_type',
  'workload_id',
  'solution_id',
  'run_id',
] as const;

/** The figure of the whole organisation: no dimensions. Undefined where the annex has none. */
export function totalOf(annex: Annex, id: string): Figure | undefined {
  return annex.figures.find((figure) => figure.id === id && Object.keys(figure.dimensions).length === 0);
}

/** The figures of one id that are cut by exactly this dimension. */
export function partsOf(annex: Annex, id: string, dimension: string): Figure[] {
  return annex.figures.filter(({ id: own, dimensions }) => {
    const names = Object.keys(dimensions);
    return own === id && names.length === 1 && names[0] === dimension;
  });
}

/** Whether accelerators alone were counted: their hosts drew energy too, and wherever the figure is named it says so. */
export function isAcceleratorOnly({ boundary }: Pick<Figure, 'boundary'>): boolean {
  return boundary.length > 0 && boundary.every((component) => component === 'gpu');
}

/** One row of a table: what the figures of several ids say about one value of a dimension. */
export interface Cut {
  /** Null: nobody said whose it was. */
  readonly name: string | null;
  readonly figures: ReadonlyMap<string, Figure>;
}

/** Every value of the dimension with its figures, the largest by the first id first, the unnamed last. */
export function cutsBy(annex: Annex, dimension: string, ids: readonly string[]): Cut[] {
  const cuts = new Map<string | null, Map<string, Figure>>();
  for (const figure of ids.flatMap((id) => partsOf(annex, id, dimension))) {
    const name = figure.dimensions[dimension] ?? null;
    const figures = cuts.get(name) ?? new Map<string, Figure>();
    cuts.set(name, figures.set(figure.id, figure));
  }
  return [...cuts].map(([name, figures]) => ({ name, figures })).sort((left, right) => inOrder(left, right, ids));
}

/** `energy.facility{provider=AWS}`: how a page, a finding and the framework index name one figure. */
export function figureKey({ id, dimensions }: Pick<Figure, 'id' | 'dimensions'>): string {
  const cut = Object.entries(dimensions).map(([name, value]) => `${name}=${value ?? ''}`);
  return cut.length === 0 ? id : `${id}{${cut.sort().join(',')}}`;
}

/** Names of the dimensions that occur, in the order of `DIMENSIONS`. */
export function dimensionsOf(annex: Annex): string[] {
  const present = new Set(annex.figures.flatMap(({ dimensions }) => Object.keys(dimensions)));
  const known = DIMENSIONS.filter((name) => present.delete(name));
  return [...known, ...[...present].sort()];
}

function inOrder(left: Cut, right: Cut, ids: readonly string[]): number {
  if (left.name === null) return 1;
  if (right.name === null) return -1;
  const orders = ids.map((id) => descending(left.figures.get(id)?.value ?? null, right.figures.get(id)?.value ?? null));
  return orders.find((order) => order !== 0) ?? (left.name < right.name ? -1 : 1);
}

function descending(left: string | null, right: string | null): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  return compare(parseDecimal(right), parseDecimal(left));
}
