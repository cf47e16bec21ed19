/** The fact tables of the book; their columns are in lib/facts/columns.ts. */
export type FactTable =
  | 'fct_cost'
  | 'fct_energy'
  | 'fct_activity'
  | 'fct_run'
  | 'fct_provider_emissions'
  | 'fct_grid_intensity';

/** What a reader of the disclosure must know of a source: printed in docs/sources.md and in the report's annex. */
interface SourceCard {
  readonly title: string;
  /** Units as the source writes them, and what becomes of them. */
  readonly unit: string;
  /** When the numbers of a month are there, and how long they still change. */
  readonly lag: string;
  readonly licence: string;
  /** How the source itself comes by its numbers. */
  readonly method: string;
  /** Where the format is documented. */
  readonly reference: string;
}

/** One column that a shape reads, under the name that the shape's SQL uses. */
export interface ContractColumn {
  readonly name: string;
  /** DuckDB type that each value must take. */
  readonly type: string;
  /** Other names of the same column, compared without case; the first that the file has is read. */
  readonly aliases?: readonly string[];
  /** A file without a required column is refused; an absent optional column reads as NULL. */
  readonly required?: boolean;
  /** What must hold of a value, with the words for a reader when it does not: a row that fails is rejected. */
  readonly check?: ValueCheck;
}

/**
 * SQL truth about `value`, the magnitude that a number stays below, or the column of the contract that an instant does not lie before, in
 * rows of which `where` holds, SQL over one column: `value`. `setting`: the option of the settings that it is measured by.
 */
export type ValueCheck =
  | { readonly sql: string; readonly expected: string; readonly setting?: string }
  | { readonly below: number; readonly expected: string }
  | {
      readonly not_before: string;
      readonly where: { readonly column: string; readonly sql: string };
      readonly expected: string;
    };

/** How DuckDB opens the bytes: `lines` gives one VARCHAR column `line` a row, `text` one row with the column `content`. */
export type Format = 'parquet' | 'csv' | 'lines' | 'text';

/** One way in which a source's files come: header set, version or encoding. The first shape whose columns are there is taken. */
export interface Shape {
  readonly id: string;
  readonly format: Format;
  /** For `lines`: SQL truth about the first `line` that is not blank; where it is not true, the file has another shape. */
  readonly holds?: string;
  /** For `csv`: what stands between the cells, where guessing could go wrong. */
  readonly delimiter?: string;
  /** For `csv`: rows may end before the header does, with what is left out empty. Otherwise such a row was cut off, and is rejected. */
  readonly ends_early?: true;
  /**
   * Turns the opened file into flat columns: one SELECT reading FROM raw (which also has `file_row`, counted from 1).
   * A file whose columns it cannot name does not have this shape.
   */
  readonly open?: string;
  readonly columns: readonly ContractColumn[];
  /** Columns that hold one tag each; group 1 is the key. They become the column `tags`, MAP(VARCHAR, VARCHAR). */
  readonly tag_columns?: RegExp;
  /** SQL over the contract's columns: the instant (TIMESTAMP, UTC) by which a row belongs to a month; NULL: to none. */
  readonly event_time: string;
  /** SQL over the contract's columns: the instant at which the row has ended, so that a settlement of days knows which files reach in. */
  readonly event_end?: string;
  /** SQL over the contract's columns: the provider's own version of the rows, for the receipt. */
  readonly provider_version?: string;
  /**
   * One SELECT a fact table, reading FROM landed (the checked rows of the month: contract columns and event_time). It must give the
   * table's columns by name, apart from source_id and receipt_sha256, which are added; it may leave out the workload
   * columns, and must then give `tags` (MAP(VARCHAR, VARCHAR)) for the rules to read. Columns it leaves out are NULL.
   */
  readonly facts: Partial<Readonly<Record<FactTable, string>>>;
  /** Totals of the file's rows of the month that the receipt keeps: an amount of the contract, and SQL for the rows that have a part. */
  readonly totals?: Readonly<Record<string, { readonly sum: string; readonly where: string }>>;
  /** For bills of millions of lines: how to look at each different charge once instead of at every line. */
  readonly charges?: ChargesOfShape;
}

/** A bill says the same of a charge hour after hour: `facts.fct_cost` in two steps, of which the first depends on few columns. */
export interface ChargesOfShape {
  /** Expressions over the contract's columns; lines in which all of them are the same are lines of one charge. */
  readonly told_by: readonly string[];
  /** Reads FROM landed: all its columns, and what `told_by` says of a line. */
  readonly charge: string;
  /** Reads FROM charge: the columns of `fct_cost`. Of the contract's columns, numbers and times may differ from line to line. */
  readonly cost: string;
}

/** `facts.fct_cost` of a shape with charges, line by line. */
export function costOf({ charge, cost }: Pick<ChargesOfShape, 'charge' | 'cost'>): string {
  return `WITH charge AS (${charge}) ${cost}`;
}

/** What a source's `provider_version` may be, where files of two versions must not be counted together. */
export interface OneVersion {
  /** The version that a manifest of an export means by its dataset. */
  readonly of_dataset: Readonly<Record<string, string>>;
  /** What a file may be that says nothing of it. */
  readonly unsaid: readonly string[];
}

/** A kind of source: the folder name in lib/sources is its `kind` in the settings. */
export interface Source {
  readonly kind: string;
  readonly card: SourceCard;
  /** File names that the source reads in its folder; the rest is passed over and said so. */
  readonly accepts: RegExp;
  readonly shapes: readonly Shape[];
  /**
   * A file keeps its bytes for as long as it keeps its name: one whose name and size stand in a receipt is not fetched again to
   * learn its hash.
   */
  readonly files_never_change?: true;
  /**
   * Files that say the same when they are put together, one after the other, as when each stands alone: lines, each whole. Many of
   * them that never change are put together before they land.
   */
  readonly put_together?: RegExp;
  /** Only files that a manifest names are whole: others are not read. */
  readonly named_by_manifest?: true;
  /** Versions of which a month holds one alone: files of another tell of the same charges once more. */
  readonly one_version?: OneVersion;
  /** The file name or folder says the month (for instance `BILLING_PERIOD=2026-06`): such a file must hold it. */
  readonly month_in_path?: RegExp;
  /**
   * Kinds that have the same charges in more detail: what this source says of a day that one of them covers is left out. Its
   * SQL asks with getvariable('covered_until'); NULL where none covers anything.
   */
  readonly fills_in_for?: readonly string[];
  /** Headers by which a known but unreadable file is told, with what to say of it (a localised export, for instance). */
  readonly refuses?: readonly { readonly header: RegExp; readonly because: string }[];
}
