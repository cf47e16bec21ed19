import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import { json, TOKEN, withServer } from './support/aws-server.ts';
import { type Segment, startTraceDaemon } from './support/trace-daemon.ts';

const SECRET = 'planted-secret-55';
const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047';
const CLOSING = { work: 'closing', at: '2026-07-22T06:00:00Z' };
const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Joulebook-MonthlyClose';

interface Run {
  /** What it wrote, line by line. */
  readonly lines: readonly Record<string, unknown>[];
  readonly segments: readonly Segment[];
  readonly sent: string;
}

/** Runs a program as Lambda runs a function, with a daemon of X-Ray beside it; `more` changes the environment. */
async function runInLambda(program: string, more: Readonly<Record<string, string>> = {}): Promise<Run> {
  const daemon = await startTraceDaemon();
  try {
    const flags = ['--experimental-import-text', '--no-warnings', '--input-type=module', '--eval', program];
    const env = {
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      LAMBDA_TASK_ROOT: process.cwd(),
      AWS_XRAY_DAEMON_ADDRESS: daemon.address,
      _X_AMZN_TRACE_ID: `${TRACE};Sampled=1`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIAPLANTEDEXAMPLE00',
      AWS_SECRET_ACCESS_KEY: 'planted',
      AWS_SESSION_TOKEN: TOKEN,
      ...more,
    };
    const { stdout } = await promisify(execFile)(process.execPath, flags, { env });
    const lines = stdout.split('\n').filter((line) => line !== '');
    return { lines: lines.map((line) => JSON.parse(line)), segments: daemon.segments(), sent: daemon.text() };
  } finally {
    await daemon.stop();
  }
}

const named = (name: string, { segments }: Run) => segments.filter((segment) => segment.name === name);
const code = (path: string) => JSON.stringify(resolve(path));
const beginning = `const { handler } = await import(${code('lambdas/begin/handler.ts')});
  const due = await handler(${JSON.stringify(CLOSING)}, { functionName: 'Joulebook-begin', awsRequestId: 'r1' });
  console.log(JSON.stringify({ due }));`;

/** Begins the closing run at a Step Functions of the test. */
function begin(more: Readonly<Record<string, string>> = {}): Promise<Run> {
  return withServer(
    () => json({ executionArn: 'arn', startDate: 1 }),
    ({ url }) =>
      runInLambda(beginning, {
        AWS_ENDPOINT_URL: url,
        TIME_ZONE: 'Etc/UTC',
        CLOSE_MACHINE: MACHINE,
        LANDING_MACHINE: MACHINE,
        POWERTOOLS_SERVICE_NAME: 'begin',
        ...more,
      }),
  );
}

/** A function that makes the calls in `body` by `ask(url)`, the way that live sources ask. */
const asking = (body: string) => `
  const { observed } = await import(${code('lib/adapters/observed.ts')});
  const { exchange } = await import(${code('lib/adapters/live/exchange.ts')});
  const patience = { timeoutMs: 5000, maxBytes: 1000 };
  const headers = { authorization: 'Bearer ${SECRET}' };
  const ask = (url) => exchange({ transport: 'http', method: 'GET', url, headers }, patience);
  const context = { functionName: 'asker', awsRequestId: 'r1' };
  ${body}`;

test('a function has a segment that is found by what it was asked, and its calls to AWS have theirs within', async () => {
  const run = await begin();
  const [own] = named('## begin', run);
  expect(own).toMatchObject({ trace_id: '1-5759e988-bd862e3fe1be46a994272793', parent_id: '557abcec3ee5a047' });
  expect(own?.annotations).toEqual({ ColdStart: true, Service: 'begin', stage: 'begin', work: 'closing' });
  expect(named('SFN', run)).toEqual([
    expect.objectContaining({
      parent_id: own?.id,
      namespace: 'aws',
      aws: expect.objectContaining({ operation: 'StartExecution', region: 'eu-west-1' }),
      http: expect.objectContaining({ response: expect.objectContaining({ status: 200 }) }),
    }),
  ]);
  expect(run.sent).not.toContain(TOKEN);
});

test('a cold start is a metric of its own, under the name of the function', async () => {
  const { lines } = await begin();
  const cold = lines.filter((line) => 'ColdStart' in line);
  expect(cold).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Joulebook/Functions',
            Dimensions: [['service', 'FunctionName']],
            Metrics: [{ Name: 'ColdStart', Unit: 'Count' }],
          },
        ],
      },
      service: 'begin',
      FunctionName: 'Joulebook-begin',
      ColdStart: 1,
    },
  ]);
});

test('a call to a provider shows its host, method and status, and nothing that is secret', async () => {
  const run = await withServer(
    ({ path }) => ({ status: path.startsWith('/busy') ? 429 : 200, headers: { 'set-cookie': SECRET }, body: SECRET }),
    async ({ url }) => ({
      host: new URL(url).host,
      ...(await runInLambda(
        asking(`await observed(async ({ base }) => {
            await ask(base + '/${SECRET}?token=${SECRET}');
            await ask(base + '/busy?token=${SECRET}');
            return null;
          })({ base: ${JSON.stringify(url)}, month: '2026-06', source_id: 'grid' }, context);`),
        { POWERTOOLS_SERVICE_NAME: 'collect', POWERTOOLS_LOG_LEVEL: 'SILENT' },
      )),
    }),
  );
  const [own] = named('## collect', run);
  expect(own?.annotations).toMatchObject({ month: '2026-06', source: 'grid', stage: 'collect' });
  const request = { url: `https://${run.host}/`, method: 'GET' };
  expect(named(run.host, run)).toEqual([
    expect.objectContaining({ parent_id: own?.id, namespace: 'remote', http: { request, response: { status: 200 } } }),
    expect.objectContaining({ error: true, throttle: true, http: { request, response: { status: 429 } } }),
  ]);
  expect(run.sent).not.toContain(SECRET);
});

