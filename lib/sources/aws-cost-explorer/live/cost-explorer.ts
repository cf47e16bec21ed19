import { secondsIso } from '../../../units/period.ts';
import { pageAfter } from '../../aws-pages.ts';
import { later } from '../../day-chunks.ts';
import { objectIn, refusal, textIn } from '../../json-answer.ts';
import type { Answer, AskRequest, LiveProvider, Question, Understood } from '../../live.ts';

/** The service has one endpoint (AWS General Reference, "AWS Cost Explorer endpoints"). */
const REGION = 'us-east-1';
/** A bill can change for two weeks after its month (Data Exports user guide, "Export refreshing"). */
const FINAL_AFTER_MS = 15 * 24 * 3_600_000;
/** AI services, and EC2, of whose usage the accelerated instances are read. Other names: `services` in the settings. */
const SERVICES = ['Amazon Elastic Compute Cloud - Compute', 'Amazon SageMaker', 'Amazon Bedrock'];
/** Record types that carry usage: by account or tag, fees and credits would stand beside them without a name. */
const USAGE_RECORDS = ['Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'];

/** Cost and usage of AI services by the day, for the days that no export covers. */
export const costExplorer = {
  id: 'aws-cost-explorer',
  kind: 'aws-cost-explorer',
  about:
    'Cost and usage of AI services and accelerated instances by the day (AWS Cost Explorer), for the days that the export lacks',
  reference: 'AWS Billing and Cost Management API Reference, GetCostAndUsage',
  egress: ['ce.us-east-1.amazonaws.com'],
  options: {
    services: {
      about:
        'services by their names in Cost Explorer, with semicolons between them, instead of EC2, SageMaker and Bedrock',
    },
    group_by: {
      about:
        'what stands beside the usage type: RECORD_TYPE (the whole cost, the default), LINKED_ACCOUNT or TAG:<key> (usage alone)',
    },
    accounts: { about: 'account ids, with semicolons between them: only their usage' },
  },
  needsSecret: false,
  usdPerCall: 0.01,
  ask: (request) => {
    const from = (request.coveredUntil ?? request.period.from).slice(0, 10);
    const to = [request.period.to, request.asOf].sort()[0]?.slice(0, 10) ?? from;
    return from < to ? [question(request, from, to)] : [];
  },
  understand: understood,
} as const satisfies LiveProvider;

/** Complete days only: what today has cost so far would stand for the whole day. */
function question({ period, options }: AskRequest, from: string, to: string): Question {
  const second = groupOf(options['group_by'] ?? 'RECORD_TYPE');
  const filters = [
    dimension('SERVICE', listOf(options['services']) ?? SERVICES),
    ...(second.Key === 'RECORD_TYPE' ? [] : [dimension('RECORD_TYPE', USAGE_RECORDS)]),
    ...(options['accounts'] ? [dimension('LINKED_ACCOUNT', listOf(options['accounts']) ?? [])] : []),
  ];
  return {
    name: `${period.month}.json`,
    part: `${from} to ${later(`${to}T00:00:00Z`, -1).slice(0, 10)}`,
    call: {
      transport: 'aws',
      service: 'cost-explorer',
      operation: 'GetCostAndUsage',
      region: REGION,
      input: {
        TimePeriod: { Start: from, End: to },
        Granularity: 'DAILY',
        Metrics: ['UnblendedCost', 'AmortizedCost', 'UsageQuantity'],
        GroupBy: [{ Type: 'DIMENSION', Key: 'USAGE_TYPE' }, second],
        Filter: filters.length === 1 ? filters[0] : { And: filters },
      },
    },
    finalAfter: secondsIso(new Date(Date.parse(period.to) + FINAL_AFTER_MS)),
  };
}

function groupOf(group: string): { readonly Type: string; readonly Key: string } {
  return group.startsWith('TAG:')
    ? { Type: 'TAG', Key: group.slice('TAG:'.length) }
    : { Type: 'DIMENSION', Key: group };
}

function dimension(Key: string, Values: readonly string[]) {
  return { Dimensions: { Key, Values } };
}

function listOf(option: string | undefined): string[] | undefined {
  return option?.split(';').map((each) => each.trim());
}

function understood(question: Question, { text }: Answer): Understood {
  const answer = objectIn({ text });
  const days = answer?.['ResultsByTime'];
  if (!Array.isArray(days)) return refusal({ text }, 'JSON with a list `ResultsByTime`');
  const token = textIn(answer, 'NextPageToken');
  const estimated = days.filter((day) => day?.Estimated === true).length;
  return {
    ...(token !== undefined && { next: pageAfter(question, { NextPageToken: token }) }),
    ...(estimated > 0 && { remarks: [`${question.name}: ${estimated} of ${days.length} days are estimated by AWS`] }),
  };
}
