#!/usr/bin/env -S node --experimental-import-text --no-warnings
import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { setTimeout } from 'node:timers/promises';

import { EMPTY_ACCOUNT, recordsOf, withTick } from './account.ts';
import type { Moment } from './look.ts';
import { type AgentOptions, readOptions } from './options.ts';
import { readHost } from './readers/host.ts';
import { openLookout } from './readers/look.ts';
import { baselineOf, spendingSince } from './spending.ts';

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
  const lookout = openLookout(options.root);
  const first = await lookout.look(now());
  let baseline = baselineOf(first);
  // Nothing is remembered from run to run: counting from the clock's microseconds, no two runs give one number twice.
  let firstSeq = first.readAt.getTime() * 1000;
  do {
    await setTimeout(options.intervalMs, undefined, { signal: ending });
    const look = await lookout.look(now());
    const { spendings, after } = spendingSince(baseline, look);
    const records = recordsOf(withTick(EMPTY_ACCOUNT, spendings), { host, bootId: look.bootId, firstSeq });
    process.stdout.write(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    firstSeq += records.length;
    baseline = after;
  } while (!options.isOnce);
  lookout.close();
}

/** Milliseconds of the running clock are whole, as those of the wall clock are. */
function now(): Moment {
  const runningMs = Number(process.hrtime.bigint() / 1_000_000n);
  return { readAt: new Date(), runningMs, sinceBootMs: Math.round(uptime() * 1000) };
}