test('a query of Timestream is told under the call of the function, without its text', async () => {
  const run = await withServer(
    ({ headers }) =>
      json(
        String(headers['x-amz-target']).endsWith('DescribeEndpoints')
          ? { Endpoints: [{ Address: 'query-cell1.timestream.eu-west-1.amazonaws.com', CachePeriodInMinutes: 9 }] }
          : { QueryId: 'q', Rows: [], ColumnInfo: [] },
      ),
    ({ url }) =>
      runInLambda(
        `const { observed } = await import(${code('lib/adapters/observed.ts')});
         const { openOperation } = await import(${code('lib/adapters/live/aws-operations.ts')});
         const named = { service: 'timestream-query', operation: 'Query', region: 'eu-west-1' };
         await observed(async () => {
           const query = await openOperation(named, { rewrite: () => ${JSON.stringify(url)} });
           await query({ QueryString: 'SELECT ${SECRET}' }, AbortSignal.timeout(5000));
           return null;
         })({ month: '2026-06' }, { functionName: 'asker', awsRequestId: 'r1' });`,
        { POWERTOOLS_SERVICE_NAME: 'collect', POWERTOOLS_LOG_LEVEL: 'SILENT' },
      ),
  );
  const [own] = named('## collect', run);
  const calls = run.segments.filter(({ namespace }) => namespace === 'aws');
  expect(calls.map(({ aws }) => aws?.['operation'])).toContain('Query');
  expect(new Set(calls.map(({ parent_id }) => parent_id))).toEqual(new Set([own?.id]));
  expect(run.sent).not.toContain(SECRET);
});

test('what fails is told in the segment and thrown on, without the secrets of an address', async () => {
  const run = await runInLambda(
    asking(`
      const failing = observed(async () => {
        // fetch refuses an address with a password, and repeats it.
        await ask('http://user:${SECRET}@127.0.0.1:9/?token=${SECRET}').catch(() => undefined);
        throw new RangeError('Cannot ask http://user:${SECRET}@127.0.0.1:9/?token=${SECRET} for the month');
      });
      const thrown = await failing({ month: '2026-06' }, context).catch((error) => error);
      console.log(JSON.stringify({ thrown: thrown.name }));`),
    { POWERTOOLS_SERVICE_NAME: 'collect', POWERTOOLS_LOG_LEVEL: 'SILENT' },
  );
  expect(run.lines).toContainEqual({ thrown: 'RangeError' });
  const [own] = named('## collect', run);
  expect(own).toMatchObject({ fault: true });
  expect(own?.cause?.exceptions[0]?.message).toBe('Cannot ask http://…@127.0.0.1:9/?… for the month');
  expect(named('127.0.0.1:9', run)).toEqual([expect.objectContaining({ fault: true })]);
  expect(run.sent).not.toContain(SECRET);
});

test('calls on a connection that was kept, and calls at once, are each told under their own call of the function', async () => {
  const run = await withServer(
    () => ({ status: 200, body: 'hello' }),
    async ({ url }) => ({
      host: new URL(url).host,
      ...(await runInLambda(
        asking(`
          const handler = observed(async ({ base }) => {
            await ask(base);
            await Promise.all([ask(base), ask(base)]);
            return null;
          });
          for (const [index, shard] of ['one', 'two'].entries()) {
            process.env._X_AMZN_TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a99427279' + index + ';Parent=557abcec3ee5a047;Sampled=1';
            await handler({ base: ${JSON.stringify(url)}, shard }, context);
          }`),
        { POWERTOOLS_SERVICE_NAME: 'settle' },
      )),
    }),
  );
  const own = named('## settle', run);
  expect(own.map(({ annotations }) => [annotations?.['shard'], annotations?.['ColdStart']])).toEqual([
    ['one', true],
    ['two', false],
  ]);
  const parents = named(run.host, run).map(({ parent_id }) => parent_id);
  expect(parents).toEqual([own[0]?.id, own[0]?.id, own[0]?.id, own[1]?.id, own[1]?.id, own[1]?.id]);
});

test.each([
  ['is switched off', { POWERTOOLS_TRACE_ENABLED: 'false' }],
  ['is not sampled', { _X_AMZN_TRACE_ID: `${TRACE};Sampled=0` }],
  ['is not in Lambda', { AWS_EXECUTION_ENV: '' }],
  ['has no trace', { _X_AMZN_TRACE_ID: '' }],
  ['has a daemon that is not there', { AWS_XRAY_DAEMON_ADDRESS: 'nowhere.invalid:2000' }],
])('a function that %s works on and sends no segment', async (_, more) => {
  const { lines, sent } = await begin(more);
  expect(lines).toContainEqual({ due: expect.objectContaining({ machine: 'close' }) });
  expect(sent).toBe('');
});
