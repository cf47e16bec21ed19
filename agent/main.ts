#!/usr/bin/env -S node --experimental-import-text --no-warnings
import { randomBytes } from 'node:crypto';
import { appendFile, createReadStream } from 'node:fs';
import { promisify } from 'node:util';

import { Daemon, type DaemonEdges, runOnce } from './daemon.ts';
import { parseAddress } from './live/settings.ts';
import { readOptions, readSettings } from './options.ts';
import { readHost } from './readers/host.ts';
import { openLookout } from './readers/look.ts';
import { maybeText } from './readers/small-file.ts';
import { openAlone } from './runs/alone.ts';
import { runClient } from './runs/client.ts';
import { runCommand } from './runs/run-command.ts';
import { type RunOptions, readRunOptions, runIdAt } from './runs/run-options.ts';
import { now } from './ticks.ts';
import { askedFor, USAGE } from './usage.ts';
import { VERSION } from './version.ts';
import { standardOutput, Watch } from './watch.ts';

/** Whoever started the agent starts it anew (EX_TEMPFAIL of sysexits.h). */
const RESTART_NEEDED = 75;
/** Settings and tokens: a device or a pipe may have no end, so no file is read further than this. */
const MOST_BYTES = 1024 ** 2;

const ending = new AbortController();
process.exitCode = await main(process.argv.slice(2));

/** Exit codes: 0 done, 2 cannot; 75 for a driver that only a new process can read; of `run`, the command's own. */
async function main(typed: readonly string[]): Promise<number> {
  const asked = askedFor(typed);
  if (asked) return answer(asked === 'help' ? USAGE : VERSION);
  const [verb, ...rest] = typed;
  try {
    return verb === 'run' ? await run(rest) : await watch(verb === undefined ? [] : [verb, ...rest]);
  } catch (error) {
    return ending.signal.aborted ? 0 : explain(error);
  }
}

function answer(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** Foreseen errors are told in one line; anything else keeps its stack, for whoever mends it. */
function explain(error: unknown): 2 {
  if (!(error instanceof Error)) throw error;
  tell(error.message.startsWith('Cannot ') ? error.message : String(error.stack));
  return 2;
}

async function watch(typed: readonly string[]): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const options = await readOptions(typed, readText);
  if (options.isOnce) {
    await runOnce(options, edges());
    return 0;
  }
  const daemon = await Daemon.open(options, edges());
  const code = (await daemon.run()) === 'restart-needed' ? RESTART_NEEDED : 0;
  // Node waits for a call into a driver that never returns; everything is booked and closed.
  if (daemon.isHanging()) process.kill(process.pid, 'SIGKILL');
  return code;
}

async function run(typed: readonly string[]): Promise<number> {
  const options = readRunOptions(typed, () => runIdAt(new Date(), randomBytes(2).toString('hex')));
  const { live } = await readSettings(options.config, readText);
  const token = live.token_file === undefined ? undefined : (await readText(live.token_file)).trim();
  const { host, port } = parseAddress(live.listen === 'none' ? '127.0.0.1:0' : live.listen);
  return runCommand(options, {
    agent: runClient(
      `${live.cert_file ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
      token,
    ),
    watchAlone,
    environment: edges().environment,
    maybeRead: (path) => maybeText(path),
    appendLine: promisify(appendFile),
    tell,
  });
}

/** The host as this process sees it by itself. */
async function watchAlone({ root, config, request }: RunOptions) {
  const {
    host_id,
    resource_id,
    instance_type,
    imds,
    workloads: rules,
    model,
    nvidia,
  } = await readSettings(config, readText);
  const host = await readHost(root, { hostId: host_id, resourceId: resource_id, instanceType: instance_type, imds });
  const lookout = openLookout(root, { rules, model, nvidia, instanceType: host.instanceType });
  await lookout.prepare(now());
  const books = standardOutput(() => undefined);
  const watch = new Watch({ host, look: lookout.look, books, intervalMs: 60_000, clock: now });
  const { names, ...window } = request;
  const named = Object.fromEntries(Object.entries(names).filter(([, name]) => name !== null));
  return openAlone(watch, { ...window, ...named }, () => lookout.close());
}

function edges(): DaemonEdges {
  return {
    // biome-ignore lint/style/noProcessEnv: the one place where the agent looks at its environment
    environment: process.env,
    version: VERSION,
    ending: ending.signal,
    readText,
    tell,
    write: (text) => void process.stdout.write(text),
  };
}

async function readText(path: string): Promise<string> {
  let text = '';
  for await (const part of createReadStream(path, { encoding: 'utf8', end: MOST_BYTES })) text += part;
  if (Buffer.byteLength(text) > MOST_BYTES) throw new Error('more than 1 MiB');
  return text;
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
