import type { LiveProvider } from '../../live.ts';
import { askReport, HOURS_PER_PAGE, type UsageReport, understandPage } from './pages.ts';

const HOST = 'api.anthropic.com';

const MESSAGES: UsageReport = {
  prefix: '',
  url: `https://${HOST}/v1/organizations/usage_report/messages`,
  headers: { accept: 'application/json', 'anthropic-version': '2023-06-01' },
  auth: { kind: 'header', header: 'x-api-key' },
  query: ({ from, to }) =>
    new URLSearchParams([
      ['starting_at', from],
      ['ending_at', to],
      ['bucket_width', '1h'],
      ['group_by[]', 'workspace_id'],
      ['group_by[]', 'model'],
      ['limit', `${HOURS_PER_PAGE}`],
    ]),
};

/** Tokens of an Anthropic organisation by hour, workspace and model. */
export const anthropicUsage = {
  id: 'anthropic-usage',
  kind: 'managed-usage',
  about: 'Tokens of an Anthropic organisation by hour, workspace and model; asks with an admin key',
  reference: 'Claude API reference, Admin API: GET /v1/organizations/usage_report/messages',
  egress: [HOST],
  options: {},
  needsSecret: true,
  ask: (request) => askReport(request, MESSAGES),
  understand: understandPage,
} as const satisfies LiveProvider;
