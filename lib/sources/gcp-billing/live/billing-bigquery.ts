import { TABLE_OPTIONS, tableCall } from '../../bigquery-table.ts';
import { later } from '../../day-chunks.ts';
import type { AskRequest, LiveProvider, Question } from '../../live.ts';
import exported from './exported.sql' with { type: 'text' };

/** Rows of a month arrive for some days after it; a month is a choice, and later rows are not looked for. */
const LATE_DAYS = 31;

/**
 * The detailed billing export where Google puts it. One question for each partition. In recorded rows a partition is the UTC day of
 * the use, whenever a row arrived; so a late row goes into a partition that was read before, and none is final before late rows are
 * no longer waited for. The day before the month and those after it are asked for rows that are kept by another day.
 */
export const gcpBillingBigquery = {
  id: 'gcp-billing-bigquery',
  kind: 'gcp-billing',
  about:
    'The detailed billing export in BigQuery, keyless from AWS; one query for each partition, again at each collection until a month after the month',
  reference:
    'Google Cloud documentation, Cloud Billing, structure of the detailed data export; BigQuery REST API v2, jobs.insert, getQueryResults',
  egress: ['bigquery.googleapis.com', 'sts.googleapis.com', 'iamcredentials.googleapis.com'],
  options: {
    ...TABLE_OPTIONS,
    table: { about: 'Table of the detailed export, gcp_billing_export_resource_v1_<billing account>', required: true },
  },
  needsSecret: false,
  ask: (request) => partitionsOf(request).map((day) => question(day, request)),
  understand: () => ({}),
} as const satisfies LiveProvider;

/** From the day before the month until `asOf`, or until no late row is waited for. */
function partitionsOf({ period, asOf }: AskRequest): string[] {
  const last = later(period.to, LATE_DAYS);
  const days: string[] = [];
  for (let day = later(period.from, -1); day < asOf && day < last; day = later(day, 1)) days.push(day);
  return days;
}

/** The name is that of older books: another one would stand beside theirs and count twice. */
function question(partition: string, { period, options }: AskRequest): Question {
  const { table = '' } = options;
  const parameters = { partition, used_from: period.from, used_to: period.to };
  return {
    name: `arrived-${partition.slice(0, 10)}.jsonl`,
    part: `partition ${partition.slice(0, 10)}`,
    call: tableCall(options, { sql: exported, table, parameters }),
    finalAfter: later(period.to, LATE_DAYS),
  };
}
