import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type HistoryEvent,
  ListExecutionsCommand,
  paginateGetExecutionHistory,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';

import { LocalBook } from '../../lib/adapters/local-book.ts';
import { S3Book } from '../../lib/adapters/s3-book.ts';
import { fingerprint } from '../../lib/adapters/workplace.ts';
import type { Book } from '../../lib/landing/book.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type DeployedStack, deploy } from './deployed-stack.ts';
import { type Emulator, emulatorS3, startEmulator } from './emulator.ts';
import { killFunction } from './function-process.ts';

/*
 * The proof: the app is deployed into an emulated account, and its Lambdas close the example's month under its state
 * machine. The emulator runs each function in a process of Node.js on this machine, asks for no permissions, and gives
 * every error of a function the name Runtime.HandlerError.
 */

const PROJECT = join(__dirname, '../..');
const EXAMPLE = join(PROJECT, 'example');
const AS_OF = '2026-07-22T06:00:00Z';
const DISCLOSED = 'disclosures/2026-06/';
/** A test case in which Lambda kills each worker that is given a whole shard of files. */
const FAULTS = {
  StateMachines: { 'Joulebook-MonthlyClose': { TestCases: { TooLarge: { BuildShard: 'Killed' } } } },
  MockedResponses: { Killed: { '0-9': { Throw: { Error: 'Lambda.Unknown', Cause: 'signal: killed' } } } },
};
const home = tempFolder();

let emulator: Emulator;
let stack: DeployedStack;
let s3: S3Client;
let book: S3Book;
let machines: SFNClient;
beforeAll(async () => {
  emulator = await startEmulator(FAULTS);
  stack = deploy(emulator, join(EXAMPLE, 'joulebook.yaml'));
  s3 = emulatorS3(emulator);
  machines = new SFNClient(clientOptions());
  book = new S3Book({ bucket: bucketName(), prefix: '' }, s3);
  for (const file of filesBelow(join(EXAMPLE, 'inputs')))
    await put(`settings/inputs/${file}`, readFileSync(join(EXAMPLE, 'inputs', file)));
});
afterAll(async () => {
  s3?.destroy();
  machines?.destroy();
  await emulator?.stop();
});

const bucketName = () => stack.BookAddress.slice('s3://'.length);

function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => statSync(join(folder, name)).isFile());
}

async function put(key: string, bytes: string | Uint8Array): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucketName(), Key: key, Body: bytes }));
}

/** Types a command, as in a terminal. */
function joulebook(...typed: string[]) {
  const flags = ['--experimental-import-text', '--no-warnings', join(PROJECT, 'bin/joulebook.ts')];
  const run = spawnSync(process.execPath, [...flags, ...typed], { env: emulator.environment, encoding: 'utf8' });
  return { status: run.status, out: run.stdout, err: run.stderr };
}
const closeInAws = (asOf: string, ...more: string[]) =>
  joulebook('close', '--in', 'aws', '--month', '2026-06', '--as-of', asOf, '--json', ...more);

/** `landing/… <sha256>` of every file below a prefix. */
async function fingerprints(of: Book, prefix: string): Promise<string[]> {
  const entries = await of.list(prefix);
  return Promise.all(entries.map(async ({ key }) => `${key} ${fingerprint((await of.read(key)) ?? new Uint8Array())}`));
}

const STAGES = ['landing/', 'facts/', 'ledger/', 'sums/', 'kpis/', DISCLOSED];

