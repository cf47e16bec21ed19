import { daysOf } from '../../../units/period.ts';
import { pageAfter } from '../../aws-pages.ts';
import { later } from '../../day-chunks.ts';
import { isObject, objectIn, refusal, textIn } from '../../json-answer.ts';
import type { Answer, AskRequest, LiveProvider, Question, Understood } from '../../live.ts';
import { stampOf, targetFault, type UnloadTarget, unloadStatement } from '../unload.ts';

/** A host that was away delivers what it kept: a day is asked for again until a week after its end. */
const LATE_DAYS = 7;
/** "Query will time out after 60 seconds. You must update the default timeout in the SDK" (Timestream API reference, Query). */
const TIMEOUT_MS = 75_000;
/** What the answer to an UNLOAD has, in this order ("UNLOAD Concepts"). */
const COLUMNS = ['rows', 'metadataFile', 'manifestFile'];
const ANSWER = `JSON with one row of ${COLUMNS.join(', ')}`;
const MANIFEST = /^day=([\d-]{10})\/asked=(\d{8}T\d{6}Z)-[^/]*\/[^/]*_manifest\.json$/;

/**
 * The agent's records in Timestream for LiveAnalytics. One UNLOAD for each whole day, into a folder of its own that is named by the
 * moment, since Timestream removes nothing and writes beside what is there. The manifests that lie there say which days need not be
 * asked for again.
 */
export const timestreamUnload = {
  id: 'timestream-unload',
  kind: 'timestream-telemetry',
  about:
    'Records of the agent in Timestream for LiveAnalytics, written to S3 by one UNLOAD for each whole day and read there; a day is asked for again daily until a week after its end',
  reference: 'Amazon Timestream developer guide, "UNLOAD Concepts"; Timestream API reference, Query',
  egress: [
    'query.timestream.<region>.amazonaws.com',
    'query-<cell>.timestream.<region>.amazonaws.com',
    '<bucket>.s3.<region>.amazonaws.com',
  ],
  options: {
    region: { about: 'region of the table and of the bucket', required: true, example: 'eu-west-1' },
    database: { about: 'name of the database', required: true, example: 'ai' },
    table: { about: 'name of the table that the agents write to', required: true, example: 'joules' },
    to: {
      about: 's3://bucket/prefix that Timestream writes to, in the same account and region',
      required: true,
      example: 's3://my-bucket/unload',
    },
    kms_key: {
      about: 'ARN of the key of KMS by which the files are encrypted; without it S3 does it by its own',
      example: 'arn:aws:kms:eu-west-1:111122223333:key/0a1b',
    },
  },
  optionsFault: (options) => targetFault(targetOf(options)),
  needsSecret: false,
  writes: {
    folder: ({ period, options }) => `${targetOf(options).to}/month=${period.month}`,
    isAnswer: (name, { asOf, options }) => {
      const [, stamp, table] = /\/asked=(\w{16})-([\w.-]+)\//.exec(name) ?? [];
      return stamp !== undefined && stamp <= stampOf(asOf) && table === tableOf(options);
    },
  },
  ask: (request) => unsettledDays(request).map((day) => question(day, request)),
  understand: understood,
} as const satisfies LiveProvider;

function targetOf({ database = '', table = '', to = '', kms_key: kmsKey }: AskRequest['options']): UnloadTarget {
  return { database, table, to: to.replace(/\/+$/, ''), kmsKey };
}

/** An answer of another table is another answer. */
function tableOf({ database, table }: AskRequest['options']): string {
  return `${database}.${table}`;
}

/** Days that have ended, without those whose answer is final or of today. */
function unsettledDays({ period, asOf, written = [] }: AskRequest): string[] {
  const settled = new Set(written.flatMap((name) => maybeSettled(name, asOf) ?? []));
  return daysOf(period).filter((day) => endOf(day) <= asOf && !settled.has(day));
}

/** The day of a manifest that is final or of today. */
function maybeSettled(name: string, asOf: string): string | undefined {
  const [, day, stamp] = MANIFEST.exec(name) ?? [];
  if (day === undefined || stamp === undefined) return undefined;
  const isFinal = stamp >= stampOf(later(endOf(day), LATE_DAYS));
  const isOfToday = stamp.slice(0, 8) === stampOf(asOf).slice(0, 8);
  return isFinal || isOfToday ? day : undefined;
}

function endOf(day: string): string {
  return later(`${day}T00:00:00Z`, 1);
}

function question(day: string, { period, asOf, options }: AskRequest): Question {
  const folder = `month=${period.month}/day=${day}/asked=${stampOf(asOf)}-${tableOf(options)}`;
  const part = { from: `${day}T00:00:00Z`, to: endOf(day), folder };
  return {
    name: `day=${day}`,
    part: day,
    call: {
      transport: 'aws',
      service: 'timestream-query',
      operation: 'Query',
      region: options['region'] ?? '',
      input: { QueryString: unloadStatement(targetOf(options), part) },
      timeoutMs: TIMEOUT_MS,
    },
    finalAfter: later(endOf(day), LATE_DAYS),
  };
}

/** While the query runs, an answer has a token and no row. */
function understood(question: Question, { text }: Answer): Understood {
  const answer = objectIn({ text });
  const rows = answer?.['Rows'];
  if (!Array.isArray(rows)) return refusal({ text }, ANSWER);
  const token = textIn(answer, 'NextToken');
  const written = rows.flatMap((row) => maybeWritten(row, answer?.['ColumnInfo']) ?? []);
  if (rows.length === 0 && token !== undefined) return { next: pageAfter(question, { NextToken: token }) };
  const [only] = written;
  if (!only || rows.length > 1) return refusal({ text }, ANSWER);
  return { wrote: only.rows > 0 ? [only.manifest] : [] };
}

/** How many rows were written, and the address of the manifest that names their files. */
function maybeWritten(
  row: unknown,
  columns: unknown,
): { readonly rows: number; readonly manifest: string } | undefined {
  const data = isObject(row) && Array.isArray(row['Data']) ? row['Data'] : [];
  const names = (Array.isArray(columns) ? columns : []).map((column) => column?.Name);
  const [rows = '', , manifest] = COLUMNS.map((name) => data[names.indexOf(name)]?.ScalarValue);
  return /^\d+$/.test(rows) && typeof manifest === 'string' ? { rows: Number(rows), manifest } : undefined;
}
