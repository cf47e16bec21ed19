import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import type { GetCostAndUsageCommandInput } from '@aws-sdk/client-cost-explorer';
import { HttpRequest } from '@smithy/core/protocols';
import { z } from 'zod';

import { SourceUnavailable } from '../../landing/origin.ts';
import type { AwsCall } from '../../sources/live.ts';
import { tracedClient } from '../traces.ts';
import type { CallerEdges } from './caller-edges.ts';

/** One operation of a service, ready to be sent; gives its output without what the client adds. */
export type AwsOperation = (input: AwsCall['input'], signal: AbortSignal) => Promise<Readonly<Record<string, unknown>>>;

type Named = Pick<AwsCall, 'service' | 'operation' | 'region'>;
type Opener = (config: ClientConfig, edges: CallerEdges) => Promise<AwsOperation>;

interface ClientConfig {
  readonly region: string;
  readonly maxAttempts: number;
  readonly endpoint?: string;
}

/** What the service cannot be asked without (Cost Explorer API reference, GetCostAndUsage). */
const COST_QUESTION = z.object({
  TimePeriod: z.object({ Start: z.string(), End: z.string() }),
  Granularity: z.enum(['DAILY', 'HOURLY', 'MONTHLY']),
  Metrics: z.array(z.string()),
});

const SQL_QUESTION = z.object({ QueryString: z.string() });

/** The operations that sources ask for. A client's package is loaded when one of them is first needed. */
const OPERATIONS: Readonly<Record<string, Opener>> = {
  'cost-explorer GetCostAndUsage': async (config) => {
    const { CostExplorerClient, GetCostAndUsageCommand } = await import('@aws-sdk/client-cost-explorer');
    const client = tracedClient(new CostExplorerClient(config));
    return async (input, abortSignal) => {
      const asked: GetCostAndUsageCommandInput = { ...input, ...COST_QUESTION.parse(input) };
      const command = new GetCostAndUsageCommand(asked);
      return withoutMetadata(await client.send(command, { abortSignal }));
    };
  },
  'cloudwatch ListMetrics': async (config) => {
    const { CloudWatchClient, ListMetricsCommand } = await import('@aws-sdk/client-cloudwatch');
    const client = tracedClient(new CloudWatchClient(config));
    return async (input, abortSignal) =>
      withoutMetadata(await client.send(new ListMetricsCommand(input), { abortSignal }));
  },
  'cloudwatch GetMetricData': async (config) => {
    const { CloudWatchClient, GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
    const client = tracedClient(new CloudWatchClient(config));
    return async ({ StartTime, EndTime, ...input }, abortSignal) => {
      const times = { StartTime: new Date(String(StartTime)), EndTime: new Date(String(EndTime)) };
      const command = new GetMetricDataCommand({ ...input, ...times } as GetMetricDataCommandInput);
      return withoutMetadata(await client.send(command, { abortSignal }));
    };
  },
  // Its endpoint is known when the service has named it (DescribeEndpoints), so each request is led where it goes by itself.
  'timestream-query Query': async ({ endpoint: _, ...config }, { rewrite }) => {
    const { QueryCommand, TimestreamQueryClient } = await import('@aws-sdk/client-timestream-query');
    const client = tracedClient(new TimestreamQueryClient(config));
    client.middlewareStack.add(
      (next) => (args) => {
        lead(args.request, rewrite);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    return async (input, abortSignal) => {
      const command = new QueryCommand({ ...input, ...SQL_QUESTION.parse(input) });
      return withoutMetadata(await client.send(command, { abortSignal }));
    };
  },
};

/** Where each service answers, before a test or a private endpoint rewrites it. */
const HOSTS: Readonly<Record<AwsCall['service'], string>> = {
  'cost-explorer': 'ce',
  cloudwatch: 'monitoring',
  'timestream-query': 'query.timestream',
};

/** Opens a client for one operation. The caller counts the attempts, so the client makes one at a time. */
export async function openOperation({ service, operation, region }: Named, edges: CallerEdges): Promise<AwsOperation> {
  const open = OPERATIONS[`${service} ${operation}`];
  if (!open)
    throw new SourceUnavailable(`Cannot ask AWS: expected an operation that is known, got ${service} ${operation}`);
  const usual = `https://${HOSTS[service]}.${region}.amazonaws.com`;
  const endpoint = edges.rewrite(usual);
  return open({ region, maxAttempts: 1, ...(endpoint !== usual && { endpoint }) }, edges);
}

/** Leads a request, signed as it is, to where its host is rewritten to. */
function lead(request: unknown, rewrite: CallerEdges['rewrite']): void {
  if (!HttpRequest.isInstance(request)) return;
  const usual = `${request.protocol}//${request.hostname}`;
  const { origin, protocol, hostname, port } = new URL(rewrite(usual));
  if (origin !== usual) Object.assign(request, { protocol, hostname, ...(port !== '' && { port: Number(port) }) });
}

/** Times become ISO 8601 text when the answer becomes JSON. */
function withoutMetadata({
  $metadata: _,
  ...output
}: {
  readonly $metadata: unknown;
}): Readonly<Record<string, unknown>> {
  return output;
}
