import { AwsCaller } from '../lib/adapters/live/aws-caller.ts';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import type { AwsCall } from '../lib/sources/live.ts';
import type { Asked, Said } from './support/answering-server.ts';
import { type Answering, inputOf, json, KEY, plantCredentials, TOKEN, withServer } from './support/aws-server.ts';
import { edgesTo, type LiveEdges } from './support/live-edges.ts';

/** The real SDK clients against a server that says what the API references document. */
plantCredentials();

const failing = (status: number, type: string, message = 'said so', date?: string): Said => ({
  status,
  body: JSON.stringify({ __type: type, message }),
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type, ...(date && { date }) },
});

describe('AwsCaller', () => {
  const call: AwsCall = {
    transport: 'aws',
    service: 'cost-explorer',
    operation: 'GetCostAndUsage',
    region: 'us-east-1',
    input: {
      TimePeriod: { Start: '2026-06-01', End: '2026-06-02' },
      Granularity: 'DAILY',
      Metrics: ['UnblendedCost'],
    },
  };
  const answer = { GroupDefinitions: [], ResultsByTime: [] };

  /** What came of one call, and how often the server was asked; edges wait for nothing. */
  async function ask(said: Answering, one: AwsCall = call, more: Partial<LiveEdges> = {}) {
    return withServer(said, async (server) => {
      const edges = edgesTo(server.url, more);
      const outcome = await new AwsCaller(edges).call(one).catch((error: unknown) => error);
      return { outcome, asked: server.asked, waits: edges.waits };
    });
  }

  test('gives the output of the operation as JSON, without what the client adds', async () => {
    const { outcome, asked } = await ask(() => json(answer));
    expect(outcome).toEqual({ status: 200, text: JSON.stringify(answer) });
    expect(asked[0]?.headers['x-amz-target']).toBe('AWSInsightsIndexService.GetCostAndUsage');
    expect(asked[0]?.headers['authorization']).toContain(`Credential=${KEY}/`);
    expect(inputOf(asked[0] as Asked)).toEqual(call.input);
  });

  test('times of CloudWatch go out as instants and come back as ISO 8601', async () => {
    const input = { MetricDataQueries: [], StartTime: '2026-06-01T00:00:00Z', EndTime: '2026-07-01T00:00:00Z' };
    const said = { MetricDataResults: [{ Id: 'm0', Label: 'l', Timestamps: [1780272000], Values: [3.0] }] };
    const { outcome, asked } = await ask(() => json(said), {
      ...call,
      service: 'cloudwatch',
      operation: 'GetMetricData',
      input,
    });
    expect(inputOf(asked[0] as Asked)).toMatchObject({ StartTime: 1780272000, EndTime: 1782864000 });
    expect(JSON.parse((outcome as { text: string }).text)).toEqual({
      MetricDataResults: [{ Id: 'm0', Label: 'l', Timestamps: ['2026-06-01T00:00:00.000Z'], Values: [3] }],
    });
  });

  const passing: [string, Said][] = [
    ['too many calls', failing(400, 'LimitExceededException')],
    ['throttled', failing(400, 'ThrottlingException')],
    ['an error of the service', failing(500, 'InternalServerError')],
    ['a connection that is cut', 'reset'],
    ['half an answer', { status: 200, body: '{"ResultsByTime": [{"TimePer' }],
    ['an expired token', failing(400, 'ExpiredTokenException')],
  ];

  test.each(passing)('%s: asks again, and gives up in words when it lasts', async (_, trouble) => {
    const mended = await ask((_asked, before) => (before === 0 ? trouble : json(answer)));
    expect(mended.outcome).toEqual({ status: 200, text: JSON.stringify(answer) });
    expect(mended.waits).toHaveLength(1);
    const lasting = await ask(() => trouble);
    expect(lasting.outcome).toBeInstanceOf(SourceUnavailable);
    expect(lasting.asked.length).toBeLessThanOrEqual(3);
    expect(String(lasting.outcome)).toMatch(
      /Cannot ask live at cost-explorer GetCostAndUsage: expected an answer, got /,
    );
  });

  test('a clock that is wrong is set by the answer', async () => {
    const skewed = failing(403, 'RequestTimeTooSkewed', 'said so', 'Sat, 27 Mar 2027 10:00:00 GMT');
    const { outcome, asked } = await ask((_asked, before) => (before === 0 ? skewed : json(answer)));
    expect(outcome).toMatchObject({ status: 200 });
    expect(String(asked[1]?.headers['x-amz-date'])).toMatch(/^20270327T/);
  });

  test('a refusal is told at once, and no error quotes a credential', async () => {
    const refused = await ask(() =>
      failing(400, 'AccessDeniedException', 'not authorized to perform: ce:GetCostAndUsage'),
    );
    expect(refused.asked).toHaveLength(1);
    expect(String(refused.outcome)).toContain('not authorized to perform: ce:GetCostAndUsage');
    const quoting = `canonical string x-amz-security-token:${TOKEN} ${KEY}`;
    for (const type of ['InvalidSignatureException', 'ExpiredTokenException', 'UnrecognizedClientException']) {
      const { outcome } = await ask(() => failing(400, type, quoting));
      expect(String(outcome)).toContain(type);
      expect(String(outcome)).not.toMatch(new RegExp(`${TOKEN}|${KEY}|planted`));
    }
  });
});
