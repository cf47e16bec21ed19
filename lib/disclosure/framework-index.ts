import type { Figure, FrameworkItem } from './annex.ts';
import { figureKey } from './figures.ts';
import { FRAMEWORKS } from './frameworks.ts';

/** Where each item of the chosen frameworks is answered, or why it is not. Unknown frameworks were refused with the settings. */
export function frameworkIndex(chosen: readonly string[], figures: readonly Figure[]): FrameworkItem[] {
  const reported = new Set(figures.filter(({ value }) => value !== null).map(figureKey));
  return FRAMEWORKS.filter(({ id }) => chosen.includes(id)).flatMap(({ framework, edition, questions }) =>
    questions.map(({ item, title, figures: wanted, omission }) => {
      const figure_ids = wanted.filter((figure) => reported.has(figure));
      return { framework, edition, item, title, figure_ids, omission_reason: figure_ids.length > 0 ? null : omission };
    }),
  );
}
