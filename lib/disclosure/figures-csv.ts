import type { Annex, Figure } from './annex.ts';
import { DECIMAL_TEXT } from './decimal.ts';
import { dimensionsOf } from './figures.ts';
import { inputsOf } from './input-sets.ts';

/** What a spreadsheet may take for a formula, after blanks or quotes, in plain and in full width; and cells that a tab or a line end begins. */
const FORMULA = /^[\t\r\n]|^[\s"'‘’“”]*[=+\-@＝＋－＠]/u;

type Field = (figure: Figure, annex: Annex) => string | null;

/** The columns after the dimensions, in their order. */
const FIELDS: Readonly<Record<string, Field>> = {
  value: ({ value }) => value,
  unit: ({ unit }) => unit,
  u95_low: ({ u95_low }) => u95_low,
  u95_high: ({ u95_high }) => u95_high,
  coverage_ratio: ({ coverage_ratio }) => coverage_ratio,
  measured_ratio: ({ basis_mix }) => basis_mix?.measured ?? null,
  modelled_ratio: ({ basis_mix }) => basis_mix?.modelled ?? null,
  filled_ratio: ({ basis_mix }) => basis_mix?.filled ?? null,
  period_from: ({ period }) => period.from,
  period_to: ({ period }) => period.to,
  ghg_scope: ({ scope }) => scope,
  ghg_category: ({ category }) => category,
  method: ({ method }) => method,
  boundary: ({ boundary }) => boundary.join(';'),
  includes_pue: ({ includes_pue }) => String(includes_pue),
  numerator: ({ numerator }) => numerator,
  denominator: ({ denominator }) => denominator,
  numerator_unit: ({ numerator_unit }) => numerator_unit,
  denominator_unit: ({ denominator_unit }) => denominator_unit,
  formula_id: ({ formula_id }) => formula_id,
  factor_ids: ({ factor_ids }) => factor_ids.join(';'),
  input_files: (figure, annex) => String(inputsOf(figure, annex).length),
  organisation: (_, { meta }) => meta.organisation,
  status: (_, { meta }) => meta.status,
  version: (_, { meta }) => String(meta.version),
  synthetic: (_, { meta }) => String(meta.synthetic),
};

/**
 * The figures as CSV (RFC 4180, UTF-8, CRLF): one row a figure, unrounded, one column a dimension. `cut_by` names the
 * dimensions of the row, so that an empty cell there is a name that nobody said; an empty value is not known. Text that a
 * spreadsheet would run as a formula begins with an apostrophe; numbers stay numbers. The hashes of the input files are in
 * annex.json.
 */
export function renderFiguresCsv(annex: Annex): string {
  const dimensions = dimensionsOf(annex);
  const header = ['id', 'label', 'cut_by', ...dimensions.map(columnOf), ...Object.keys(FIELDS)];
  const rows = annex.figures.map((figure) => [
    figure.id,
    figure.label,
    Object.keys(figure.dimensions).join(';'),
    ...dimensions.map((dimension) => figure.dimensions[dimension] ?? null),
    ...Object.values(FIELDS).map((field) => field(figure, annex)),
  ]);
  return [header, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** One cell: inert, quoted where it must be; null is an empty cell. */
export function csvCell(value: string | null): string {
  if (value === null) return '';
  const text = value.toWellFormed();
  const inert = FORMULA.test(text) && !DECIMAL_TEXT.test(text) ? `'${text}` : text;
  return inert === '' || /[",\r\n]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** A dimension named like a column of ours keeps apart from it. */
function columnOf(dimension: string): string {
  return Object.hasOwn(FIELDS, dimension) ? `dimension_${dimension}` : dimension;
}
