import type { Period } from '../units/period.ts';

/** One call to a provider, as a value: what to send, and how it is signed. Secrets are not in it; the adapter adds them. */
export type Call = HttpCall | AwsCall | BigQueryCall | PackageCall;

/** A call by HTTP; what authorises it is added where it is sent. */
export interface HttpCall {
  readonly transport: 'http';
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly auth: HttpAuth;
}

/** How a call over HTTP is signed. `secret` is the source's secret from the settings. */
export type HttpAuth =
  | { readonly kind: 'none' }
  /** The secret in a header: `{ header: 'authorization', prefix: 'Bearer ' }`. */
  | { readonly kind: 'header'; readonly header: string; readonly prefix?: string }
  /** A log-in by name and password (`name:password` is the secret) gives a token for `tokenMinutes`. */
  | { readonly kind: 'login'; readonly url: string; readonly tokenMinutes: number }
  /** Workload identity towards Microsoft Entra. */
  | { readonly kind: 'azure'; readonly scope: string }
  /** AWS Signature Version 4. */
  | { readonly kind: 'sigv4'; readonly service: string; readonly region: string };

/** An operation of an AWS service by its SDK client. The answer is the operation's output as JSON. */
export interface AwsCall {
  readonly transport: 'aws';
  readonly service: 'cost-explorer' | 'cloudwatch' | 'timestream-query';
  readonly operation: string;
  readonly region: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Where the service takes its time: an attempt is given up after so many milliseconds. */
  readonly timeoutMs?: number;
}

/** A query with named parameters. The answer is one JSON object a row, by lines. */
export interface BigQueryCall {
  readonly transport: 'bigquery';
  readonly project: string;
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Figures out of an npm package that is installed beside the program: no network. The answer is JSON. */
interface PackageCall {
  readonly transport: 'package';
  readonly table: 'electricity-maps-yearly';
  readonly zones: readonly string[];
  /** The latest year that is wanted; of an earlier one the latest is taken. */
  readonly upTo: number;
}

/** A call under the name that its answer lands by: `2026-06-01.json`. The same question has the same name for ever. */
export interface Question {
  readonly name: string;
  readonly call: Call;
  /** What is missing without the answer: `2026-06-11 to 2026-06-20`; the name where it says enough. */
  readonly part?: string;
  /** ISO 8601: from then on the answer no longer changes; one that was fetched later is not asked for again. */
  readonly finalAfter?: string;
  /** Asked when this one and all its pages are answered: the next page of a list whose first page is followed up first. */
  readonly afterwards?: Question;
}

/** What came back: text as it came, byte for byte. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What an answer says: the next page, if there is one, and what a person should know; or why it is not what was asked for. */
export type Understood =
  | {
      readonly next?: Question;
      readonly remarks?: readonly string[];
      /** Parts of what was asked that the provider keeps back. */
      readonly missing?: readonly { readonly part: string; readonly reason: string }[];
      /** Addresses of files that the provider says it wrote. */
      readonly wrote?: readonly string[];
      readonly refused?: never;
    }
  | { readonly refused: { readonly found: string; readonly expected: string } };

/** For what a provider is asked. */
export interface AskRequest {
  readonly period: Period;
  /** ISO 8601 UTC: nothing after it is asked for. */
  readonly asOf: string;
  readonly options: Readonly<Record<string, string>>;
  /** ISO 8601 UTC: up to then a source that this one fills in for has the month already. Absent: from the beginning. */
  readonly coveredUntil?: string;
  /** What a provider that writes files has written already: their names below its folder. */
  readonly written?: readonly string[];
}

/** One option of a provider in the settings. */
export interface ProviderOption {
  readonly about: string;
  readonly required?: boolean;
  /** The values that are allowed; any text where there are none. */
  readonly words?: readonly string[];
  /** A value as it could be, where any text would not do. */
  readonly example?: string;
}

/** Where a provider writes that does not answer with what is asked but with files. */
interface Writing {
  /** `s3://bucket/prefix`: the files of the month lie below. */
  folder(request: AskRequest): string;
  /** Whether a file there, by its name below the folder, was written for what is asked, and by `asOf`. */
  isAnswer(name: string, request: AskRequest): boolean;
}

/**
 * A provider that a source asks while a month is collected: two pure functions, what to ask and what the answer means, around
 * the one adapter that speaks to the network (`lib/adapters/live/caller.ts`). Its answers land as they came and are read
 * by the shapes of its source kind.
 */
export interface LiveProvider {
  /** `provider` in the settings of a source. */
  readonly id: string;
  /** Kind of source whose shapes read the answers. */
  readonly kind: string;
  readonly about: string;
  /** Where the interface is documented. */
  readonly reference: string;
  /** Hosts that it speaks to, for the egress list. */
  readonly egress: readonly string[];
  readonly options: Readonly<Record<string, ProviderOption>>;
  /** What is expected of the options together, where they do not keep it. */
  optionsFault?(options: Readonly<Record<string, string>>): string | undefined;
  /** Whether the settings must name a secret. */
  readonly needsSecret: boolean;
  /** Price of one call in US dollars, where calls cost money: they are counted and capped. */
  readonly usdPerCall?: number;
  /** For a provider that writes files: they land, and its answers do not. */
  readonly writes?: Writing;
  ask(request: AskRequest): readonly Question[];
  /**
   * The contract of an answer with status 200. Other statuses are the adapter's: it retries, waits, or gives up with
   * `SourceUnavailable`.
   */
  understand(question: Question, answer: Answer): Understood;
}
