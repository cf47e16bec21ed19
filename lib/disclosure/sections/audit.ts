import type { Figure } from '../annex.ts';
import { printDay, printMoment, printPeriod } from '../dates.ts';
import { cutName, figureCell, nameOf, nameOfFigure, type Source } from '../figure-table.ts';
import { figureKey } from '../figures.ts';
import { printCount, printExact, printRange, printRatio, printTerm, printText } from '../format.ts';
import {
  type Block,
  type Cell,
  cell,
  codeColumn,
  numberColumn,
  paragraph,
  plainTable,
  type Section,
  type Table,
  type TableColumn,
  textColumn,
} from '../report.ts';
import type { Texts } from '../texts/en.ts';

const NONE = '–';
/** More rows are for machines: they are in the annex. */
const ROWS_MAX = 100;

/** How sure each main figure is, and every known gap with its size. */
export function qualitySection({ annex, texts }: Source): Section {
  const { figure, value, interval, coverage, measured, modelled, filled } = texts.columns;
  const totals = annex.figures.filter(
    ({ id, dimensions }) => Object.keys(dimensions).length === 0 && !id.startsWith('kpi.'),
  );
  const columns = [textColumn(figure), ...[value, interval, coverage, measured, modelled, filled].map(numberColumn)];
  const table = plainTable(
    texts.captions.quality,
    columns,
    totals.map((total) => qualityRow(total, texts)),
  );
  return {
    id: 'quality',
    title: texts.sections.quality,
    blocks: [paragraph(texts.quality), table, ...gapBlocks({ annex, texts }), paragraph(texts.digits, 'note')],
  };
}

/** Rules, settings and factors behind the figures. */
export function methodSection({ annex, texts }: Source): Section {
  const { assumption, value, method } = texts.columns;
  const assumptions = annex.meta.assumptions.map((own) => [cell(own.name), cell(own.value), cell(own.method)]);
  const formulas = [...new Set(annex.figures.map(({ formula_id: own }) => own))].sort();
  return {
    id: 'method',
    title: texts.sections.method,
    blocks: [
      paragraph(texts.hourFactor),
      ...tablesOf(
        { texts },
        {
          caption: texts.captions.assumptions,
          columns: [textColumn(assumption), textColumn(value), textColumn(method)],
          rows: assumptions,
        },
      ),
      ...factorBlocks({ annex, texts }),
      paragraph(texts.formulas(formulas.join(', ')), 'note'),
    ],
  };
}

/** Certificates, contracts and the factors of the rest, which market-based emissions rest on. */
export function instrumentsSection({ annex, texts }: Source): Section {
  const { instrument, kind, zone, vintage, retired, mwh, usedMwh, intensity } = texts.columns;
  const rows = annex.instruments.map((own) => [
    cell(own.id),
    cell(own.kind),
    cell(own.grid_zone),
    cell(own.vintage),
    cell(own.retired_at ? printDay(own.retired_at) : texts.no),
    cell(printExact(own.mwh)),
    cell(printExact(own.used_mwh)),
    cell(printExact(own.gco2e_per_kwh)),
  ]);
  const columns = [
    ...[instrument, kind, zone, vintage, retired].map(textColumn),
    ...[mwh, usedMwh, intensity].map(numberColumn),
  ];
  return section('instruments', texts.sections.instruments, [
    ...orSay(tablesOf({ texts }, { caption: texts.captions.instruments, columns, rows }), texts.noInstruments),
    ...marketFactorTable({ annex, texts }),
  ]);
}

function marketFactorTable({ annex, texts }: Source): Table[] {
  const { factor, zone, kind, grain, value, share } = texts.columns;
  const rows = annex.factors.flatMap((own) =>
    own.market_energy_share === undefined
      ? []
      : [
          [
            ...[own.id, own.zone ?? NONE, own.kind, own.grain, printText(own)].map((text) => cell(text)),
            cell(printRatio(own.market_energy_share)),
          ],
        ],
  );
  const columns = [...[factor, zone, kind, grain].map(textColumn), ...[value, share].map(numberColumn)];
  return tablesOf({ texts }, { caption: texts.captions.marketFactors, columns, rows });
}

