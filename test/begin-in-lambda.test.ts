import type { Context } from 'aws-lambda';

import { beginInLambda } from '../lib/adapters/begin-in-lambda.ts';
import type { BeginRequest } from '../lib/pipeline/begin.ts';
import type { Asked } from './support/answering-server.ts';
import { inputOf, json, plantCredentials, withServer } from './support/aws-server.ts';

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Joulebook-MonthlyClose';
const LANDING = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Joulebook-Landing';
const WATCH: BeginRequest = { work: 'watch', at: '2026-06-12T10:40:00Z' };
const CLOSING: BeginRequest = { work: 'closing', at: '2026-07-22T06:00:00Z' };

/** Begins at a Step Functions of the test (API reference, `ListExecutions`, `StartExecution`), with so many runs under way. */
async function begin(request: BeginRequest, running: number, busy = MACHINE) {
  const operation = ({ headers }: Asked) => String(headers['x-amz-target']).split('.').at(-1);
  const answer = (asked: Asked) =>
    operation(asked) === 'ListExecutions'
      ? json({
          executions: Array.from({ length: inputOf(asked)['stateMachineArn'] === busy ? running : 0 }, () => ({
            status: 'RUNNING',
          })),
        })
      : json({ executionArn: 'arn', startDate: 1 });
  return withServer(answer, async ({ url, asked }) => {
    // biome-ignore lint/style/noProcessEnv: a Lambda is told by its environment where it works
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-west-1',
      TIME_ZONE: 'Etc/UTC',
      CLOSE_MACHINE: MACHINE,
      LANDING_MACHINE: LANDING,
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_METRICS_DISABLED: 'true',
    });
    plantCredentials();
    const due = await beginInLambda()(request, { functionName: 'begin' } as Context);
    return { due, calls: asked.map((one) => [operation(one), inputOf(one)] as const) };
  });
}

test('a watch looks whether another run is under way, and begins where none is', async () => {
  const { due, calls } = await begin(WATCH, 0);
  expect(due).toMatchObject({ machine: 'close', input: { month: '2026-06', watch: true } });
  expect(calls).toEqual([
    ['ListExecutions', { stateMachineArn: MACHINE, statusFilter: 'RUNNING', maxResults: 1 }],
    ['ListExecutions', { stateMachineArn: LANDING, statusFilter: 'RUNNING', maxResults: 1 }],
    ['StartExecution', expect.objectContaining({ stateMachineArn: MACHINE, name: 'watch_2026-06_20260612T104000Z' })],
  ]);
});

test('a watch is left out while another run is under way', async () => {
  const { due, calls } = await begin(WATCH, 1);
  expect(due).toBeNull();
  expect(calls.map(([operation]) => operation)).toEqual(['ListExecutions']);
});

test('a watch is left out while a landing collects from the same inbox', async () => {
  const { due, calls } = await begin(WATCH, 1, LANDING);
  expect(due).toBeNull();
  expect(calls.map(([operation]) => operation)).toEqual(['ListExecutions', 'ListExecutions']);
});

test('a closing run waits for nobody', async () => {
  const { due, calls } = await begin(CLOSING, 1);
  expect(due).toMatchObject({ name: 'closing_2026-06_20260722T060000Z' });
  expect(calls.map(([operation]) => operation)).toEqual(['StartExecution']);
});
