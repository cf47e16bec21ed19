import type { AskedInParts } from '../../asked-in-parts.ts';
import { later } from '../../day-chunks.ts';
import type { Answer, AskRequest, LiveProvider, Question, Understood } from '../../live.ts';

const HOST = 'management.azure.com';
const URL_OF_REPORTS = `https://${HOST}/providers/Microsoft.Carbon/carbonEmissionReports?api-version=2025-04-01`;
/** Limits of the API: subscriptions in one question, items on one page. */
const SUBSCRIPTIONS_PER_CALL = 100;
const ITEMS_PER_PAGE = 5000;
/** The answer is the sum of the scopes that were asked for: to tell them apart they are asked for one by one. */
const SCOPES = ['Scope1', 'Scope2', 'Scope3'] as const;
/** Microsoft publishes a month by the 19th of the next; until when it is restated is not published, so two months are a choice. */
const FINAL_AFTER_DAYS = 62;

/** Azure's own emission reports by resource, one scope at a time. */
export const azureCarbonReports = {
  id: 'azure-carbon',
  kind: 'azure-carbon',
  about: "Azure's carbon emission reports by resource, the three scopes asked for separately, keyless from AWS",
  reference: 'Microsoft documentation, REST API, Carbon: Query Carbon Emission Reports, ItemDetailsReport',
  egress: [HOST, 'login.microsoftonline.com', 'sts.<region>.amazonaws.com'],
  options: {
    subscriptions: { about: 'Subscription ids, separated by commas', required: true },
    scope_2_method: {
      about: 'How Scope 2 is meant, which the answer does not say: market or location, as Microsoft tells its customer',
      required: true,
      words: ['market', 'location'],
    },
    tenant: {
      about: 'Microsoft Entra tenant that trusts the AWS account; without it the credentials of this machine are used',
    },
    client: { about: 'Application (client) id of the identity that has the role Carbon Optimization Reader' },
  },
  needsSecret: false,
  ask: (request) => (request.asOf < request.period.to ? [] : questionsOf(request)),
  understand: understandReports,
} as const satisfies LiveProvider;

function questionsOf(request: AskRequest): Question[] {
  const { subscriptions = '' } = request.options;
  const ids = subscriptions.split(',').map((id) => id.trim().toLowerCase());
  const all = [...new Set(ids)].filter((id) => id !== '').sort();
  const questions: Question[] = [];
  for (let first = 0; first < all.length; first += SUBSCRIPTIONS_PER_CALL) {
    questions.push(question(all.slice(first, first + SUBSCRIPTIONS_PER_CALL), questions.length + 1, request));
  }
  return questions;
}

function question(subscriptions: readonly string[], part: number, { period, options }: AskRequest): Question {
  const { scope_2_method = '' } = options;
  const day = `${period.month}-01`;
  const parts = SCOPES.map((scope) => ({
    asked: { month: day, scope, scope_2_method },
    body: report(subscriptions, scope, day),
  }));
  const call: AskedInParts = {
    transport: 'http',
    method: 'POST',
    url: URL_OF_REPORTS,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    auth: { kind: 'azure', scope: `https://${HOST}/.default` },
    body: JSON.stringify(parts),
    cursor: 'skipToken',
    parts,
  };
  return {
    name: `${period.month}-part-${part}.json`,
    part: `Scopes 1, 2 and 3 of the subscriptions ${subscriptions.join(', ')}`,
    call,
    finalAfter: later(period.to, FINAL_AFTER_DAYS),
  };
}

function report(subscriptionList: readonly string[], scope: string, day: string): Readonly<Record<string, unknown>> {
  return {
    reportType: 'ItemDetailsReport',
    subscriptionList,
    carbonScopeList: [scope],
    dateRange: { start: day, end: day },
    categoryType: 'Resource',
    orderBy: 'LatestMonthEmissions',
    sortDirection: 'Desc',
    pageSize: ITEMS_PER_PAGE,
  };
}

const DENIED = 'Azure denies access (Carbon Optimization Reader)';

interface Report {
  readonly value: readonly unknown[];
  readonly denied: readonly string[];
  readonly allowed: number;
}

/** Every part must be a report; subscriptions that may not be read are told, and are refused only where there is no other. */
function understandReports(_: Question, { text }: Answer): Understood {
  const reports = reportsIn(text);
  if (!reports)
    return { refused: { found: text.slice(0, 80), expected: 'carbon emission reports with a list `value`' } };
  const denied = [...new Set(reports.flatMap((each) => each.denied))].sort();
  if (denied.length > 0 && reports.every(({ allowed }) => allowed === 0)) {
    return {
      refused: {
        found: `no access to ${denied.join(', ')}`,
        expected: 'the role Carbon Optimization Reader on at least one subscription',
      },
    };
  }
  return {
    remarks: denied.map((id) => `subscription ${id} is missing: ${DENIED}`),
    missing: denied.map((id) => ({ part: `subscription ${id}`, reason: DENIED })),
  };
}

function reportsIn(text: string): Report[] | undefined {
  try {
    const parts: unknown = JSON.parse(text);
    if (!Array.isArray(parts)) return undefined;
    const reports = parts.map((part) => reportIn(part?.answer));
    return reports.every((report) => report !== undefined) && reports.length > 0 ? reports : undefined;
  } catch {
    return undefined;
  }
}

function reportIn(answer: unknown): Report | undefined {
  if (typeof answer !== 'object' || answer === null || !('value' in answer) || !Array.isArray(answer.value))
    return undefined;
  const decisions = 'subscriptionAccessDecisionList' in answer ? answer.subscriptionAccessDecisionList : [];
  const list: readonly { subscriptionId?: unknown; decision?: unknown }[] = Array.isArray(decisions) ? decisions : [];
  const denied = list
    .filter(({ decision }) => decision === 'Denied')
    .map(({ subscriptionId }) => String(subscriptionId));
  return { value: answer.value, denied, allowed: list.length - denied.length };
}
