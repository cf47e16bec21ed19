import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { type AnsweringServer, type Asked, type Said, startServer } from '../support/answering-server.ts';

const JOULEBOOK = join(__dirname, '../../bin/joulebook.ts');
const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Joulebook-MonthlyClose';
const RUN = 'arn:aws:states:eu-west-1:123456789012:execution:Joulebook-MonthlyClose:2026-06_20260722T060000Z';
const MAP_RUN = 'arn:aws:states:eu-west-1:123456789012:mapRun:Joulebook-MonthlyClose/Settle:0b1c';
const SHARDS = JSON.stringify({ planned: { shards: [{ shard: '2026-06-01' }, { shard: '2026-06-02' }] } });
const REPORT = { version: 1, folder: 'disclosures/2026-06/v1', status: 'closed', is_new: true };
/** As Lambda writes it (AWS Lambda developer guide, «Lambda function errors in Node.js»). */
const CAUSE = JSON.stringify({
  errorType: 'Error',
  errorMessage: 'Cannot settle: expected memory, got none',
  trace: [],
});

type Answers = Readonly<Record<string, unknown>>;

/** Answers in the shapes of the AWS Step Functions API reference. */
const STANDING: Answers = {
  ListStateMachines: {
    stateMachines: [{ name: 'Joulebook-MonthlyClose', stateMachineArn: MACHINE, type: 'STANDARD' }],
  },
  ListTagsForResource: { tags: [{ key: 'joulebook:book', value: 's3://joulebook-book' }] },
  StartExecution: { executionArn: RUN, startDate: 1784700000 },
  RedriveExecution: { redriveDate: 1784700100 },
  ListMapRuns: {
    mapRuns: [{ executionArn: RUN, mapRunArn: MAP_RUN, stateMachineArn: MACHINE, startDate: 1784700000 }],
  },
};
const ENTERED = {
  type: 'MapStateEntered',
  id: 2,
  timestamp: 1784700001,
  stateEnteredEventDetails: { name: 'Settle', input: SHARDS },
};
const LEFT = { type: 'MapStateExited', id: 3, timestamp: 1784700002, stateExitedEventDetails: { name: 'Settle' } };

let server: AnsweringServer | undefined;
afterEach(() => server?.stop());

async function close(answers: Answers, ...typed: string[]) {
  server = await startServer((asked) => answerOf(asked, { ...STANDING, ...answers }));
  const environment = {
    PATH: '',
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'planted-id',
    AWS_SECRET_ACCESS_KEY: 'planted-secret',
  };
  const month = ['--month', '2026-06', '--as-of', '2026-07-22T06:00:00Z'];
  const flags = ['--experimental-import-text', '--no-warnings', JOULEBOOK, 'close', '--in', 'aws', ...month, ...typed];
  const child = spawn(process.execPath, flags, { env: environment });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(out + err).not.toContain('planted-secret');
  return { status: await ended, out, err, asked: server.asked.map(operationOf) };
}

function operationOf({ headers }: Asked): string {
  return String(headers['x-amz-target']).split('.')[1] ?? '';
}

function answerOf(asked: Asked, answers: Answers): Said {
  const { executionArn } = JSON.parse(asked.body.toString() || '{}') as { executionArn?: string };
  const named = answers[`${operationOf(asked)} ${executionArn?.split(':').at(-1)}`];
  const body = named ?? answers[operationOf(asked)];
  const refused = body === undefined;
  return {
    status: refused ? 400 : 200,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(refused ? { __type: 'AccessDeniedException', message: 'not authorized' } : body),
  };
}

test('a run that was begun to judge alarms alone ends without a disclosure, and says so', async () => {
  const output = JSON.stringify({ month: '2026-06', as_of: '2026-07-22T06:00:00Z', watch: true, collected: [] });
  const { status, out } = await close({
    DescribeExecution: { executionArn: RUN, status: 'SUCCEEDED', output },
    GetExecutionHistory: { events: [] },
  });
  expect([status, out]).toEqual([0, '2026-06: alarms are judged, no disclosure is written\n']);
});

const OVERTAKEN = {
  Error: 'Overtaken',
  Cause: JSON.stringify({ errorType: 'Overtaken', errorMessage: 'Cannot go on with 2026-06: close again' }),
};

test('a run for alarms that another one overtook does not say that it judged them', async () => {
  const output = JSON.stringify({ month: '2026-06', as_of: '2026-07-22T06:00:00Z', watch: true, failure: OVERTAKEN });
  const { status, out } = await close({
    DescribeExecution: { executionArn: RUN, status: 'SUCCEEDED', output },
    GetExecutionHistory: { events: [] },
  });
  expect(out).toBe('2026-06: a run of a later time has begun and judges the alarms, no disclosure is written\n');
  expect(status).toBe(0);
});

test('a run for alarms whose judging failed says why, and does not say that they are judged', async () => {
  const Cause = JSON.stringify({
    errorType: 'Error',
    errorMessage: 'Cannot tell of an alarm: expected SNS to take it',
  });
  const output = JSON.stringify({ month: '2026-06', watch: true, failure: { Error: 'Error', Cause } });
  const answers = {
    DescribeExecution: { executionArn: RUN, status: 'SUCCEEDED', output },
    GetExecutionHistory: { events: [] },
  };
  const failed = await close(answers);
  expect(failed.out).toBe('');
  expect(failed.err).toContain(
    'Cannot judge the alarms of 2026-06: Error: Cannot tell of an alarm: expected SNS to take it; no disclosure is written',
  );
  expect(failed.status).toBe(2);
});

