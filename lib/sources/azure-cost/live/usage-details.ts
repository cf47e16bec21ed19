import { later } from '../../day-chunks.ts';
import { isObject, objectIn, pageName, refusal, textIn } from '../../json-answer.ts';
import type { Answer, AskRequest, LiveProvider, Question, Understood } from '../../live.ts';

const HOST = 'management.azure.com';
const API_VERSION = '2024-08-01';
/** Most items of one answer (`$top`, at most 1000). */
const ITEMS_PER_PAGE = '1000';
/** An invoice is closed within days of its month; refunds may come later, so this is a choice. */
const FINAL_AFTER_DAYS = 15;
const SCOPE = /^(subscriptions|providers\/Microsoft\.Billing)\/[\w\-:/.]+$/i;

/** Azure's usage details: what the cost export holds, for those who have no export. */
export const azureConsumption = {
  id: 'azure-consumption',
  kind: 'azure-cost',
  about:
    'Cost and usage of Azure by the day and resource (Consumption API, usage details), keyless from AWS; Microsoft will retire it and recommends exports for large accounts',
  reference:
    'Microsoft documentation, REST API, Consumption: Usage Details - List; "Get usage details for a scope during specific date range"',
  egress: [HOST, 'login.microsoftonline.com', 'sts.<region>.amazonaws.com'],
  options: {
    scopes: {
      about:
        'subscriptions/<id> or providers/Microsoft.Billing/billingAccounts/<id>/billingProfiles/<id>, with semicolons between them; none may hold another',
      required: true,
    },
    agreement: {
      about:
        'legacy (Enterprise Agreement, pay as you go) or modern (Microsoft Customer Agreement): they name dates otherwise',
      required: true,
      words: ['legacy', 'modern'],
    },
    metric: {
      about:
        'AmortizedCost (the default) spreads reservations over their use; ActualCost shows them when they are bought',
      words: ['ActualCost', 'AmortizedCost'],
    },
    tenant: {
      about: 'Microsoft Entra tenant that trusts the AWS account; without it the credentials of this machine are used',
    },
    client: { about: 'Application (client) id of the identity that has the role Cost Management Reader' },
  },
  optionsFault: ({ scopes = '' }) =>
    scopesIn(scopes).every((scope) => SCOPE.test(scope))
      ? undefined
      : 'scopes that begin with subscriptions/ or providers/Microsoft.Billing/',
  needsSecret: false,
  ask: (request) =>
    request.asOf <= request.period.from
      ? []
      : scopesIn(request.options['scopes'] ?? '').map((scope) => question(scope, request)),
  understand: understood,
} as const satisfies LiveProvider;

function scopesIn(option: string): string[] {
  const scopes = option.split(';').map((scope) => scope.trim().replace(/^\/|\/$/g, ''));
  return [...new Set(scopes)].filter((scope) => scope !== '').sort();
}

function question(scope: string, { period, asOf, options }: AskRequest): Question {
  const last = [later(period.to, -1), asOf].sort()[0]?.slice(0, 10) ?? '';
  const query = new URLSearchParams({
    'api-version': API_VERSION,
    $expand: 'meterDetails,additionalInfo',
    $top: ITEMS_PER_PAGE,
    metric: options['metric'] ?? 'AmortizedCost',
    ...daysOf(period.from.slice(0, 10), last, options['agreement']),
  });
  return {
    name: `${period.month}-${scope.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.json`,
    part: `${scope} from ${period.from.slice(0, 10)} to ${last}`,
    call: {
      transport: 'http',
      method: 'GET',
      url: `https://${HOST}/${scope}/providers/Microsoft.Consumption/usageDetails?${query}`,
      headers: { accept: 'application/json' },
      auth: { kind: 'azure', scope: `https://${HOST}/.default` },
    },
    finalAfter: later(period.to, FINAL_AFTER_DAYS),
  };
}

/** First and last day, both inclusive. `$filter` is not supported by Microsoft Customer Agreements. */
function daysOf(first: string, last: string, agreement: string | undefined): Record<string, string> {
  if (agreement === 'modern') return { startDate: first, endDate: last };
  return { $filter: `properties/usageStart ge '${first}' and properties/usageEnd le '${last}'` };
}

/** A page of usage details; `nextLink` is the address of the next one. The token goes along, so it must not leave the host. */
function understood(asked: Question, answer: Answer): Understood {
  const found = objectIn(answer);
  const items = found?.['value'];
  if (!Array.isArray(items)) return refusal(answer, 'JSON with a list `value` of usage details');
  const remarks = namelessRemarks(asked, items);
  const link = textIn(found, 'nextLink');
  if (link === undefined) return { remarks };
  if (!link.startsWith(`https://${HOST}/`)) return refusal({ text: link }, `a nextLink at ${HOST}`);
  return { next: pageAt(link, asked), remarks };
}

function pageAt(url: string, { call, ...asked }: Question): Question {
  if (call.transport !== 'http')
    throw new TypeError(`Cannot turn a page: expected a call by http, got ${call.transport}`);
  return { ...asked, name: pageName(asked.name), call: { ...call, url } };
}

/** Without its meter a charge counts as money alone: someone should know. */
function namelessRemarks({ name }: Question, items: readonly unknown[]): string[] {
  const nameless = items.filter((item) => !namesMeter(item)).length;
  return nameless === 0
    ? []
    : [`${name}: ${nameless} of ${items.length} charges do not name their meter, so no energy is read from them`];
}

function namesMeter(item: unknown): boolean {
  const properties = isObject(item) ? item['properties'] : undefined;
  if (!isObject(properties)) return false;
  const details = properties['meterDetails'];
  return (
    textIn(properties, 'meterCategory') !== undefined ||
    (isObject(details) && textIn(details, 'meterCategory') !== undefined)
  );
}
