/**
 * A day of a host in accelerated time: 86 400 ticks of the agent's own loop over a made-up host, with a spool and a sink that is
 * away all day. Prints the memory of each four hours. `node day.ts FOLDER`
 */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { Collection, ownHeap } from '../../agent/collection.ts';
import { openLookout } from '../../agent/readers/look.ts';
import { Spool } from '../../agent/spool/spool.ts';
import { Watch } from '../../agent/watch.ts';
import { buildHost, openHost } from './made-up-host.ts';

const SECONDS = 86_400;
const HOUR = 3600;
const SAMPLED_EVERY = 60;
const PRINTED_EVERY_HOURS = 4;

const [folder = ''] = process.argv.slice(2);
const root = join(folder, 'host');
buildHost(root);
const moveTo = openHost(root);
let second = 0;
let most = 0;
let collections = 0;
const start = Date.UTC(2026, 5, 1);
const clock = () => ({ readAt: new Date(start + second * 1000), runningMs: second * 1000, sinceBootMs: second * 1000 });
const lookout = openLookout(root, { nvidia: { enabled: false } });
const settings = { folder: join(folder, 'spool'), max_bytes: 64 * 1024 ** 2 };
const spool = new Spool(settings, { hostId: 'day-1', sinks: ['away'], now: () => clock().readAt, tell: print });
const collection = new Collection(ownHeap);
const host = { hostId: 'day-1', resourceId: 'day-1' };
const watch = new Watch({ host, look: lookout.look, books: spool, intervalMs: 60_000, clock });
for (; second <= SECONDS; second += 1) {
  moveTo(second);
  await watch.tick(clock());
  // The agent waits between two ticks: whatever has waited for a turn of the loop, the collector among it, has it now.
  await setImmediate();
  if (second % (HOUR / 4) === 0) await spool.seal();
  collections += collection.afterTick() ? 1 : 0;
  if (second % SAMPLED_EVERY === 0) most = Math.max(most, process.memoryUsage.rss());
  if (second % (PRINTED_EVERY_HOURS * HOUR) === 0) printMemory(second / HOUR);
}
const { records, dropped, bytes } = spool.stats();
print(`    spool: ${records} records kept, ${dropped} dropped at its bound, ${(bytes / 1024 ** 2).toFixed(0)} MiB`);
lookout.close();
spool.close();

function printMemory(hour: number): void {
  const mib = (amount: number) => (amount / 1024 ** 2).toFixed(1).padStart(6);
  const { rss, heapUsed } = process.memoryUsage();
  print(
    `    hour ${String(hour).padStart(2)}: ${mib(rss)} MiB RSS, at most ${mib(most)}; ${mib(heapUsed)} MiB heap, ${collections} collections`,
  );
  most = 0;
  collections = 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
