import { BigQuery, type Job, type QueryResultsOptions } from '@google-cloud/bigquery';
import { z } from 'zod';

import type { Caller, Leave } from '../../landing/live-origin.ts';
import { SourceUnavailable } from '../../landing/origin.ts';
import type { Answer, BigQueryCall, Call } from '../../sources/live.ts';
import { tracedCall } from '../traces.ts';
import type { CallerEdges } from './caller-edges.ts';
import { googleIdentity } from './google-identity.ts';

const ENDPOINT = 'https://bigquery.googleapis.com';
const GIB = 2 ** 30;
const MOST_GIB = '100';
const ROWS_PER_PAGE = 20_000;
/** A query that runs on is asked for again every ten seconds at the latest; it ends by its own time limit before this. */
const MOST_PAGES = 500;
/** BigQuery documentation, error messages: reasons that pass by, and what the others mean for whoever keeps the settings. */
const PASSING = new Set([
  'backendError',
  'internalError',
  'jobBackendError',
  'jobInternalError',
  'rateLimitExceeded',
  'jobRateLimitExceeded',
]);
const MEANINGS: Readonly<Record<string, string>> = {
  accessDenied: 'the identity lacks bigquery.jobs.create on the project or bigquery.tables.getData on the table',
  billingNotEnabled: 'the project has no billing account',
  bytesBilledLimitExceeded: 'the query would be billed for more than max_gib_billed',
  invalidQuery: 'the table has other columns than the export',
  notFound: 'there is no such project, dataset or table, or it lies in another location',
  quotaExceeded: 'a quota of the project is used up',
};

/**
 * Asks BigQuery by its own client: a job with a ceiling on what may be billed, then its rows page by page, one JSON object a
 * line. Troubles that pass by are waited for; the rest is `SourceUnavailable`, in which nothing stands that Google wrote.
 */
export class BigQueryCaller implements Caller {
  readonly #edges: CallerEdges;
  readonly #clients = new Map<string, Promise<BigQuery>>();

  constructor(edges: CallerEdges) {
    this.#edges = edges;
  }

  async call(call: Call, leave: Leave = async () => undefined): Promise<Answer> {
    if (call.transport !== 'bigquery') throw new TypeError(`Cannot ask BigQuery: got a call by ${call.transport}`);
    const client = await this.#client(call.project);
    const job = await this.#patiently(async () => {
      await leave();
      return this.#begin(client, call);
    });
    return { status: 200, text: await this.#rowsOf(job) };
  }

  #client(project: string): Promise<BigQuery> {
    const client = this.#clients.get(project) ?? this.#connect(project);
    this.#clients.set(project, client);
    return client;
  }

  async #connect(project: string): Promise<BigQuery> {
    const identity = await googleIdentity(this.#edges);
    return new BigQuery({
      projectId: project,
      apiEndpoint: this.#edges.rewrite(ENDPOINT),
      retryOptions: { autoRetry: false },
      ...(identity && { authClient: identity }),
    });
  }

  async #begin(client: BigQuery, { sql, parameters }: BigQueryCall): Promise<Job> {
    const { location } = this.#edges.options;
    const [job] = await client.createQueryJob({
      query: sql,
      params: { ...parameters },
      maximumBytesBilled: this.#mostBytes(),
      jobTimeoutMs: this.#edges.patience.timeoutMs,
      ...(location && { location }),
    });
    return job;
  }

  /** The int64 that the API wants as text. */
  #mostBytes(): string {
    const { max_gib_billed: most = MOST_GIB } = this.#edges.options;
    if (/^[1-9]\d{0,5}$/.test(most)) return String(Number(most) * GIB);
    throw this.#unavailable(`max_gib_billed of ${most}, which is no whole number of gibibytes`);
  }

  /** Page by page, in the order of the query. A page of a query that still runs is empty and asks to come again. */
  async #rowsOf(job: Job): Promise<string> {
    const { maxBytes } = this.#edges.patience;
    const pages: string[] = [];
    let bytes = 0;
    let page: QueryResultsOptions | null | undefined = { maxResults: ROWS_PER_PAGE, autoPaginate: false };
    while (page) {
      const asked: QueryResultsOptions = page;
      const [rows, next] = await this.#patiently(() => job.getQueryResults(asked));
      const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      bytes += Buffer.byteLength(lines);
      if (bytes > maxBytes) throw this.#unavailable(`an answer of more than ${maxBytes} bytes`);
      if (pages.push(lines) > MOST_PAGES) throw this.#unavailable(`more than ${MOST_PAGES} pages`);
      page = next;
    }
    return pages.join('');
  }

  /** Full jitter between attempts, as the HTTP caller waits. */
  async #patiently<Value>(ask: () => Promise<Value>): Promise<Value> {
    const { patience, random, wait } = this.#edges;
    for (let attempt = 1; ; attempt++) {
      try {
        return await tracedCall({ host: new URL(ENDPOINT).host, method: 'POST' }, ask);
      } catch (error) {
        if (error instanceof SourceUnavailable) throw error;
        const refusal = refusalIn(error);
        if (!refusal.isPassing || attempt >= patience.attempts) throw this.#unavailable(refusal.words);
      }
      await wait(Math.round(random() * Math.min(patience.longestWaitMs, patience.firstWaitMs * 2 ** (attempt - 1))));
    }
  }

  #unavailable(got: string): SourceUnavailable {
    return new SourceUnavailable(`Cannot ask ${this.#edges.sourceId} at BigQuery: expected an answer, got ${got}`);
  }
}

/** The shape of an error of the API (BigQuery REST API v2, ErrorProto), of its client and of the token exchange. */
const failure = z.object({
  code: z.union([z.number(), z.string()]).optional().catch(undefined),
  errors: z
    .array(z.object({ reason: z.string().optional() }))
    .optional()
    .catch(undefined),
  response: z.object({ status: z.number() }).optional().catch(undefined),
});

interface Refusal {
  readonly isPassing: boolean;
  readonly words: string;
}

function refusalIn(error: unknown): Refusal {
  const { code, errors, response } = failure.catch({}).parse(error);
  const reason = errors?.find((each) => each.reason)?.reason;
  if (reason !== undefined) {
    const meaning = MEANINGS[reason];
    return { isPassing: PASSING.has(reason), words: meaning ? `${reason}: ${meaning}` : reason };
  }
  const status = response?.status ?? code;
  if (typeof status === 'number') return { isPassing: status === 429 || status >= 500, words: `status ${status}` };
  return { isPassing: status !== undefined, words: status ?? 'an error without a code' };
}
