import type { AskRequest, LiveProvider } from '../../live.ts';
import { type CountedMetric, listQuestions, REGIONS, understandSums } from './hourly-sums.ts';

/**
 * The two endpoints count in namespaces of their own, and a call in one of them: both are read (Amazon Bedrock user guide,
 * "Monitor bedrock-runtime inference" and "Monitor bedrock-mantle inference"). Of each the level of the model alone.
 */
const RUNTIME = { namespace: 'AWS/Bedrock', level: [/^ModelId$/] };
const MANTLE = { namespace: 'AWS/BedrockMantle', level: [/^Model(Id)?$/] };
const REQUESTS: readonly CountedMetric[] = [
  { ...RUNTIME, metric: 'Invocations', measure: 'requests' },
  { ...MANTLE, metric: 'Inferences', measure: 'requests' },
];
const TOKENS: readonly CountedMetric[] = [
  { ...RUNTIME, metric: 'InputTokenCount', measure: 'input_tokens' },
  { ...RUNTIME, metric: 'OutputTokenCount', measure: 'output_tokens' },
  { ...MANTLE, metric: 'TotalInputTokens', measure: 'input_tokens' },
  { ...MANTLE, metric: 'TotalOutputTokens', measure: 'output_tokens' },
];

/** Requests and tokens of Amazon Bedrock by the hour and model. */
export const bedrock = {
  id: 'aws-cloudwatch-bedrock',
  kind: 'aws-cloudwatch',
  about: 'Requests of Amazon Bedrock by the hour and model (CloudWatch), and tokens where no bill counts them',
  reference: 'Amazon Bedrock user guide, CloudWatch metrics; CloudWatch API Reference, ListMetrics and GetMetricData',
  egress: ['monitoring.<region>.amazonaws.com'],
  options: {
    regions: REGIONS,
    count: {
      about:
        'what is counted: a bill of AWS among the sources has the tokens already, and both together would count them twice',
      required: true,
      words: ['requests', 'requests and tokens'],
    },
  },
  needsSecret: false,
  ask: (request) => listQuestions(request, [...REQUESTS, ...TOKENS]).map((question) => marked(question, request)),
  understand: (question, answer) =>
    understandSums(question, answer, countsTokens(question.name) ? [...REQUESTS, ...TOKENS] : REQUESTS),
} as const satisfies LiveProvider;

/** Whether an answer of this name, or an origin that ends with it, was asked for tokens too. */
export function countsTokens(name: string): boolean {
  return /-tokens-[^/]*$/.test(name);
}

/** What is counted stands in the name of the answer, since an answer to another question is another answer. */
function marked(question: ReturnType<typeof listQuestions>[number], { options }: AskRequest) {
  if (options['count'] !== 'requests and tokens') return question;
  return { ...question, name: question.name.replace('-list', '-tokens-list') };
}
