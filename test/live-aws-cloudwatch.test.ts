import { collectAt, factsAt, withSources } from './support/asking-company.ts';
import { type Answering, inputOf, json, plantCredentials } from './support/aws-server.ts';

/** CloudWatch, through the real SDK client, against a server that says what its API reference documents. */
plantCredentials();

const MID_JUNE = '2026-06-20T06:00:00Z';
const JULY = '2026-07-22T06:00:00Z';
const AUGUST = '2026-08-22T06:00:00Z';

describe('CloudWatch', () => {
  const metric = (Namespace: string, MetricName: string, dimensions: Readonly<Record<string, string>>) => ({
    Namespace,
    MetricName,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  });
  const LISTED: Readonly<Record<string, readonly unknown[]>> = {
    'AWS/Bedrock': [
      metric('AWS/Bedrock', 'Invocations', { ModelId: 'anthropic.claude' }),
      metric('AWS/Bedrock', 'Invocations', {}),
      metric('AWS/Bedrock', 'InvocationLatency', { ModelId: 'anthropic.claude' }),
      metric('AWS/Bedrock', 'InputTokenCount', { ModelId: 'anthropic.claude' }),
    ],
    'AWS/BedrockMantle': [
      metric('AWS/BedrockMantle', 'Inferences', { Model: 'openai.gpt-oss' }),
      metric('AWS/BedrockMantle', 'Inferences', { Model: 'openai.gpt-oss', Project: 'p' }),
      metric('AWS/BedrockMantle', 'Inferences', { Project: 'p' }),
    ],
    'AWS/SageMaker': ['a', 'b'].map((VariantName) =>
      metric('AWS/SageMaker', 'Invocations', { EndpointName: 'chat', VariantName }),
    ),
  };
  interface Input {
    readonly Namespace?: string;
    readonly NextToken?: string;
    readonly MetricDataQueries?: readonly { readonly Id: string; readonly Label: string }[];
    readonly StartTime?: number;
    readonly EndTime?: number;
  }
  const watch: Answering = (asked) => {
    const input = inputOf(asked) as Input;
    return json(input.Namespace ? listed(input, LISTED[input.Namespace] ?? []) : measured(input));
  };
  /** Metrics by namespace, in two pages for SageMaker. */
  const listed = ({ Namespace, NextToken }: Input, all: readonly unknown[]) => {
    if (Namespace !== 'AWS/SageMaker') return { Metrics: all };
    return NextToken ? { Metrics: all.slice(1) } : { Metrics: all.slice(0, 1), NextToken: 'more' };
  };
  /** An hour a page for each metric that was asked for, in two pages: of the second of June, where that was asked for. */
  const measured = ({ MetricDataQueries = [], NextToken, StartTime = 0, EndTime = 0 }: Input) => {
    const [at, StatusCode] = NextToken ? [1780365600, 'Complete'] : [1780362000, 'PartialData'];
    const isAsked = StartTime <= at && at < EndTime;
    const MetricDataResults = MetricDataQueries.map(({ Id, Label }) => {
      return { Id, Label, Timestamps: isAsked ? [at] : [], Values: isAsked ? [4.0] : [], StatusCode };
    });
    return { MetricDataResults, Messages: [], ...(!NextToken && { NextToken: 'rest' }) };
  };
  const source = (provider: string, options: Readonly<Record<string, string>>) => ({
    id: 'watch',
    kind: 'aws-cloudwatch',
    live: { provider, options: { regions: 'eu-west-1', ...options } },
  });
  const twice = (name: string) => [name, name];
  const columns = 'period_start::VARCHAR AS hour, resource_id, measure, quantity::INT AS quantity, model_id';

  test('of Bedrock both namespaces are asked, each at the level of the model alone, and tokens only where they are wanted', async () => {
    const requests = await withSources(
      [source('aws-cloudwatch-bedrock', { count: 'requests' })],
      watch,
      async (company) => {
        expect(await collectAt(company, 'watch', MID_JUNE)).toMatchObject({ rejected: 0 });
        return factsAt(company, 'fct_activity', columns, MID_JUNE);
      },
    );
    expect(requests).toEqual([
      {
        hour: '2026-06-02 01:00:00',
        resource_id: 'anthropic.claude',
        measure: 'requests',
        quantity: 4,
        model_id: 'anthropic.claude',
      },
      {
        hour: '2026-06-02 01:00:00',
        resource_id: 'openai.gpt-oss',
        measure: 'requests',
        quantity: 4,
        model_id: 'openai.gpt-oss',
      },
      {
        hour: '2026-06-02 02:00:00',
        resource_id: 'anthropic.claude',
        measure: 'requests',
        quantity: 4,
        model_id: 'anthropic.claude',
      },
      {
        hour: '2026-06-02 02:00:00',
        resource_id: 'openai.gpt-oss',
        measure: 'requests',
        quantity: 4,
        model_id: 'openai.gpt-oss',
      },
    ]);
    const both = source('aws-cloudwatch-bedrock', { count: 'requests and tokens' });
    const tokens = await withSources([both], watch, async (company) => {
      await collectAt(company, 'watch', MID_JUNE);
      return factsAt(company, 'fct_activity', 'DISTINCT measure', MID_JUNE);
    });
    expect(tokens).toEqual([{ measure: 'input_tokens' }, { measure: 'requests' }]);
  });

  test('of SageMaker each page of the list is followed up by its data; variants add up; a closed month costs no call', () =>
    withSources([source('aws-cloudwatch-sagemaker', {})], watch, async (company) => {
      await collectAt(company, 'watch', JULY);
      const week = ['ListMetrics', ...twice('GetMetricData'), 'ListMetrics', ...twice('GetMetricData')];
      const asked = company.server.asked.map(({ headers }) => String(headers['x-amz-target']).split('.')[1]);
      expect(asked).toEqual(Array.from({ length: 5 }, () => week).flat());
      const rows = await factsAt(company, 'fct_activity', 'sum(quantity)::INT AS requests', JULY);
      expect(rows).toEqual([{ requests: 16 }]);
      await collectAt(company, 'watch', AUGUST);
      expect(company.server.asked).toHaveLength(30);
    }));

  test('regions that use the same models each count, although their lists are alike', () =>
    withSources([source('aws-cloudwatch-sagemaker', { regions: 'eu-west-1; us-east-1' })], watch, async (company) => {
      await collectAt(company, 'watch', MID_JUNE);
      const rows = await factsAt(company, 'fct_activity', 'sum(quantity)::INT AS requests', MID_JUNE);
      expect(rows).toEqual([{ requests: 32 }]);
    }));

  /** "ListMetrics doesn't return information about metrics if those metrics haven't reported data in the past two weeks." */
  test('what a model did before it fell silent stays, although CloudWatch lists it no more', () => {
    let isListed = true;
    const forgetful: Answering = (asked, before) =>
      inputOf(asked)['Namespace'] && !isListed ? json({ Metrics: [] }) : watch(asked, before);
    return withSources([source('aws-cloudwatch-sagemaker', {})], forgetful, async (company) => {
      const rows = async (asOf: string) => {
        await collectAt(company, 'watch', asOf);
        return factsAt(company, 'fct_activity', 'sum(quantity)::INT AS requests', asOf);
      };
      expect(await rows('2026-06-11T06:00:00Z')).toEqual([{ requests: 16 }]);
      isListed = false;
      expect(await rows(MID_JUNE)).toEqual([{ requests: 16 }]);
      expect(await rows(JULY)).toEqual([{ requests: 16 }]);
    });
  });

  test('a status that is no data is refused, and the month goes on', () =>
    withSources(
      [source('aws-cloudwatch-sagemaker', {})],
      (asked) => {
        const { Namespace } = inputOf(asked);
        if (Namespace) return json({ Metrics: LISTED['AWS/SageMaker'] });
        return json({
          MetricDataResults: [{ Id: 'm0', Label: 'l', Timestamps: [], Values: [], StatusCode: 'Forbidden' }],
        });
      },
      async (company) => {
        const report = await collectAt(company, 'watch', JULY);
        expect(report).toMatchObject({ landed: 5, rejected: 5 });
        expect(report.remarks.join()).toContain('found the status Forbidden');
      },
    ));
});
