#!/usr/bin/env -S node --experimental-import-text --no-warnings
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

import type { Moment } from './look.ts';
import { type AgentOptions, readOptions } from './options.ts';
import { readHost } from './readers/host.ts';
import { lookAt } from './readers/look.ts';
import { recordsBetween } from './records.ts';

process.exitCode = await main(process.argv.slice(2));

/** Exit codes (DESIGN §7): 0 done, 2 cannot. */
async function main(typed: readonly string[]): Promise<0 | 2> {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  try {
    await watch(await readOptions(typed, (path) => readFile(path, 'utf8')), ending.signal);
    return 0;
  } catch (error) {
    return ending.signal.aborted ? 0 : explain(error);
  }
}

/** Foreseen errors are told in one line; anything else keeps its stack, for whoever mends it. */
function explain(error: unknown): 2 {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${error.message.startsWith('Cannot ') ? error.message : error.stack}\n`);
  return 2;
}

/** Looks, waits, looks again, and writes what was spent in between to the standard output, one record a line. */
async function watch(options: AgentOptions, ending: AbortSignal): Promise<void> {
  const host = await readHost(options.root, options);
  let before = await lookAt(options.root, now());
  // Nothing is remembered from run to run: counting from the clock's microseconds, no two runs give one number twice.
  let firstSeq = before.readAt.getTime() * 1000;
  do {
    await setTimeout(options.intervalMs, undefined, { signal: ending });
    const after = await lookAt(options.root, now());
    const records = recordsBetween({ host, before, after, firstSeq });
    process.stdout.write(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    firstSeq += records.length;
    before = after;
  } while (!options.isOnce);
}

/** Milliseconds of the running clock are whole, as those of the wall clock are. */
function now(): Moment {
  return { readAt: new Date(), runningMs: Math.round(performance.now()) };
}
