/**
 * A process that keeps records and delivers them into a folder, with the agent's own spool and drain, for tests that kill it:
 * `node spool-writer.ts FOLDER write|finish|hold`. It prints `kept <seq>` when an append has come back.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { Drain } from '../../agent/sinks/drain.ts';
import { fileSink } from '../../agent/sinks/file.ts';
import { Spool } from '../../agent/spool/spool.ts';

const BOOT = 'boot-1';
const EVERY_MS = 40;
const [, , folder = '', task = ''] = process.argv;

// A file that may not grow is to be an error of the write, not the end of the process.
process.on('SIGXFSZ', () => undefined);
const now = () => new Date();
const tell = (line: string) => say('told', line);
const spool = openSpool();
const last = Number(spool.state() ?? -1);
say('opened', last, spool.nextSeq(BOOT));
if (task === 'write') await write();
if (task === 'finish') await finish();
if (task === 'hold') await setTimeout(600_000);

function openSpool(): Spool {
  try {
    return new Spool({ folder, max_bytes: 64 * 1024 ** 2 }, { hostId: 'host-1', sinks: ['file'], now, tell });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(2);
  }
}

async function write(): Promise<void> {
  drain().start();
  for (;;) {
    const seq = spool.nextSeq(BOOT);
    const lines = [seq, seq + 1].map((each) => ({
      kind: 'telemetry' as const,
      seq: each,
      text: JSON.stringify({ seq: each, text: 'x'.repeat(200) }),
    }));
    say(spool.append({ lines, state: String(seq + 1) }) ? 'kept' : 'refused', seq, seq + 1);
    await setTimeout(1);
  }
}

async function finish(): Promise<void> {
  const last = drain();
  await last.stop(30_000);
  say('stats', JSON.stringify(spool.stats()));
  spool.close();
}

function drain(): Drain {
  return new Drain({
    spool,
    sinks: [fileSink({ kind: 'file', path: join(folder, 'inbox') }, 'file')],
    settings: { every: EVERY_MS, order: 'oldest' },
    hostId: 'host-1',
    edges: { now, random: Math.random, tell, sleep: (ms) => setTimeout(Math.min(ms, EVERY_MS)) },
  });
}

/** Written at once, so that a killed process has said what it did. */
function say(...words: readonly unknown[]): void {
  process.stdout.write(`${words.join(' ')}\n`);
}