/** Our figures beside the providers' own. */
export function reconciliationSection({ annex, texts }: Source): Section {
  const { provider, measure, ours, theirs, difference, remark } = texts.columns;
  const rows = annex.reconciliation.map((line) => [
    cell(line.provider),
    cell(nameOfFigure(texts, line.measure)),
    ...[line.ours, line.theirs, line.difference].map((value) => cell(printText({ value, unit: line.unit }))),
    cell(line.remark),
  ]);
  const columns = [
    textColumn(provider),
    textColumn(measure),
    ...[ours, theirs, difference].map(numberColumn),
    textColumn(remark),
  ];
  return section(
    'reconciliation',
    texts.sections.reconciliation,
    orSay(tablesOf({ texts }, { caption: texts.captions.reconciliation, columns, rows }), texts.noReconciliation),
  );
}

/** What earlier versions said, what is said now, and why. */
export function restatementsSection({ annex, texts }: Source): Section {
  const { period, figure, old, new: now, difference, reason } = texts.columns;
  const rows = annex.restatements.map((line) => [
    cell(line.period),
    cell(nameWithCut({ annex, texts }, line.figure_id, line.dimensions)),
    ...[line.old, line.new, line.difference].map((value) =>
      cell(printText({ value, unit: line.unit }), figureKey({ id: line.figure_id, dimensions: line.dimensions })),
    ),
    cell(line.reason),
  ]);
  const columns = [
    textColumn(period),
    textColumn(figure),
    ...[old, now, difference].map(numberColumn),
    textColumn(reason),
  ];
  const blocks = orSay(
    tablesOf({ texts }, { caption: texts.captions.restatements, columns, rows }),
    texts.noRestatements,
  );
  return section(
    'restatements',
    texts.sections.restatements,
    rows.length > 0 ? [paragraph(texts.restatements), ...blocks] : blocks,
  );
}

/** Where each chosen framework's items are answered, or why they are not. */
export function frameworksSection({ annex, texts }: Source): Section {
  const { item, title, where } = texts.columns;
  const editions = new Map<string, Cell[][]>();
  for (const own of annex.framework_index) {
    const edition = `${own.framework} ${own.edition}`.trim();
    const names = own.figure_ids.map((key) => nameOfKey({ annex, texts }, key)).join('; ');
    const answer = own.omission_reason === null ? names : texts.omitted(own.omission_reason);
    editions.set(edition, [...(editions.get(edition) ?? []), [cell(own.item), cell(own.title), cell(answer)]]);
  }
  const tables = [...editions].map(([edition, rows]) =>
    plainTable(edition, [item, title, where].map(textColumn), rows),
  );
  return section(
    'frameworks',
    texts.sections.frameworks,
    tables.length > 0 ? [paragraph(texts.frameworks), ...tables] : [paragraph(texts.noFrameworks)],
  );
}

/** Who answers for the report, and how anyone can check it. */
export function responsibilitySection({ annex, texts }: Source): Section {
  const { meta } = annex;
  const facts = texts.evidenceFacts;
  const entries = [
    { term: facts.verify, text: texts.verifyCommand, code: true },
    { term: facts.asOf, text: printMoment(meta.as_of), code: false },
    { term: facts.published, text: printMoment(meta.published_at), code: false },
    { term: facts.code, text: meta.code_version, code: true },
    { term: facts.schema, text: meta.schema_version, code: false },
    { term: facts.book, text: meta.book_manifest_sha256, code: true },
  ];
  return section('responsibility', texts.sections.responsibility, [
    paragraph(texts.responsibility),
    ...(meta.responsible ? [paragraph(texts.responsible(meta.responsible))] : []),
    { kind: 'signature', lines: texts.signatures },
    paragraph(`${texts.verify} ${texts.verifyFiles}`),
    { kind: 'entries', entries },
  ]);
}

/** Every landed file with its hash: the first thing that an auditor draws a sample from. */
export function evidenceSection({ annex, texts }: Source): Section {
  const { file, fetched, rows: rowsHeading, rejected, bytes, sha256 } = texts.columns;
  const rows = annex.evidence.map((own) => [
    cell(`${own.source_id}: ${own.origin}`),
    cell(printMoment(own.fetched_at)),
    ...[own.bytes, own.rows, own.rows_rejected].map((count) => cell(printCount(count))),
    cell(own.sha256),
  ]);
  const columns = [
    textColumn(file),
    textColumn(fetched),
    ...[bytes, rowsHeading, rejected].map(numberColumn),
    codeColumn(sha256),
  ];
  return section('evidence', texts.sections.evidence, [
    paragraph(texts.evidence),
    ...tablesOf({ texts }, { caption: texts.captions.evidence, columns, rows }),
  ]);
}

