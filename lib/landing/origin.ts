/** One file that a source offers, before it has landed. */
export interface Offer {
  /** For people and receipts: a path relative to the settings file, or an s3:// address. Stable from run to run. */
  readonly origin: string;
  readonly bytes: number;
  /** What was asked for, where it is the answer of a provider: `GET https://…`. */
  readonly request?: string;
  /** The page before, where it is a further page. */
  readonly follows?: { readonly origin: string; readonly sha256: string };
  /** One of several pages of an answer: what is not on it may be on another. */
  readonly isPage?: true;
}

/** A file fetched to the local disk, with its fingerprint. */
export interface Fetched {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Where a source's files come from: a folder or an s3:// prefix. Kept by `lib/adapters/folder-origin.ts` and `s3-origin.ts`. */
export interface Origin {
  /** All files below the source's path, sorted by origin. Throws `SourceUnavailable` where the path cannot be listed. */
  list(): Promise<Offer[]>;
  /**
   * Fetches one file. Throws `RejectedPayload` for what is not a plain readable file of sane size: a link that leaves the
   * folder, an unreadable file, a compressed file that unpacks beyond the limit.
   */
  fetch(offer: Offer): Promise<Fetched>;
  /** Throws `RejectedPayload` where the file has changed since it was fetched: read again, its path would give other bytes. */
  checkUnchanged?(fetched: Fetched): Promise<void>;
  /** What is missing from the list since the source failed while it was asked; told when the rest has landed. */
  failure?(): SourceUnavailable | undefined;
  /** The parts that are not in the list: a provider failed before it answered them, or denied them. */
  missing?(): readonly MissingPart[];
  /** What a person should know of what was listed: subscriptions that were denied, values that may still change. */
  remarks?(): readonly string[];
}

/** A part of a source that did not come. */
export interface MissingPart {
  /** Days, a subscription, a scope, files: `2026-06-11 to 2026-06-20`. */
  readonly part: string;
  readonly reason: string;
}

/** The bytes cannot be used, now or later: quarantined and counted, and the rest goes on. */
export class RejectedPayload extends Error {
  override readonly name = 'RejectedPayload';
  readonly found: string;
  readonly expected: string;
  readonly column: string | undefined;
  /** The bytes themselves, where they came and cannot be fetched again. */
  readonly fetched: Fetched | undefined;

  constructor(rejection: {
    readonly found: string;
    readonly expected: string;
    readonly column?: string;
    readonly fetched?: Fetched;
  }) {
    super(`found ${rejection.found}, expected ${rejection.expected}`);
    this.found = rejection.found;
    this.expected = rejection.expected;
    this.column = rejection.column;
    this.fetched = rejection.fetched;
  }
}

/** The source cannot be asked at the moment: retried, then a gap. */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable';
}