test('a close that another run overtook names the state, says what to do, and does not speak of a redrive', async () => {
  const entered = (name: string) => ({ type: 'StateEntered', stateEnteredEventDetails: { name, input: '{}' } });
  const { status, err } = await close({
    DescribeExecution: {
      executionArn: RUN,
      status: 'FAILED',
      error: OVERTAKEN.Error,
      cause: OVERTAKEN.Cause,
      redriveStatus: 'REDRIVABLE',
      redriveCount: 0,
    },
    GetExecutionHistory: { events: ['PlanSettlement', 'IsWatchOvertaken', 'OvertakenClose'].map(entered) },
  });
  expect(err).toBe(`${RUN}\nCannot finish PlanSettlement: Overtaken: Cannot go on with 2026-06: close again\n`);
  expect(status).toBe(2);
});

/** A run whose collection found no room: a state of the inline map caught it and failed in its turn (API reference, `HistoryEvent`). */
const FULL: Answers = {
  DescribeExecution: {
    executionArn: RUN,
    status: 'FAILED',
    error: 'Exhausted',
    cause: JSON.stringify({ errorType: 'Exhausted', errorMessage: 'Cannot keep the files of bill' }),
    redriveStatus: 'REDRIVABLE',
    redriveCount: 0,
  },
  GetExecutionHistory: {
    events: [
      { type: 'MapStateEntered', stateEnteredEventDetails: { name: 'Collect', input: '{}' } },
      { type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'CollectSource', input: '{}' } },
      { type: 'FailStateEntered', stateEnteredEventDetails: { name: 'CollectExhausted', input: '{}' } },
    ],
  },
};

test('a run that ended in a state that only fails is told as one that cannot go on', async () => {
  const { status, err } = await close(FULL);
  expect(err).toContain('Cannot finish Collect: Exhausted: Cannot keep the files of bill');
  expect(err).toContain(
    'It has failed; it cannot go on: it ended in CollectExhausted, and would again; start the month anew: without --redrive, with a later --as-of.',
  );
  expect(status).toBe(2);
});

test('such a run is not redriven', async () => {
  const { status, err, asked } = await close(FULL, '--redrive');
  expect(err).toContain(`Cannot redrive ${RUN}: it ended in CollectExhausted, and would again; start the month anew`);
  expect(asked).not.toContain('RedriveExecution');
  expect(status).toBe(2);
});

test('a run that failed is redriven and followed to its end', async () => {
  const succeeded = {
    executionArn: RUN,
    status: 'SUCCEEDED',
    output: JSON.stringify(REPORT),
    redriveCount: 2,
    redriveDate: 1784700100,
  };
  const answers = { DescribeExecution: succeeded, GetExecutionHistory: { events: [ENTERED, LEFT] } };
  const { status, out, err, asked } = await close(answers, '--redrive');
  expect([status, out]).toEqual([0, 's3://joulebook-book/disclosures/2026-06/v1  (closed, version 1)\n']);
  const standing = 'It has succeeded. It was redriven twice, last at 2026-07-22T06:01:40.000Z.\n';
  expect(err).toBe(`${RUN}\n${standing}${standing}settle the ledger: 2 parts\n`);
  expect(asked).toContain('RedriveExecution');
  expect(asked).not.toContain('StartExecution');
});

test('a failure is told with its state, its part and the function’s own words', async () => {
  const answers = {
    DescribeExecution: {
      executionArn: RUN,
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      redriveStatus: 'REDRIVABLE',
      redriveCount: 0,
    },
    'DescribeExecution part-2': {
      executionArn: `${MAP_RUN}:part-2`,
      status: 'FAILED',
      input: JSON.stringify({ shard: '2026-06-02' }),
      error: 'Error',
      cause: CAUSE,
    },
    GetExecutionHistory: { events: [ENTERED] },
    ListExecutions: { executions: [{ executionArn: `${MAP_RUN}:part-2`, name: 'part-2', status: 'FAILED' }] },
  };
  const { status, err } = await close(answers);
  expect(status).toBe(2);
  expect(err).toContain('It has failed; it can go on by --redrive.\n');
  expect(err).toContain('Cannot finish Settle of 2026-06-02: Error: Cannot settle: expected memory, got none\n');
});

test('a run that cannot be redriven says why and what to do', async () => {
  const standing = {
    executionArn: RUN,
    status: 'FAILED',
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Execution redrivable period exceeded',
  };
  const { status, err } = await close({ DescribeExecution: standing, RedriveExecution: undefined }, '--redrive');
  expect(status).toBe(2);
  expect(err).toContain('It has failed; it cannot go on (Execution redrivable period exceeded): it ended more than 14');
  expect(err).toContain('got AccessDeniedException: not authorized. That means: this identity may not redrive it');
});

test('a refusal is told in words', async () => {
  const { status, err } = await close({ StartExecution: undefined });
  expect(status).toBe(2);
  expect(err).toContain('Cannot start 2026-06: expected AWS Step Functions to do it, got AccessDeniedException');
});

test('--workers is refused', async () => {
  const { status, err } = await close({}, '--workers', '2');
  expect([status, err]).toEqual([2, expect.stringContaining('Cannot close in AWS with --workers')]);
});
