import type { Figure } from '../disclosure/annex.ts';
import { figureKey } from '../disclosure/figures.ts';
import { maybeJson } from './kept-manifest.ts';

/** A figure whose published and recomputed forms differ. */
export interface FigureDifference {
  /** `energy.it{project=chat}` */
  readonly figure: string;
  /** The field that differs: `value` where that does, else the first that does.*/
  readonly field: string;
  readonly published: unknown;
  readonly recomputed: unknown;
}

/** The figures of an annex's bytes; undefined where the bytes are no annex any more. */
export function publishedFigures(bytes: Uint8Array | undefined): Figure[] | undefined {
  const annex = bytes && (maybeJson(bytes) as { figures?: unknown } | null | undefined);
  const figures = annex?.figures;
  return Array.isArray(figures) && figures.every(isFigure) ? figures : undefined;
}

/** Every figure that differs between two annexes. */
export function figureDifferences(published: readonly Figure[], recomputed: readonly Figure[]): FigureDifference[] {
  const before = byKey(published);
  const after = byKey(recomputed);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((figure) => {
    const one = before.get(figure) ?? {};
    const other = after.get(figure) ?? {};
    const field = ['value', ...Object.keys({ ...one, ...other })].find(
      (name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]),
    );
    return field ? [{ figure, field, published: one[field] ?? null, recomputed: other[field] ?? null }] : [];
  });
}

function byKey(figures: readonly Figure[]): Map<string, Readonly<Record<string, unknown>>> {
  return new Map(figures.map((figure) => [figureKey(figure), { ...figure }]));
}

function isFigure(one: unknown): one is Figure {
  if (typeof one !== 'object' || one === null) return false;
  const { id, dimensions } = one as Partial<Figure>;
  return typeof id === 'string' && typeof dimensions === 'object' && dimensions !== null;
}
