import { figureKey } from '../../lib/disclosure/figures.ts';
import type { FigureTrace, TracedSum } from '../../lib/pipeline/trace.ts';
import { tableLines } from './columns.ts';

/** What `joulebook trace` prints: every number as it is kept, none rounded. */
export function traceWords(
  traced: FigureTrace,
  { month, version }: { readonly month: string; readonly version: number },
): string[] {
  return [
    ...figureLines(traced, `${month}, version ${version}`),
    ...formulaLines(traced),
    ...traced.numerator.flatMap(sumLines),
    ...(traced.denominator ? sumLines(traced.denominator) : []),
    ...ratioLines(traced),
    ...traced.faults.map((fault) => `DOES NOT ADD UP: ${fault}`),
    ...factorLines(traced),
    ...instrumentLines(traced),
    ...fileLines(traced),
    ...traced.methods.map((path) => `Method  ${path}`),
  ];
}

function figureLines({ figure }: FigureTrace, when: string): string[] {
  const range = figure.u95_low === null ? 'no interval' : `95 % from ${figure.u95_low} to ${figure.u95_high}`;
  const coverage = figure.coverage_ratio === null ? 'coverage does not apply' : `coverage ${figure.coverage_ratio}`;
  return [
    `${figureKey(figure)}  ${figure.label}, ${when}`,
    `  ${figure.value ?? 'not known'} ${figure.unit}; ${range}; ${coverage}`,
    '',
  ];
}

function formulaLines({ formula, standard }: FigureTrace): string[] {
  return [
    `Formula  ${formula.id}  ${formula.path}`,
    ...formula.words.map((line) => `  ${line}`),
    `  Standard ${standard}`,
    '',
  ];
}

const HEADS: Readonly<Record<string, string>> = {
  grid_zone: 'zone',
  it_energy_joules: 'IT kWh',
  pue: '× PUE',
  facility_energy_joules: 'facility kWh',
  carbon_intensity_gco2e_per_kwh: '× mean gCO2e/kWh',
  emissions_location_gco2e: 'location-based kgCO2e',
  before_instruments_gco2e: 'before instruments kgCO2e',
  provider_name: 'provider',
  account_id: 'account',
  region_id: 'region',
  service_name: 'service',
  resource_type: 'type',
  source_id: 'source',
  model_version: 'carbon model',
  solution_id: 'goal',
};
const NUMBERS = new Set(['pue', 'carbon_intensity_gco2e_per_kwh']);

function sumLines({ title, unit, columns, rows, totals }: TracedSum): string[] {
  const lines = tableLines(
    columns.map((name, index) => ({
      head: name === 'quantity' ? unit : (HEADS[name] ?? name),
      cells: [...rows.map((row) => row[name] ?? ''), totals[name] ?? (index === 0 ? 'total' : '')],
      isNumber: name in totals || NUMBERS.has(name),
    })),
  );
  const rule = '─'.repeat(Math.max(0, ...lines.map((line) => line.length)));
  return [title, ...[...lines.slice(0, -1), rule, ...lines.slice(-1)].map((line) => `  ${line}`), ''];
}

function ratioLines({ figure, times, numerator, denominator }: FigureTrace): string[] {
  if (figure.numerator === null || figure.denominator === null) return [];
  const over =
    numerator.length > 1
      ? [`${numerator.map(({ totals }) => totals['quantity']).join(' + ')} = ${figure.numerator} ${numerator[0]?.unit}`]
      : [];
  const factor = times === 1 ? '' : `${times} × `;
  return [
    ...over,
    `${factor}${figure.numerator} ${numerator[0]?.unit} ÷ ${figure.denominator} ${denominator?.unit} = ${figure.value} ${figure.unit}`,
    '',
  ];
}

function factorLines({ factors }: FigureTrace): string[] {
  if (factors.length === 0) return [];
  const lines = tableLines([
    { head: 'factor', cells: factors.map(({ id }) => id), isNumber: false },
    { head: 'source', cells: factors.map(({ source }) => source), isNumber: false },
    { head: 'kind', cells: factors.map(({ kind }) => kind), isNumber: false },
    { head: 'grain', cells: factors.map(({ grain }) => grain), isNumber: false },
    { head: 'mean gCO2e/kWh', cells: factors.map(({ value }) => value), isNumber: true },
  ]);
  return ['Grid factors of the figure; means over all energy of the month', ...lines.map((line) => `  ${line}`), ''];
}

function instrumentLines({ instruments }: FigureTrace): string[] {
  const lines = instruments.map(
    ({ id, kind, grid_zone, used_mwh, mwh, gco2e_per_kwh }) =>
      `  ${id}  ${kind}  zone ${grid_zone}  ${used_mwh} of ${mwh} MWh used at ${gco2e_per_kwh} gCO2e/kWh`,
  );
  return lines.length > 0 ? ['Instruments', ...lines, ''] : [];
}

function fileLines({ files }: FigureTrace): string[] {
  const lines = tableLines([
    { head: 'source', cells: files.map(({ source_id }) => source_id), isNumber: false },
    { head: 'rows', cells: files.map(({ rows }) => String(rows)), isNumber: true },
    { head: 'origin', cells: files.map(({ origin }) => origin), isNumber: false },
    { head: 'sha256', cells: files.map(({ sha256 }) => sha256), isNumber: false },
    { head: 'receipt', cells: files.map(({ receipt }) => receipt), isNumber: false },
  ]);
  const lists = files.flatMap(({ batches, receipt }) =>
    batches === undefined ? [] : [`${batches} batches: ${receipt.replace(/\.receipt\.json$/, '.batches.json')}`],
  );
  return [`Landed files behind it: ${files.length}`, ...[...lines, ...lists].map((line) => `  ${line}`), ''];
}
