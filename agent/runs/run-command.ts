import { spawn } from 'node:child_process';
import { once } from 'node:events';

import type { RunClient } from './client.ts';
import { environmentOf } from './environment.ts';
import type { EndRun } from './requests.ts';
import type { RunOptions } from './run-options.ts';
import { toldOf } from './told.ts';
import type { Outcome, RunRecord } from './windows.ts';

/** What the command needs of the world around it. */
export interface RunEdges {
  readonly agent: RunClient;
  /** Watches the host by itself where no agent listens. */
  watchAlone(options: RunOptions): Promise<Pick<RunClient, 'end'>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Text of a file; `undefined` where there is none. */
  maybeRead(path: string): Promise<string | undefined>;
  appendLine(path: string, line: string): Promise<void>;
  tell(line: string): void;
}

/**
 * Runs a command in a window of its own and books its energy. The exit code is the command's; a signal to this process goes on to
 * it. The window opens before the command starts and ends after it, so that none of its energy is outside.
 */
export async function runCommand(options: RunOptions, edges: RunEdges): Promise<number> {
  const { request } = options;
  const { names, ...run } = request;
  const named = Object.fromEntries(Object.entries(names).filter(([, name]) => name !== null));
  const opened = await edges.agent.open({ ...run, ...named });
  const window = opened ? edges.agent : await edges.watchAlone(options);
  const { code, outcome } = await runToEnd(options, edges).catch(async (error: unknown) => {
    await window.end(request.run_id, { outcome: 'aborted' });
    throw error;
  });
  const record = await window.end(request.run_id, { outcome, ...(await resultOf(options, edges)) });
  await book(record, options, edges, opened !== undefined);
  return code;
}

async function runToEnd(
  { command, request }: RunOptions,
  { environment }: RunEdges,
): Promise<{ code: number; outcome: Outcome }> {
  const [file, ...words] = command;
  const child = spawn(file, words, { stdio: 'inherit', env: { ...environment, ...environmentOf(request) } });
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, passOn);
  try {
    const [code, signal] = await once(child, 'exit');
    if (typeof code === 'number') return { code, outcome: code === 0 ? 'succeeded' : 'failed' };
    return { code: FATAL_SIGNAL + (SIGNAL_NUMBERS[String(signal)] ?? 0), outcome: 'aborted' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const found = { ENOENT: 'nothing of that name', EACCES: 'no permission to run it' }[String(code)] ?? message;
    throw new Error(`Cannot run ${file}: expected a program, got ${found}`);
  } finally {
    for (const signal of SIGNALS) process.off(signal, passOn);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a shell says of a command that a signal ended: 128 and the signal's number. */
const FATAL_SIGNAL = 128;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** What the job says it reached; a file that is absent or says something else is no result, and is told. */
async function resultOf({ result }: RunOptions, edges: RunEdges): Promise<Partial<EndRun>> {
  if (result === undefined) return {};
  try {
    const { target_metric, target_value } = JSON.parse((await edges.maybeRead(result)) ?? '');
    if (typeof target_metric === 'string' && typeof target_value === 'number') return { target_metric, target_value };
  } catch {
    // Told below, like any other content that is no result.
  }
  edges.tell(`${result}: expected {"target_metric": "loss", "target_value": 1.9}; the run is booked without a result`);
  return {};
}

async function book(
  record: RunRecord,
  { record: path }: RunOptions,
  edges: RunEdges,
  isBooked: boolean,
): Promise<void> {
  if (path !== undefined) await edges.appendLine(path, `${JSON.stringify(record)}\n`);
  edges.tell(toldOf(record));
  if (!isBooked && path === undefined)
    edges.tell('  not booked: no agent answers on this host; --record FILE keeps the record');
}
