import type { LiveProvider } from '../../live.ts';
import { askReport, HOURS_PER_PAGE, type UsageReport, understandPage } from './pages.ts';

const HOST = 'api.openai.com';

/** Tokens and requests of an OpenAI organisation by hour, project and model: generated text and embeddings. */
export const openaiUsage = {
  id: 'openai-usage',
  kind: 'managed-usage',
  about: 'Tokens and requests of an OpenAI organisation by hour, project and model; asks with an admin key',
  reference: 'OpenAI API reference, Usage: GET /v1/organization/usage/completions and /embeddings',
  egress: [HOST],
  options: {},
  needsSecret: true,
  ask: (request) => ['completions', 'embeddings'].flatMap((of) => askReport(request, report(of))),
  understand: understandPage,
} as const satisfies LiveProvider;

function report(of: string): UsageReport {
  return {
    prefix: `${of}-`,
    url: `https://${HOST}/v1/organization/usage/${of}`,
    headers: { accept: 'application/json' },
    auth: { kind: 'header', header: 'authorization', prefix: 'Bearer ' },
    query: ({ from, to }) =>
      new URLSearchParams([
        ['start_time', unixSeconds(from)],
        ['end_time', unixSeconds(to)],
        ['bucket_width', '1h'],
        ['group_by', 'project_id'],
        ['group_by', 'model'],
        ['limit', `${HOURS_PER_PAGE}`],
      ]),
  };
}

function unixSeconds(instant: string): string {
  return `${Date.parse(instant) / 1000}`;
}
