import type { Source } from '../figure-table.ts';
import { totalOf } from '../figures.ts';
import { cell, paragraph, plainTable, type Section, textColumn } from '../report.ts';

/** What the figures include, which scope it falls under, and what is left out with its reason. */
export function boundarySection(source: Source): Section {
  const { annex, texts } = source;
  const { exclusions, meta } = annex;
  const approach = texts.consolidations[meta.consolidation] ?? meta.consolidation;
  const columns = [textColumn(texts.columns.excluded), textColumn(texts.columns.reason)];
  const rows = exclusions.map(({ what, reason }) => [cell(what), cell(reason)]);
  return {
    id: 'boundary',
    title: texts.sections.boundary,
    blocks: [
      paragraph(`${texts.boundary(includedOf(source))} ${texts.consolidation(approach)}`),
      rows.length > 0 ? plainTable(texts.captions.exclusions, columns, rows) : paragraph(texts.noExclusions),
    ],
  };
}

/** Energy of a site without a PUE is known and has no overhead in it. */
function includedOf({ annex, texts }: Source): string {
  const facility = totalOf(annex, 'energy.facility')?.boundary ?? [];
  if (facility.length > 0) return texts.included(componentList(facility));
  const it = totalOf(annex, 'energy.it')?.boundary ?? [];
  return it.length > 0 ? texts.includedWithoutOverhead(componentList(it)) : texts.noEnergyKnown;
}

function componentList(components: readonly string[]): string {
  const last = components.filter((component) => component === 'other').map(() => 'other parts');
  const names = components
    .filter((component) => component !== 'other')
    .map((component) => (['gpu', 'cpu'].includes(component) ? component.toUpperCase() : component));
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format([...names, ...last]);
}