test('shards whose workers are killed are halved; a run that is stopped halfway discloses nothing', async () => {
  const { executionArn } = await begin(`${stack.StateMachineArn}#TooLarge`, AS_OF);
  expect(await until(() => seenIn(executionArn, 'Settle'))).toBe('Settle');
  await machines.send(new StopExecutionCommand({ executionArn }));
  expect(await endOf(executionArn)).toMatchObject({ status: 'ABORTED' });
  const lists = (await book.list('plans/')).map(({ key }) => key.replace(/.*\//, ''));
  expect(lists).toEqual(expect.arrayContaining(['facts-00001.json', 'facts-00001-1.json', 'facts-00001-2.json']));
  expect(await book.list('facts/')).not.toEqual([]);
  expect(await book.list(DISCLOSED)).toEqual([]);
});

// The emulator knows no RedriveExecution: another run of the same month and time goes on over what is there.
test('the next run completes it: the deployed functions close the month to the same bytes as a laptop', async () => {
  const { status, out, err } = closeInAws(AS_OF);
  expect([status, err]).toEqual([0, expect.stringContaining('write the disclosure')]);
  expect(JSON.parse(out)).toMatchObject({ version: 1, is_new: true, status: 'closed' });
  const local = new LocalBook(join(home, 'book'));
  const settings = ['--settings', join(EXAMPLE, 'joulebook.yaml'), '--book', local.location];
  expect(joulebook('close', '--month', '2026-06', '--as-of', AS_OF, ...settings)).toMatchObject({ status: 0 });
  expect((await book.list(DISCLOSED)).map(({ key }) => key.split('/').at(-1))).toEqual(
    expect.arrayContaining(['annex.json', 'disclosure.pdf', 'figures.csv', 'index.html', 'manifest.json']),
  );
  for (const stage of STAGES) expect(await fingerprints(book, stage)).toEqual(await fingerprints(local, stage));
});

test('a run that fails is told in plain words; mended and started again it lands nothing new', async () => {
  const before = await fingerprints(book, 'landing/');
  await put('settings/joulebook.yaml', 'currency: dollars');
  const failed = closeInAws('2026-07-23T06:00:00Z');
  expect(failed.status).toBe(2);
  expect(failed.err).toMatch(/Cannot finish PlanCollection: .*Cannot read the settings s3:/s);
  expect(failed.err).toContain('currency');
  await put('settings/joulebook.yaml', readFileSync(join(EXAMPLE, 'joulebook.yaml')));
  // The emulator knows no RedriveExecution: the month is started again.
  const { status, out } = closeInAws('2026-07-24T06:00:00Z');
  expect(status).toBe(0);
  // A later moment at which nothing is new writes no version.
  expect(JSON.parse(out)).toMatchObject({ version: 1, is_new: false });
  expect(await fingerprints(book, 'landing/')).toEqual(before);
});

test('the doctor looks at the deployed stack', () => {
  const { status, out } = joulebook('doctor', '--in', 'aws', '--month', '2026-06', '--as-of', AS_OF, '--json');
  // 1: the example has an instance of an unknown type, which is of weight.
  expect(status).toBe(1);
  expect(JSON.parse(out).findings[0]).toMatchObject({ about: 'machine', weight: 'fine' });
});

test('the same month and time is not started twice, and another stack is not found', () => {
  expect(closeInAws(AS_OF)).toMatchObject({ status: 2, err: expect.stringContaining('--redrive') });
  const other = closeInAws(AS_OF, '--stack', 'Other');
  expect(other).toMatchObject({
    status: 2,
    err: expect.stringContaining('Cannot find the machine Other-MonthlyClose'),
  });
});

test('a deployed schedule fires, and what is asked twice starts once', async () => {
  const { Schedules } = (await scheduler('GET', '')) as { Schedules: { Name: string }[] };
  const name = Schedules.map(({ Name }) => Name).find((each) => each.includes('telemetry')) ?? 'none';
  const deployed = (await scheduler('GET', `/${name}`)) as Schedule;
  expect(deployed.ScheduleExpression).toBe('cron(10 * * * ? *)');
  expect(deployed.Target.Input).toContain('<aws.scheduler.scheduled-time>');
  // The emulator leaves the placeholder in place, where the service writes the time.
  const Input = deployed.Target.Input.replace('<aws.scheduler.scheduled-time>', '2026-06-12T10:10:00Z');
  const due = { ...deployed, ScheduleExpression: 'at(2026-06-12T10:10:00)', Target: { ...deployed.Target, Input } };
  for (const copy of ['first', 'second']) await scheduler('POST', `/${copy}`, due);
  const stateMachineArn = stack.StateMachineArn.replace(/MonthlyClose$/, 'Landing');
  const landed = await until(async () => {
    const { executions = [] } = await machines.send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions.length).toBeLessThan(2);
    if (executions[0]?.status === 'RUNNING') return undefined;
    return executions[0] && machines.send(new DescribeExecutionCommand(executions[0] as { executionArn: string }));
  });
  expect(landed).toMatchObject({ name: 'telemetry_2026-06_20260612T101000Z', status: 'SUCCEEDED' });
  expect(JSON.parse(landed.output ?? '{}').collected).toEqual(
    ['agents', 'model-servers', 'runs'].map((source_id) => expect.objectContaining({ source_id, landed: 0 })),
  );
});

test('a poisoned file and a source that never answers yield the month with gaps', async () => {
  const settings = readFileSync(join(EXAMPLE, 'joulebook.yaml'), 'utf8');
  const never = '{ id: never, kind: gcp-carbon, path: s3://nobody-has-this-bucket/carbon }';
  const away = settings.replace(/^( *- )(\{ id: gcp-carbon,.*)$/m, `$1$2\n$1${never}`);
  await put('settings/inputs/telemetry/poisoned.jsonl.gz', 'neither compressed nor JSON');
  await put('settings/joulebook.yaml', away);
  const { status, out } = closeInAws('2026-07-25T06:00:00Z');
  expect(status).toBe(0);
  const report = JSON.parse(out) as { version: number; status: string };
  expect(report).toMatchObject({ version: 2, status: 'preliminary' });
  const annex = Buffer.from((await book.read(`${DISCLOSED}v2/annex.json`)) ?? []).toString();
  const { gaps, meta } = JSON.parse(annex) as { gaps: object[]; meta: object };
  expect(JSON.stringify(gaps)).toContain('poisoned.jsonl.gz');
  expect(JSON.stringify(meta)).toContain('source never: gave nothing for the month');
});

test('a function that is killed leaves its source out; the next run lands it, and the figures are those of the laptop', async () => {
  for (const folder of ['landing/', 'facts/', 'ledger/', 'sums/', 'kpis/', 'quarantine/', DISCLOSED])
    for (const { key } of await book.list(folder)) await book.remove(key);
  await book.remove('settings/inputs/telemetry/poisoned.jsonl.gz');
  await put('settings/joulebook.yaml', readFileSync(join(EXAMPLE, 'joulebook.yaml')));
  const { executionArn } = await begin(stack.StateMachineArn, '2026-07-26T06:00:00Z');
  await until(async () => {
    if ((await eventsOf(executionArn)).some(({ type }) => type === 'TaskFailed')) return 'killed';
    killFunction('collect', emulator.endpoint);
    return undefined;
  });
  const first = JSON.parse((await endOf(executionArn)).output ?? '{}');
  expect(first).toMatchObject({ version: 1, status: 'preliminary' });
  const annex = Buffer.from((await book.read(`${DISCLOSED}v1/annex.json`)) ?? []).toString();
  expect(JSON.parse(annex).meta.status_reasons).toContainEqual(expect.stringContaining('gave nothing for the month'));
  const { out } = closeInAws('2026-07-27T06:00:00Z');
  expect(JSON.parse(out)).toMatchObject({ version: 2, is_new: true });
  const local = new LocalBook(join(home, 'book'));
  for (const stage of ['facts/', 'ledger/', 'sums/', 'kpis/'])
    expect(await fingerprints(book, stage)).toEqual(await fingerprints(local, stage));
});

/** Starts a run under a name of its own. */
async function begin(stateMachineArn: string, as_of: string): Promise<{ executionArn: string }> {
  const input = JSON.stringify({ month: '2026-06', as_of });
  const { executionArn = '' } = await machines.send(new StartExecutionCommand({ stateMachineArn, input }));
  return { executionArn };
}

async function eventsOf(executionArn: string): Promise<HistoryEvent[]> {
  const pages = paginateGetExecutionHistory({ client: machines, pageSize: 1000 }, { executionArn });
  const events: HistoryEvent[] = [];
  for await (const { events: page = [] } of pages) events.push(...page);
  return events;
}

/** Names of the states that a run has entered. */
async function statesOf(executionArn: string): Promise<string[]> {
  return (await eventsOf(executionArn)).map(({ stateEnteredEventDetails: entered }) => entered?.name ?? '');
}

/** A state once a run has entered it; how the run ended where it never did. */
async function seenIn(executionArn: string, state: string): Promise<string | undefined> {
  if ((await statesOf(executionArn)).includes(state)) return state;
  const { status, error, cause } = await machines.send(new DescribeExecutionCommand({ executionArn }));
  return status === 'RUNNING' ? undefined : `${status} ${error}: ${cause}`;
}

async function endOf(executionArn: string): Promise<DescribeExecutionCommandOutput> {
  return until(async () => {
    const execution = await machines.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  });
}

function clientOptions() {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { endpoint: emulator.endpoint, region: 'us-east-1', credentials };
}

interface Schedule {
  readonly ScheduleExpression: string;
  readonly Target: { readonly Input: string };
}

/** EventBridge Scheduler over HTTP (API reference, `GET /schedules`, `POST /schedules/{Name}`): no client is installed. */
async function scheduler(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const scope = 'test/20260612/us-east-1/scheduler/aws4_request';
  const headers = { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none` };
  const answer = await fetch(`${emulator.endpoint}/schedules${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`Cannot ask the scheduler: expected it to answer, got ${await answer.text()}`);
  return answer.json();
}

/** Looks until there is something to see, nine minutes at most: the machine may be busy. */
async function until<Seen>(look: () => Promise<Seen | undefined>): Promise<Seen> {
  for (let looks = 0; looks < 2160; looks += 1) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await setTimeout(250);
  }
  throw new Error('Cannot see the run: expected it to get there within nine minutes, got nothing');
}
