import type { Book } from '../landing/book.ts';
import type { FingerprintKey } from './check-files.ts';
import type { RecomputeEdges } from './recompute.ts';

/** One version of one month's disclosure, in the book where it was written. */
export interface DisclosureAt {
  readonly book: Book;
  readonly month: string;
  readonly version: number;
}

/** What a verification needs of the outside. */
export interface VerifyEdges extends RecomputeEdges {
  readonly fingerprintKey: FingerprintKey;
  /** SHA-256 of bytes, in hexadecimal. */
  fingerprint(bytes: Uint8Array): string;
}
