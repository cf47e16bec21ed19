import type { Annex } from './annex.ts';
import { buildReport } from './build-report.ts';
import type { Block, Cell, Report, Section, Table } from './report.ts';
import { en, type Texts } from './texts/en.ts';

/** A longer word may break anywhere: a name without a space must not run out of its column. */
const LONG_WORD = /\S{19,}/gu;
/** Typst sees no place to break in `REGO-2026-118842`; readers do. */
const CODE_WORD = /(?=\S*[\d])\S{9,}/gu;
const BREAK = '\u200b';
const NO_BREAK = '\u00a0';
const BREAK_EVERY = 6;
const PAGE_STARTS = ['summary', 'energy', 'emissions', 'quality', 'responsibility'];
const FIRST_COLUMN_MIN = 20;
const COLUMN_MAX = 28;
/** Room between columns, in characters. */
const GUTTER = 2.5;
/** Figures of equal width are wider than letters are on average. */
/** Headings are bold and keep their size where cells shrink. */
const HEADING_WIDTH = 1.5;
const NUMBER_WIDTH = 1.2;
/** Characters of the usual size that a line of a table holds; a fuller table is set smaller. */
const LINE = 98;
const SIZES = { usual: 8, least: 6.6 };
/** Longer tables may run over the end of a page. */
const ROWS_TOGETHER = 12;

/** Everything that `document.typ` reads, apart from the charts: names stand in JSON only, never in Typst code. */
export function typstView(annex: Annex, chartWidths: Readonly<Record<string, number>>, texts: Texts = en): unknown {
  const report = buildReport(annex, texts);
  return {
    language: 'en',
    published: dateParts(annex.meta.published_at),
    words: {
      ...texts.pdf,
      'missing-glyph': texts.missingGlyph,
    },
    cover: report.cover,
    sections: report.sections.map((section) => paged(section, chartWidths)),
  };
}

/** The charts of a report by name, each once. */
export function chartsOf(report: Report): { readonly name: string; readonly specification: unknown }[] {
  return report.sections.flatMap(({ blocks }) => blocks.flatMap((block) => (block.kind === 'chart' ? [block] : [])));
}

function paged(section: Section, chartWidths: Readonly<Record<string, number>>): unknown {
  const blocks = section.blocks.map((block) => pagedBlock(block, chartWidths));
  return { ...section, 'starts-page': PAGE_STARTS.includes(section.id), blocks };
}

function pagedBlock(block: Block, chartWidths: Readonly<Record<string, number>>): unknown {
  if (block.kind === 'table') return pagedTable(block);
  if (block.kind !== 'chart') return block;
  const { specification: _, ...chart } = block;
  return { ...chart, width: chartWidths[block.name] ?? 0, table: pagedTable(block.table) };
}

/** The table with places to break long words at, and with each column's share of the width and the size of its text in points. */
function pagedTable(table: Table): unknown {
  const breakable = (cell: Cell, column: number): Cell => {
    const look = table.columns[column]?.look;
    if (look === 'number') return { ...cell, text: cell.text.replaceAll(' ', NO_BREAK) };
    return look === 'text' ? { ...cell, text: withBreaks(cell.text) } : cell;
  };
  const columns = table.columns.map((column, index) => ({ ...column, weight: weightOf(table, index) }));
  const characters = columns.reduce((sum, { look, weight }) => (look === 'code' ? sum : sum + weight), 0);
  const size = Math.max(SIZES.least, Math.min(SIZES.usual, (SIZES.usual * LINE) / characters));
  return {
    ...table,
    columns,
    size,
    breakable: table.rows.length > ROWS_TOGETHER,
    rows: table.rows.map((row) => row.map(breakable)),
    total: table.total.map(breakable),
  };
}

/** Characters that the column would like to have: its longest cell within bounds, and never less than a word of its heading. */
function weightOf({ columns, rows, total }: Table, index: number): number {
  const widen = columns[index]?.look === 'number' ? NUMBER_WIDTH : 1;
  const cells = [...rows, total].map((row) => (row[index]?.text.length ?? 0) * widen);
  const words = columns[index]?.heading.split(' ').map((word) => word.length * HEADING_WIDTH) ?? [];
  const least = index === 0 ? FIRST_COLUMN_MIN : 0;
  return Math.max(least, ...words, Math.min(COLUMN_MAX, Math.max(0, ...cells))) + GUTTER;
}

function withBreaks(text: string): string {
  const everywhere = (word: string) =>
    Array.from(word, (character, index) =>
      index > 0 && index % BREAK_EVERY === 0 ? `${BREAK}${character}` : character,
    ).join('');
  const afterMarks = (word: string) => word.replace(/[-_/.:=+@](?=\w)/g, `$&${BREAK}`);
  return text.replace(CODE_WORD, afterMarks).replace(LONG_WORD, everywhere);
}

/** The moment as Typst's `datetime` takes it. */
function dateParts(moment: string): Readonly<Record<string, number>> {
  const date = new Date(moment);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}
