import { periodOf } from '../../../units/period.ts';
import { pageAfter } from '../../aws-pages.ts';
import { type DayChunk, dayChunks, later } from '../../day-chunks.ts';
import { objectIn, refusal, textIn } from '../../json-answer.ts';
import type { Answer, AskRequest, AwsCall, ProviderOption, Question, Understood } from '../../live.ts';

/** A metric of CloudWatch that counts work, and the measure that its hourly sum is. */
export interface CountedMetric {
  readonly namespace: string;
  readonly metric: string;
  readonly measure: 'requests' | 'input_tokens' | 'output_tokens';
  /**
   * Dimensions of the one level that is read, by name, the subject first. CloudWatch keeps the same count at several levels; two of
   * them together would count twice.
   */
  readonly level: readonly RegExp[];
}

/** What every provider that reads CloudWatch is told. */
export const REGIONS: ProviderOption = {
  about: 'AWS regions with semicolons between them, for instance eu-west-1; us-east-1',
  required: true,
};

/** Sums of an hour stand a day later; a service may publish late (CloudWatch user guide, "Metrics"). */
const FINAL_AFTER_DAYS = 3;
/**
 * A metric without data for two weeks is listed no more (CloudWatch API Reference, ListMetrics). A week is final before that, so a
 * list of later does not take from it what fell silent since.
 */
const DAYS_PER_LIST = 7;
const HOUR_SECONDS = 3600;

/** One list of metrics for each week, region and namespace; the data questions follow from what it names. */
export function listQuestions(request: AskRequest, metrics: readonly CountedMetric[]): Question[] {
  const regions = (request.options['regions'] ?? '').split(';').map((region) => region.trim());
  const namespaces = [...new Set(metrics.map(({ namespace }) => namespace))];
  return dayChunks(request, DAYS_PER_LIST).flatMap((week) =>
    regions.flatMap((region) => namespaces.map((namespace) => listQuestion(week, region, namespace))),
  );
}

function listQuestion({ day, part, to }: DayChunk, region: string, Namespace: string): Question {
  const stem = Namespace.split('/').at(-1)?.toLowerCase();
  return {
    name: `${day}-${region}-${stem}-list.json`,
    part: `${Namespace} in ${region} ${part}`,
    call: { transport: 'aws', service: 'cloudwatch', operation: 'ListMetrics', region, input: { Namespace } },
    finalAfter: later(to, FINAL_AFTER_DAYS),
  };
}

/** Reads a list or the data that was asked for because of it. */
export function understandSums(question: Question, answer: Answer, metrics: readonly CountedMetric[]): Understood {
  const { call } = question;
  if (call.transport !== 'aws')
    throw new TypeError(`Cannot read CloudWatch: expected a call to AWS, got ${call.transport}`);
  return call.operation === 'ListMetrics'
    ? understandList({ ...question, call }, answer, metrics)
    : understandData(question, answer);
}

type AwsQuestion = Question & { readonly call: AwsCall };

function understandList(question: AwsQuestion, answer: Answer, metrics: readonly CountedMetric[]): Understood {
  const found = objectIn(answer);
  const listed = found?.['Metrics'];
  if (!Array.isArray(listed)) return refusal(answer, 'JSON with a list `Metrics`');
  const token = textIn(found, 'NextToken');
  const nextList = token === undefined ? undefined : pageAfter(question, { NextToken: token });
  const queries = listed.flatMap((metric) => maybeQuery(metric, question.call.region, metrics) ?? []);
  const numbered = queries.map((query, index) => ({ Id: `m${index}`, ...query }));
  const next = numbered.length > 0 ? dataQuestion(question, numbered, nextList) : nextList;
  return next ? { next } : {};
}

/** A query for one metric of the level that is read; undefined for every other metric and level. */
function maybeQuery(metric: unknown, region: string, metrics: readonly CountedMetric[]) {
  const { Namespace, MetricName, Dimensions } = metric as Readonly<Record<string, unknown>>;
  const dimensions = (Array.isArray(Dimensions) ? Dimensions : []) as { Name: string; Value: string }[];
  const counted = metrics.find(({ namespace, metric: name }) => namespace === Namespace && name === MetricName);
  if (!counted || dimensions.length !== counted.level.length) return undefined;
  const subjects = counted.level.map((pattern) => dimensions.find(({ Name }) => pattern.test(Name)));
  if (subjects.some((subject) => subject === undefined)) return undefined;
  return {
    Label: [region, counted.namespace, counted.measure, ...subjects.map((subject) => subject?.Value)].join(' '),
    MetricStat: { Metric: { Namespace, MetricName, Dimensions: dimensions }, Period: HOUR_SECONDS, Stat: 'Sum' },
  };
}

/** A list names at most 500 metrics, and as many can be asked for in one call (CloudWatch API Reference). */
function dataQuestion(list: AwsQuestion, queries: readonly unknown[], afterwards: Question | undefined): Question {
  const [day = ''] = /^\d{4}-\d{2}-\d{2}/.exec(list.name) ?? [];
  const month = periodOf(`${day}T00:00:00Z`);
  const week = dayChunks({ period: month, asOf: month.to }, DAYS_PER_LIST).find((each) => each.day === day);
  const times = { StartTime: week?.from, EndTime: week?.to };
  const input = { MetricDataQueries: queries, ...times, ScanBy: 'TimestampAscending' };
  const { part, finalAfter } = list;
  return {
    name: list.name.replace('-list', '-data'),
    call: { ...list.call, operation: 'GetMetricData', input },
    ...(part && { part }),
    ...(finalAfter && { finalAfter }),
    ...(afterwards && { afterwards }),
  };
}

const READABLE = ['Complete', 'PartialData'];

function understandData(question: Question, answer: Answer): Understood {
  const found = objectIn(answer);
  const results = found?.['MetricDataResults'];
  if (!Array.isArray(results)) return refusal(answer, 'JSON with a list `MetricDataResults`');
  const broken = results.find(({ StatusCode = 'Complete' }) => !READABLE.includes(StatusCode));
  if (broken) return { refused: { found: `the status ${broken.StatusCode}`, expected: READABLE.join(' or ') } };
  const token = textIn(found, 'NextToken');
  const next = token === undefined ? question.afterwards : dataPage(question, token);
  return next ? { next } : {};
}

/** Pages of data follow the data; those of the list are named by the list. */
function dataPage(question: Question, NextToken: string): Question {
  const page = pageAfter(question, { NextToken });
  return {
    ...page,
    name: question.name.replace(/-part-\d+\.json$|\.json$/, `-part-${partOf(question.name) + 1}.json`),
  };
}

function partOf(name: string): number {
  return Number(/-part-(\d+)\.json$/.exec(name)?.[1] ?? 1);
}
