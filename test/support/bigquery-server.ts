import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { DuckDbWarehouse } from '../../lib/adapters/duckdb-warehouse.ts';
import type { Row } from '../../lib/landing/warehouse.ts';
import { baseUrlOf, listen, stop } from './local-server.ts';

/** A request to the stand-in for BigQuery and for Google's token services. */
export interface AskedOfGoogle {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

interface Refusal {
  readonly status: number;
  readonly reason?: string;
}

export interface GoogleServer {
  readonly url: string;
  readonly asked: readonly AskedOfGoogle[];
  stop(): Promise<void>;
}

/** A query that has run. Who asks for its rows first is told that it still runs. */
interface Result {
  readonly rows: readonly Row[];
  readonly isDone: boolean;
}

interface QueryJob {
  readonly configuration: {
    readonly query: {
      readonly query: string;
      readonly queryParameters?: readonly {
        readonly name: string;
        readonly parameterValue: { readonly value: string };
      }[];
    };
  };
  readonly jobReference: Readonly<Record<string, string>>;
}

/** What BigQuery SQL has and DuckDB lacks; the statements keep to what both have. */
const DIALECT = 'CREATE OR REPLACE TEMP MACRO to_json_string(value) AS to_json(value)::VARCHAR';

/**
 * The calls of the BigQuery REST API v2 that the client makes (jobs.insert, jobs.getQueryResults), over tables in DuckDB, and
 * the two that give a token (Security Token Service, IAM credentials). `tables` are SELECTs by whole name. It proves the use
 * of the client, paging and errors, not the dialect.
 */
export async function startGoogle(
  tables: Readonly<Record<string, string>>,
  refuse: (asked: AskedOfGoogle, before: number) => Refusal | undefined = () => undefined,
): Promise<GoogleServer> {
  const warehouse = await DuckDbWarehouse.open();
  await warehouse.run(DIALECT);
  for (const [name, rows] of Object.entries(tables)) await warehouse.run(`CREATE TABLE "${name}" AS ${rows}`);
  const asked: AskedOfGoogle[] = [];
  const results = new Map<string, Result>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const each = await readRequest(request);
    const refusal = refuse(each, asked.length);
    asked.push(each);
    if (refusal) return say(response, refusal.status, errorOf(refusal));
    if (each.path.startsWith('/v1/')) return say(response, 200, tokenFor(each));
    if (each.method === 'GET') return say(response, 200, pageOf(each, results));
    const job: QueryJob = JSON.parse(each.body);
    results.set(job.jobReference['jobId'] ?? '', { rows: await rowsOf(job, warehouse), isDone: false });
    return say(response, 200, { ...job, id: 'job', status: { state: 'DONE' } });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) =>
      say(response, 400, errorOf({ status: 400, reason: error.message })),
    );
  });
  await listen(server);
  return {
    url: baseUrlOf(server),
    asked,
    stop: async () => {
      await stop(server);
      await warehouse.close();
    },
  };
}

async function readRequest(request: IncomingMessage): Promise<AskedOfGoogle> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const { method = '', url: path = '', headers } = request;
  return { method, path, authorization: headers.authorization, body: Buffer.concat(parts).toString() };
}

function say(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function errorOf({ status, reason }: Refusal) {
  const errors = reason ? [{ reason, message: 'what Google wrote', domain: 'global' }] : [];
  return { error: { code: status, message: 'what Google wrote', errors } };
}

function tokenFor({ path }: AskedOfGoogle) {
  if (path.includes(':generateAccessToken'))
    return { accessToken: 'impersonated-token', expireTime: '2099-01-01T00:00:00Z' };
  const issued_token_type = 'urn:ietf:params:oauth:token-type:access_token';
  return { access_token: 'federated-token', issued_token_type, token_type: 'Bearer', expires_in: 3600 };
}

async function rowsOf({ configuration }: QueryJob, warehouse: DuckDbWarehouse): Promise<Row[]> {
  const { query, queryParameters = [] } = configuration.query;
  const sql = query.replaceAll('`', '"').replaceAll(/@(\w+)/g, '$$$1');
  return warehouse.query(
    sql,
    Object.fromEntries(queryParameters.map(({ name, parameterValue }) => [name, parameterValue.value])),
  );
}

/** Rows as the API writes them: values as text in the order of the schema. */
function pageOf({ path }: AskedOfGoogle, results: Map<string, Result>) {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  const job = pathname.split('/').at(-1) ?? '';
  const { rows, isDone } = results.get(job) ?? { rows: [], isDone: true };
  results.set(job, { rows, isDone: true });
  if (!isDone) return { jobComplete: false };
  const first = Number(searchParams.get('pageToken') ?? 0);
  const behind = first + Number(searchParams.get('maxResults') ?? rows.length);
  const names = Object.keys(rows[0] ?? {});
  const isNumber = (name: string) => rows.some((row) => typeof row[name] === 'number');
  const page = rows.slice(first, behind).map((row) => ({ f: names.map((name) => ({ v: cellOf(row[name]) })) }));
  return {
    jobComplete: true,
    totalRows: `${rows.length}`,
    schema: { fields: names.map((name) => ({ name, type: isNumber(name) ? 'FLOAT' : 'STRING', mode: 'NULLABLE' })) },
    rows: page,
    ...(behind < rows.length && { pageToken: `${behind}` }),
  };
}

function cellOf(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
