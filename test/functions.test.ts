import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { tempFolder } from './support/temp-folder.ts';
import { AS_OF, hourOf, tinySettings, writeCompany, writeText } from './support/tiny-company.ts';

const root = tempFolder();
const RUN = { month: '2026-06', as_of: AS_OF };
const PLANTED = 'planted-session-token-77';

beforeAll(async () => {
  const start = hourOf('2026-06', 0);
  const folder = join(root, 'book/settings');
  await writeCompany(
    { month: '2026-06', bills: { 'a.parquet': [{ start, resource: 'i-1' }] }, telemetry: {}, grid: {} },
    folder,
  );
  const sources = [{ id: 'bill', kind: 'aws-cur2', path: 'inputs/bill' }];
  writeText(join(folder, 'joulebook.yaml'), JSON.stringify(tinySettings({ sources })));
  mkdirSync(join(root, 'tmp'));
});

/** Calls a handler in a process of its own, as Lambda does, on a book in a folder; gives its log, line by line. */
function call(lambda: string, input: object, retention = 'none'): Record<string, unknown>[] {
  const program = `const { handler } = await import(${JSON.stringify(resolve(`lambdas/${lambda}/handler.ts`))});
    await handler(${JSON.stringify(input)}, { functionName: 'Joulebook-${lambda}', awsRequestId: 'request-1' });`;
  const flags = ['--experimental-import-text', '--no-warnings', '--input-type=module', '--eval', program];
  const env = {
    BOOK: join(root, 'book'),
    RETENTION: retention,
    TMPDIR: join(root, 'tmp'),
    POWERTOOLS_SERVICE_NAME: lambda,
    AWS_SESSION_TOKEN: PLANTED,
    _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1',
  };
  const said = execFileSync(process.execPath, flags, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  expect(said).not.toContain(PLANTED);
  return said
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('a function logs what it is asked and what it answers, with the trace that both belong to', () => {
  const lines = call('collect', { ...RUN, source_id: 'bill' });
  const trace = { service: 'collect', xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793' };
  expect(lines[0]).toMatchObject({ message: 'Begins', ...trace, input: { source_id: 'bill' } });
  expect(lines.find(({ message }) => message === 'Done')).toMatchObject({
    ...trace,
    answer: { landed: 1 },
    function_request_id: 'request-1',
  });
});

test('a function tells the counts of its answer and its memory as metrics, under the name that Lambda has for it', () => {
  const metrics = call('collect', { ...RUN, source_id: 'bill' }).at(-1);
  expect(metrics).toMatchObject({ FunctionName: 'Joulebook-collect', landed: 0, present: 1, rejected: 0 });
  expect(Number(metrics?.['peak_memory_mb'])).toBeGreaterThan(20);
  expect(metrics).toHaveProperty('_aws.CloudWatchMetrics.0.Namespace', 'Joulebook/Functions');
  // What is no count has no metric of its own.
  expect(call('plan', { ...RUN, stage: 'facts' }).at(-1)).toEqual({
    _aws: expect.anything(),
    FunctionName: 'Joulebook-plan',
    peak_memory_mb: expect.any(Number),
  });
});

test('a function refuses to start where it is not told how long its book is kept', () => {
  expect(() => call('plan', { ...RUN, stage: 'facts' }, 'forever')).toThrow('expected none or a mode and years');
});
