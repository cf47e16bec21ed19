/**
 * A disclosure as a tree of blocks, the same for paper and screen: `html.ts` and `document.typ` only set it. Every text in
 * it is plain text; whoever sets it escapes it.
 */
export interface Report {
  readonly cover: Cover;
  readonly sections: readonly Section[];
}

/** The first page. */
export interface Cover {
  readonly organisation: string;
  readonly title: string;
  /** `June 2026` */
  readonly month: string;
  readonly status: string;
  readonly version: string;
  /** Warns on every page that the company is made up; null for a real one. */
  readonly synthetic: string | null;
  readonly statement: string;
  readonly reasons: readonly string[];
  readonly tiles: readonly Tile[];
  readonly facts: readonly Entry[];
  readonly publishedAt: string;
}

/** A chapter: its id is its anchor. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** What a section is made of, from top to bottom. */
export type Block = Paragraph | Table | Chart | Entries | Signature;

/** Running text. */
export interface Paragraph {
  readonly kind: 'paragraph';
  readonly text: string;
  readonly tone: 'lead' | 'plain' | 'note';
}

/** A headline number of the cover; `figure` is the key of the figure that it prints. */
export interface Tile {
  readonly label: string;
  readonly number: string;
  readonly unit: string;
  readonly note: string;
  readonly figure: string | null;
}

/** A table with its caption; renderers scroll it where it is wide. */
export interface Table {
  readonly kind: 'table';
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** The whole, set apart under the rows; empty where there is none. */
  readonly total: readonly Cell[];
  readonly note: string;
}

/** How a column is headed and set. */
export interface TableColumn {
  readonly heading: string;
  readonly look: 'text' | 'number' | 'code';
}

/** What stands in one cell. */
export interface Cell {
  readonly text: string;
  /** Key of the figure that the cell prints; null where it prints a name or a fact. */
  readonly figure: string | null;
}

/** A picture, with the table that says the same. */
export interface Chart {
  readonly kind: 'chart';
  /** Also the file's name, `<name>.svg`. */
  readonly name: string;
  readonly title: string;
  /** What the picture shows, for those who do not see it. */
  readonly alt: string;
  readonly specification: unknown;
  readonly table: Table;
}

interface Entries {
  readonly kind: 'entries';
  readonly entries: readonly Entry[];
}

/** A term and what is said of it. */
export interface Entry {
  readonly term: string;
  readonly text: string;
  readonly code: boolean;
}

/** Lines to sign on. */
export interface Signature {
  readonly kind: 'signature';
  readonly lines: readonly string[];
}

/** A paragraph, plain unless said otherwise. */
export const paragraph = (text: string, tone: Paragraph['tone'] = 'plain'): Paragraph => ({
  kind: 'paragraph',
  text,
  tone,
});
/** A cell, of no figure unless said otherwise. */
export const cell = (text: string, figure: string | null = null): Cell => ({ text, figure });
/** A column of words. */
export const textColumn = (heading: string): TableColumn => ({ heading, look: 'text' });
/** A column of numbers, set to the right. */
export const numberColumn = (heading: string): TableColumn => ({ heading, look: 'number' });
/** A column of ids and hashes. */
export const codeColumn = (heading: string): TableColumn => ({ heading, look: 'code' });

/** A table without a total row and without a note. */
export function plainTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
): Table {
  return { kind: 'table', caption, columns, rows, total: [], note: '' };
}
