import { SFNClient } from '@aws-sdk/client-sfn';

import { CloseMachine } from '../lib/adapters/close-machine.ts';
import type { Progress } from '../lib/pipeline/progress.ts';
import { standingWords } from '../lib/pipeline/redrive.ts';
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
function stepFunctions(redrive: Said, standing: object): (asked: Asked) => Said {
  const answers: Readonly<Record<string, Said>> = {
    ListStateMachines: json({ stateMachines: [{ name: 'Joulebook-MonthlyClose', stateMachineArn: MACHINE }] }),
    ListTagsForResource: json({ tags: [{ key: 'joulebook:book', value: 's3://book' }] }),
    RedriveExecution: redrive,
    DescribeExecution: json({
      executionArn: EXECUTION,
      status: 'SUCCEEDED',
      output: JSON.stringify(REPORT),
      redriveCount: 1,
      ...standing,
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

async function redriven(redrive: Said, standing: object = {}) {
  return withServer(stepFunctions(redrive, standing), async ({ url, asked }) => {
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

/** Developer guide, «Redrive eligibility», and API reference, `DescribeExecution`: each reason that is documented. */
test.each([
  ['Execution is RUNNING and cannot be redriven', 'it is still under way; wait for its end'],
  ['Execution is SUCCEEDED and cannot be redriven', 'it has succeeded, and nothing is left to be done'],
  ['Execution redrivable period exceeded', 'it ended more than 14 days ago; start the month anew'],
  ['Execution history event limit exceeded', 'its history is full (25 000 events); start the month anew'],
  ['Execution has exceeded the max execution time', 'it has been open for a year; start the month anew'],
  ['Execution was started before the launch of RedriveExecution', 'it is older than redriving itself'],
  ['State machine is in DELETING status', 'the machine is being taken away; deploy it again: npm run deploy'],
  ['of another kind', 'Step Functions cannot go on with this run; start the month anew'],
])('not redrivable: %s', async (redriveStatusReason, meaning) => {
  const refusal = refused('ExecutionNotRedrivable', 'The execution cannot be redriven');
  const standing = { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason };
  await expect(redriven(refusal, standing)).rejects.toThrow(
    `Cannot redrive ${EXECUTION}: expected AWS Step Functions to do it, got ExecutionNotRedrivable: ${redriveStatusReason}. That means: ${meaning}`,
  );
});

test.each([
  ['ExecutionNotRedrivable', 'Execution redrivable period exceeded', 'it ended more than 14 days ago'],
  ['ExecutionLimitExceeded', 'too many', 'wait until some have ended, or have the quota raised, and redrive again'],
  ['ExecutionDoesNotExist', 'no such run', 'it ended more than 90 days ago and is forgotten; look at --as-of'],
  ['InvalidArn', 'not an ARN', 'the address is not that of a run; look at --stack and at AWS_REGION'],
  ['AccessDeniedException', 'not authorized', 'it needs states:RedriveExecution'],
  ['ThrottlingException', 'slow down', 'try again in a minute'],
])('refused: %s', async (name, said, meaning) => {
  const told = redriven(refused(name, said));
  await expect(told).rejects.toThrow(`got ${name}: ${said}. That means: `);
  await expect(told).rejects.toThrow(meaning);
});

test('a refusal that nobody foresaw is told in the service’s own words alone', async () => {
  await expect(redriven(refused('KmsAccessDeniedException', 'the key says no'))).rejects.toThrow(
    /got KmsAccessDeniedException: the key says no$/,
  );
});

test.each([
  [{ status: 'RUNNING', redriveStatus: 'NOT_REDRIVABLE' }, 'It is under way.'],
  [{ status: 'SUCCEEDED', redriveCount: 1 }, 'It has succeeded. It was redriven once.'],
  [{ status: 'FAILED', redriveStatus: 'REDRIVABLE' }, 'It has failed; it can go on by --redrive.'],
  [
    { status: 'ABORTED', redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: 'Execution redrivable period exceeded' },
    'It was stopped; it cannot go on (Execution redrivable period exceeded): it ended more than 14 days ago; start the month anew: without --redrive, with a later --as-of.',
  ],
  [
    { status: 'TIMED_OUT', redriveCount: 12, redriveDate: new Date('2026-07-22T06:01:40Z') },
    'It ran out of time. It was redriven 12 times, last at 2026-07-22T06:01:40.000Z.',
  ],
  [{ status: 'PENDING_REDRIVE' }, 'It is PENDING_REDRIVE.'],
])('%j stands in words', (standing, words) => {
  expect(standingWords(standing)).toBe(words);
});
