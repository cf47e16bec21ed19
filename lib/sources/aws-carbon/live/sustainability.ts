import { secondsIso } from '../../../units/period.ts';
import { objectIn, pageName, refusal, textIn } from '../../json-answer.ts';
import type { HttpCall, LiveProvider, Question } from '../../live.ts';

const HOST = 'sustainability.us-east-1.api.aws';
/** After a new model version AWS keeps the old one for three months (Data Exports user guide, CARBON_EMISSIONS). */
const FINAL_AFTER_MS = 120 * 24 * 3_600_000;
const EMISSIONS = [
  'TOTAL_LBM_CARBON_EMISSIONS',
  'TOTAL_MBM_CARBON_EMISSIONS',
  'TOTAL_SCOPE_1_CARBON_EMISSIONS',
  'TOTAL_SCOPE_2_LBM_CARBON_EMISSIONS',
  'TOTAL_SCOPE_2_MBM_CARBON_EMISSIONS',
  'TOTAL_SCOPE_3_LBM_CARBON_EMISSIONS',
  'TOTAL_SCOPE_3_MBM_CARBON_EMISSIONS',
];
const MOST_RESULTS = 5000;

/** What AWS itself reports for the month, by account, region and service: the newest version of its carbon model. */
export const sustainability = {
  id: 'aws-sustainability',
  kind: 'aws-carbon',
  about:
    'Emissions as AWS reports them, by account, region and service (AWS Sustainability API): newest model version only',
  reference: 'AWS Sustainability API Reference, GetEstimatedCarbonEmissions',
  egress: [HOST],
  options: {},
  needsSecret: false,
  // A month is published by the 21st of the next one; the call costs nothing, and before that finds nothing.
  ask: ({ period, asOf }) => (asOf < period.to ? [] : [question(period.month, period.from, period.to)]),
  understand: (asked, { text }) => {
    const answer = objectIn({ text });
    if (!Array.isArray(answer?.['Results'])) return refusal({ text }, 'JSON with a list `Results`');
    const token = textIn(answer, 'NextToken');
    return token === undefined ? {} : { next: nextPage(asked, token) };
  },
} as const satisfies LiveProvider;

function question(month: string, from: string, to: string): Question {
  const body = {
    TimePeriod: { Start: from, End: to },
    GroupBy: ['USAGE_ACCOUNT_ID', 'REGION', 'SERVICE'],
    EmissionsTypes: EMISSIONS,
    Granularity: 'MONTHLY',
    MaxResults: MOST_RESULTS,
  };
  return {
    name: `${month}.json`,
    call: callWith(JSON.stringify(body)),
    finalAfter: secondsIso(new Date(Date.parse(to) + FINAL_AFTER_MS)),
  };
}

function callWith(body: string): HttpCall {
  return {
    transport: 'http',
    method: 'POST',
    url: `https://${HOST}/v1/estimated-carbon-emissions`,
    headers: { 'content-type': 'application/json' },
    body,
    auth: { kind: 'sigv4', service: 'sustainability', region: 'us-east-1' },
  };
}

function nextPage(asked: Question, NextToken: string): Question {
  const body = asked.call.transport === 'http' ? objectIn({ text: asked.call.body ?? '' }) : undefined;
  return { ...asked, name: pageName(asked.name), call: callWith(JSON.stringify({ ...body, NextToken })) };
}
