import type { Period } from '../units/period.ts';

/** What the contract check found in a landed file. */
export interface ContractResult {
  /** The shape of the source's contract that the file has, for instance `cur2` or `ea`. */
  readonly shape: string;
  readonly rows: number;
  /** Rows that failed the contract: listed in quarantine, left out of every fact. */
  readonly rows_rejected: number;
  /** First and last event time in the file, ISO 8601 UTC; null for a file without rows in time. */
  readonly first_event: string | null;
  readonly last_event: string | null;
  /** When the last row has ended, for shapes that say so; null where no row says when. */
  readonly last_end?: string | null;
  /** Of a bill: its rows' first amounts, hashed, in any order. Files of the same rows have the same, whatever their bytes. */
  readonly rows_mark?: string;
  /** Totals that the source's SQL asks for over all files of a month; null where no row has a part in one. */
  readonly totals?: Readonly<Record<string, number | null>>;
}

/** The paper that lies beside each landed file. JSON, snake_case, written once, never changed. */
export interface Receipt {
  readonly source_id: string;
  readonly kind: string;
  readonly period: string;
  /** Where the bytes came from: a path relative to the settings file, or an s3:// or https:// address. */
  readonly origin: string;
  /** What a provider was asked, where it is a provider's answer; without the secret. */
  readonly request?: string;
  readonly fetched_at: string;
  readonly bytes: number;
  readonly sha256: string;
  /** File name ending as landed, such as `parquet` or `csv.gz`. */
  readonly extension: string;
  /** The provider's own version of the file where it states one (model_version, export time). */
  readonly provider_version: string | null;
  readonly contract: ContractResult;
  /** The provider came back to these bytes after another version of the same origin. */
  readonly landed_again?: true;
  /** The bytes landed under this origin first; a second receipt says that they stand under another one as well. */
  readonly copy_of?: string;
  /** Bytes of other rows' file that hold the same rows, in whatever order and packing: of the two one counts. */
  readonly same_rows_as?: string;
  /** The page before, where the bytes are a further page of a provider's answer: current for as long as that page is. */
  readonly follows?: Page;
  /** The bytes are files put together: how many. `batchesKey` names the list of them. */
  readonly batches?: number;
  /** The bytes are an export's manifest: of the files in its folder, those that the newest manifest names are current. */
  readonly delivery?: Delivery;
}

/** One page of a provider's answer. */
export interface Page {
  readonly origin: string;
  readonly sha256: string;
}

/** What a manifest says of a folder; both as origins are written. */
export interface Delivery {
  /** `bill/data/BILLING_PERIOD=2026-06/` */
  readonly folder: string;
  /** Every file of the delivery, sorted. */
  readonly files: readonly string[];
  /** What the export is of, where the manifest says it: `AmortizedCost`. */
  readonly dataset?: string;
}

/** Why a file or a row stays out: where, what was found, what was expected. */
export interface Rejection {
  readonly file: string;
  /** Data row, counted from 1; absent when the whole file is meant. */
  readonly row?: number;
  readonly column?: string;
  readonly found: string;
  readonly expected: string;
}

/** `landing/source=bill/period=2026-06` */
function landingFolder(sourceId: string, period: Pick<Period, 'month'>): string {
  return `landing/source=${sourceId}/period=${period.month}`;
}

/** The key of a receipt's bytes in the book. */
export function landedKey(receipt: Pick<Receipt, 'source_id' | 'period' | 'sha256' | 'extension'>): string {
  return `${landingFolder(receipt.source_id, { month: receipt.period })}/${receipt.sha256}.${receipt.extension}`;
}

type Landed = Pick<Receipt, 'source_id' | 'period' | 'sha256'>;
type Again = Pick<Receipt, 'origin' | 'fetched_at' | 'landed_again' | 'copy_of'>;

/** The key of the receipt itself; one for bytes that landed again bears the time, and the name where that is another one. */
export function receiptKey(receipt: Landed & Partial<Again>): string {
  const again = receipt.landed_again ? `.again-${receipt.fetched_at?.replaceAll(/\W/g, '')}` : '';
  const name = receipt.copy_of === undefined ? '' : `-${receipt.origin?.replaceAll(/\W+/g, '-').slice(-LONGEST_NAME)}`;
  return `${landingFolder(receipt.source_id, { month: receipt.period })}/${receipt.sha256}${again}${name}.receipt.json`;
}

/** Beside the hash and the time there is no more room in the name of a file. */
const LONGEST_NAME = 120;

/** The key of the list of files that were put together to these bytes. */
export function batchesKey(receipt: Pick<Receipt, 'source_id' | 'period' | 'sha256'>): string {
  return `${landingFolder(receipt.source_id, { month: receipt.period })}/${receipt.sha256}.batches.json`;
}

/** `inputs/bill/x.parquet: row 7, column line_item_usage_amount: found NaN, expected a finite number` */
export function rejectionText(rejection: Rejection): string {
  const row = rejection.row === undefined ? '' : ` row ${rejection.row},`;
  const column = rejection.column === undefined ? '' : ` column ${rejection.column}:`;
  return `${rejection.file}:${row}${column} found ${rejection.found}, expected ${rejection.expected}`;
}

/** The reason that lies in quarantine, for a file or for rows of a landed file. */
export interface Quarantined {
  readonly source_id: string;
  readonly period: string;
  readonly origin: string;
  readonly fetched_at: string;
  readonly sha256: string | null;
  readonly bytes: number;
  readonly whole_file: boolean;
  readonly rows_rejected: number | null;
  readonly reasons: readonly Rejection[];
}
