import type { LiveProvider } from '../../live.ts';
import { type CountedMetric, listQuestions, REGIONS, understandSums } from './hourly-sums.ts';

/** Each variant counts its own invocations (Amazon SageMaker developer guide, "Metrics for monitoring with CloudWatch"). */
const INVOCATIONS: readonly CountedMetric[] = [
  {
    namespace: 'AWS/SageMaker',
    metric: 'Invocations',
    measure: 'requests',
    level: [/^EndpointName$/, /^VariantName$/],
  },
];

/** Requests of SageMaker endpoints by the hour. */
export const sagemaker = {
  id: 'aws-cloudwatch-sagemaker',
  kind: 'aws-cloudwatch',
  about: 'Requests of SageMaker endpoints by the hour (CloudWatch)',
  reference:
    'Amazon SageMaker developer guide, endpoint invocation metrics; CloudWatch API Reference, ListMetrics and GetMetricData',
  egress: ['monitoring.<region>.amazonaws.com'],
  options: { regions: REGIONS },
  needsSecret: false,
  ask: (request) => listQuestions(request, INVOCATIONS),
  understand: (question, answer) => understandSums(question, answer, INVOCATIONS),
} as const satisfies LiveProvider;
