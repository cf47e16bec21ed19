/**
 * A disclosure as a tree of blocks, the same for paper and screen: `html.ts` and `document.typ` only set it. Every text in
 * it is plain text; whoever sets it escapes it.
 */
export interface Report {
  readonly cover: Cover;
  readonly sections: readonly Section[];
}

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

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block = Paragraph | Table | Chart | Entries | Signature;

export interface Paragraph {
  readonly kind: 'paragraph';
  readonly text: string;
  readonly tone: 'lead' | 'plain' | 'note';
}

export interface Tile {
  readonly label: string;
  readonly number: string;
  readonly unit: string;
  readonly note: string;
  readonly figure: string | null;
}

export interface Table {
  readonly kind: 'table';
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** The whole, set apart under the rows; empty where there is none. */
  readonly total: readonly Cell[];
  readonly note: string;
}

export interface TableColumn {
  readonly heading: string;
  readonly look: 'text' | 'number' | 'code';
}

export interface Cell {
  readonly text: string;
  /** Key of the figure that the cell prints; null where it prints a name or a fact. */
  readonly figure: string | null;
}

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

export const paragraph = (text: string, tone: Paragraph['tone'] = 'plain'): Paragraph => ({
  kind: 'paragraph',
  text,
  tone,
});
export const cell = (text: string, figure: string | null = null): Cell => ({ text, figure });
export const textColumn = (heading: string): TableColumn => ({ heading, look: 'text' });
export const numberColumn = (heading: string): TableColumn => ({ heading, look: 'number' });
export const codeColumn = (heading: string): TableColumn => ({ heading, look: 'code' });

/** A table without a total row and without a note. */
export function plainTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
): Table {
  return { kind: 'table', caption, columns, rows, total: [], note: '' };
}
