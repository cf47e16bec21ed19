import { SFNClient } from '@aws-sdk/client-sfn';

import { CloseMachine } from '../lib/adapters/close-machine.ts';
import type { Progress } from '../lib/pipeline/progress.ts';
import type { Asked, Said } from './support/answering-server.ts';
import { inputOf, json, withServer } from './support/aws-server.ts';

const RUN = { month: '2026-06', as_of: '2026-07-22T06:00:00Z' };
const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Joulebook-MonthlyClose';
const RUNS = 'arn:aws:states:eu-west-1:123456789012:execution:Joulebook-MonthlyClose';
const EXECUTION = `${RUNS}:closing_2026-06_20260722T060000Z`;
const REPORT = { ...RUN, version: 1, folder: 'disclosures/2026-06/v1', status: 'closed', is_new: true };

const entered = (name: string) => ({ type: 'TaskStateEntered', stateEnteredEventDetails: { name, input: '{}' } });
const exited = (name: string) => ({ type: 'TaskStateExited', stateExitedEventDetails: { name } });
/** A run that failed at its figures and went on from there (developer guide, «Restarting state machine executions with redrive»). */
const HISTORY = [
  { type: 'ExecutionStarted' },
  entered('PlanSettlement'),
  exited('PlanSettlement'),
  entered('ComputeKpis'),
  { type: 'ExecutionFailed' },
  { type: 'ExecutionRedriven' },
  exited('ComputeKpis'),
  entered('WriteDisclosure'),
  exited('WriteDisclosure'),
];

/** Step Functions as its API reference describes it, with one failed run. */
function stepFunctions(redrive: Said): (asked: Asked) => Said {
  const answers: Readonly<Record<string, Said>> = {
    ListStateMachines: json({ stateMachines: [{ name: 'Joulebook-MonthlyClose', stateMachineArn: MACHINE }] }),
    ListTagsForResource: json({ tags: [{ key: 'joulebook:book', value: 's3://book' }] }),
    RedriveExecution: redrive,
    DescribeExecution: json({
      executionArn: EXECUTION,
      status: 'SUCCEEDED',
      output: JSON.stringify(REPORT),
      redriveCount: 1,
    }),
    GetExecutionHistory: json({ events: HISTORY }),
  };
  return (asked) => {
    if (isOfNoRun(asked)) return refused('ExecutionDoesNotExist', 'no such run');
    return answers[operationOf(asked)] ?? { status: 400 };
  };
}

/** There is one run, which the clock began. */
function isOfNoRun(asked: Asked): boolean {
  const { executionArn } = inputOf(asked);
  return executionArn !== undefined && executionArn !== EXECUTION;
}

function refused(__type: string, message: string): Said {
  return { status: 400, body: JSON.stringify({ __type, message }) };
}

const operationOf = ({ headers }: Asked) => String(headers['x-amz-target']).split('.').at(-1) ?? '';

async function redriven(redrive: Said) {
  return withServer(stepFunctions(redrive), async ({ url, asked }) => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const machine = await CloseMachine.find(
      'Joulebook',
      new SFNClient({ endpoint: url, region: 'eu-west-1', credentials, maxAttempts: 1 }),
    );
    const execution = await machine.started(RUN);
    await machine.redrive(execution);
    const told: Progress[] = [];
    const report = await machine.follow(execution, (progress) => told.push(progress));
    return { report, told, asked };
  });
}

test('a run that the clock began and that failed goes on from the state that failed, and is told as one run', async () => {
  const { report, told, asked } = await redriven(json({ redriveDate: 1_784_700_000 }));
  expect(report).toEqual(REPORT);
  const call = asked.find((one) => operationOf(one) === 'RedriveExecution');
  expect(call && inputOf(call)).toMatchObject({ executionArn: EXECUTION });
  expect(asked.map(operationOf)).not.toContain('StartExecution');
  expect(told.map(({ stage, state }) => `${stage} ${state}`)).toEqual([
    'PlanSettlement started',
    'PlanSettlement succeeded',
    'ComputeKpis started',
    'ComputeKpis succeeded',
    'WriteDisclosure started',
    'WriteDisclosure succeeded',
  ]);
});

test('a run that cannot be redriven says so in the service’s own words', async () => {
  const refusal = refused('ExecutionNotRedrivable', 'Execution was started more than 14 days ago');
  await expect(redriven(refusal)).rejects.toThrow(
    `Cannot redrive ${EXECUTION}: expected AWS Step Functions to do it, got ExecutionNotRedrivable: Execution was`,
  );
});
