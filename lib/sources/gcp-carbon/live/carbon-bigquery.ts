import { TABLE_OPTIONS, tableCall } from '../../bigquery-table.ts';
import { later } from '../../day-chunks.ts';
import type { AskRequest, LiveProvider, Question } from '../../live.ts';
import exported from './exported.sql' with { type: 'text' };

const TABLE = 'carbon_footprint';
/** Google publishes a month by the 15th of the next; until when it is restated is not published, so two months are a choice. */
const FINAL_AFTER_DAYS = 62;

/** The Carbon Footprint export where Google puts it: a table of BigQuery, one partition a month. */
export const gcpCarbonBigquery = {
  id: 'gcp-carbon-bigquery',
  kind: 'gcp-carbon',
  about: 'The Carbon Footprint export in BigQuery, keyless from AWS; one query a month',
  reference:
    'Google Cloud documentation, Carbon Footprint, export data schema; BigQuery REST API v2, jobs.insert, getQueryResults',
  egress: ['bigquery.googleapis.com', 'sts.googleapis.com', 'iamcredentials.googleapis.com'],
  options: { ...TABLE_OPTIONS, table: { about: 'Table of the export; carbon_footprint where none is given' } },
  needsSecret: false,
  ask: (request) => (request.asOf < request.period.to ? [] : [question(request)]),
  understand: () => ({}),
} as const satisfies LiveProvider;

function question({ period, options }: AskRequest): Question {
  const { table = TABLE } = options;
  return {
    name: `${period.month}.jsonl`,
    call: tableCall(options, { sql: exported, table, parameters: { month: `${period.month}-01` } }),
    finalAfter: later(period.to, FINAL_AFTER_DAYS),
  };
}
