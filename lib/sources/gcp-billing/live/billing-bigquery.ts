import { TABLE_OPTIONS, tableCall } from '../../bigquery-table.ts';
import { later } from '../../day-chunks.ts';
import type { AskRequest, LiveProvider, Question } from '../../live.ts';
import exported from './exported.sql' with { type: 'text' };

/** Rows of a month arrive for some days after it; a month is a choice, and later rows are not looked for. */
const LATE_DAYS = 31;
/** A partition holds what arrived on its day (UTC): a day later nothing more comes. */
const FINAL_AFTER_DAYS = 2;

/**
 * The detailed billing export where Google puts it. One question for each day on which rows of the month arrived, so
 * each partition is read and paid for once, and a late row is a new file beside the old ones instead of a new version.
 */
export const gcpBillingBigquery = {
  id: 'gcp-billing-bigquery',
  kind: 'gcp-billing',
  about: 'The detailed billing export in BigQuery, keyless from AWS; one query for each day on which rows arrived',
  reference:
    'Google Cloud documentation, Cloud Billing, structure of the detailed data export; BigQuery REST API v2, jobs.insert, getQueryResults',
  egress: ['bigquery.googleapis.com', 'sts.googleapis.com', 'iamcredentials.googleapis.com'],
  options: {
    ...TABLE_OPTIONS,
    table: { about: 'Table of the detailed export, gcp_billing_export_resource_v1_<billing account>', required: true },
  },
  needsSecret: false,
  ask: (request) => daysOfArrival(request).map((day) => question(day, request)),
  understand: () => ({}),
} as const satisfies LiveProvider;

/** From the month's first instant until `asOf`, or until no late row is waited for. */
function daysOfArrival({ period, asOf }: AskRequest): string[] {
  const last = later(period.to, LATE_DAYS);
  const days: string[] = [];
  for (let day = period.from; day < asOf && day < last; day = later(day, 1)) days.push(day);
  return days;
}

function question(arrived: string, { period, options }: AskRequest): Question {
  const { table = '' } = options;
  const parameters = { arrived, used_from: period.from, used_to: period.to };
  return {
    name: `arrived-${arrived.slice(0, 10)}.jsonl`,
    part: `rows that arrived on ${arrived.slice(0, 10)}`,
    call: tableCall(options, { sql: exported, table, parameters }),
    finalAfter: later(arrived, FINAL_AFTER_DAYS),
  };
}