function qualityRow(total: Figure, texts: Texts): Cell[] {
  const key = figureKey(total);
  const share = (ratio: string | undefined) => cell(ratio === undefined ? NONE : printRatio(ratio), key);
  return [
    cell(nameOfFigure(texts, total.id, total)),
    figureCell(total),
    cell(printRange(total) ?? NONE, key),
    share(total.coverage_ratio ?? undefined),
    share(total.basis_mix?.measured),
    share(total.basis_mix?.modelled),
    share(total.basis_mix?.filled),
  ];
}

/** How an agent names what it could not read, such as `counter-not-readable`; all other reasons are sentences. */
const AGENT_WORD = /^[a-z0-9]+(-[a-z0-9]+)+$/;

/** A cell of what is known; a dash stands for what is not. */
function known<Value>(value: Value | null, print: (value: Value) => string): Cell {
  return cell(value === null ? NONE : print(value));
}

function gapBlocks({ annex, texts }: Source): Block[] {
  const { gap, provider, reason, resources, hours, quantity, gapCost } = texts.columns;
  const rows = annex.gaps.map((own) => [
    cell(own.what),
    cell(AGENT_WORD.test(own.reason) ? texts.agentSays(own.reason) : own.reason),
    cell(nameOf(texts, 'provider', own.provider)),
    known(own.resources, printCount),
    known(own.hours, (value) => printTerm(value, null)),
    known(own.quantity, (value) => printText({ value, unit: own.unit ?? '' })),
    known(own.effective_cost, (value) => printText({ value, unit: annex.meta.currency })),
  ]);
  const columns = [
    ...[gap, reason, provider].map(textColumn),
    ...[resources, hours, quantity, gapCost].map(numberColumn),
  ];
  return orSay(tablesOf({ texts }, { caption: texts.captions.gaps, columns, rows }), texts.noGaps);
}

function factorBlocks({ annex, texts }: Source): Block[] {
  const { factor, source, zone, kind, grain, valid, value, share } = texts.columns;
  const rows = annex.factors.map((own) => [
    cell(own.id),
    cell(`${own.source} (${own.licence})`),
    cell(own.zone ?? NONE),
    cell(own.is_estimated === true ? `${own.kind}, estimated` : own.kind),
    cell(own.grain),
    cell(printPeriod({ from: own.valid_from, to: own.valid_to })),
    cell(printText(own)),
    known(own.energy_share, printRatio),
  ]);
  const columns = [
    ...[factor, source, zone, kind, grain, valid].map(textColumn),
    numberColumn(value),
    numberColumn(share),
  ];
  return orSay(tablesOf({ texts }, { caption: texts.captions.factors, columns, rows }), texts.noFactors);
}

function nameWithCut({ texts }: Source, id: string, dimensions: Figure['dimensions'], figure?: Figure): string {
  const cut = Object.entries(dimensions).map(([name, value]) => cutName(texts, name, value));
  return [nameOfFigure(texts, id, figure), ...cut].join(', ');
}

/** The index names a figure by its key; the reader gets its name and cut. */
function nameOfKey({ annex, texts }: Source, key: string): string {
  const figure = annex.figures.find((own) => figureKey(own) === key);
  return figure ? nameWithCut({ annex, texts }, figure.id, figure.dimensions, figure) : nameOfFigure(texts, key);
}

function section(id: string, title: string, blocks: readonly Block[]): Section {
  return { id, title, blocks };
}

interface Rows {
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A table of the first rows, with a word on how many more there are; none without rows. */
function tablesOf({ texts }: Pick<Source, 'texts'>, { caption, columns, rows }: Rows): Table[] {
  if (rows.length === 0) return [];
  const table = plainTable(caption, columns, rows.slice(0, ROWS_MAX));
  return [rows.length > ROWS_MAX ? { ...table, note: texts.moreInAnnex(printCount(rows.length - ROWS_MAX)) } : table];
}

function orSay(tables: readonly Table[], otherwise: string): Block[] {
  return tables.length > 0 ? [...tables] : [paragraph(otherwise)];
}
