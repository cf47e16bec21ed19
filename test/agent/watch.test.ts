import type { Look } from '../../agent/look.ts';
import { type BookLine, type Books, RefusedRun, Watch } from '../../agent/watch.ts';
import { microjoulesOf, parseRecord } from '../../lib/landing/record.ts';
import { LLM, lookAfter, packageOf } from '../support/made-up-looks.ts';

/** Books in memory; `isFull` is a disk without room. */
class ShelfOfBooks implements Books {
  readonly lines: BookLine[] = [];
  isFull = false;
  dropped = 0;
  #state: string | undefined;
  state = () => this.#state;
  nextSeq = () => (this.lines.at(-1)?.seq ?? 99) + 1;
  append({ lines, state, dropped }: Parameters<Books['append']>[0]): boolean {
    if (this.isFull) return false;
    this.dropped += dropped?.records ?? 0;
    this.lines.push(...lines);
    this.#state = state;
    return true;
  }
  energyOf(domain: string): bigint {
    const records = this.lines
      .filter(({ kind }) => kind === 'telemetry')
      .map(({ text }) => parseRecord(JSON.parse(text)));
    return records
      .filter((record) => record.domain === domain)
      .reduce((sum, { energy_joules }) => sum + microjoulesOf(energy_joules ?? '0'), 0n);
  }
}

/** A watch over a host whose package draws 50 W, a tick a call. */
function watchOver(books: Books, startSecond = 0) {
  let second = startSecond;
  const clock = () => lookAfter(second);
  const look = async ({ readAt }: { readAt: Date }): Promise<Look> => {
    const since = (readAt.getTime() - lookAfter(0).readAt.getTime()) / 1000;
    return lookAfter(since, { owners: { ofProcess: () => LLM, ofDevice: () => [] } });
  };
  const watch = new Watch({ host: { hostId: 'h-1', resourceId: 'i-1' }, look, books, intervalMs: 10_000, clock });
  const tick = async (count: number) => {
    for (let each = 0; each < count; each += 1) {
      await watch.tick();
      second += 1;
    }
  };
  return { watch, tick, sleep: (seconds: number) => (second += seconds) };
}

test('intervals end at whole multiples of their length and number their lines without a hole', async () => {
  const books = new ShelfOfBooks();
  await watchOver(books).tick(31);
  const cpu = books.lines
    .map(({ text }) => parseRecord(JSON.parse(text)))
    .filter(({ component }) => component === 'cpu');
  expect(
    cpu.map(({ period_start, period_end, energy_joules }) => [
      period_start.slice(14, 19),
      period_end.slice(14, 19),
      energy_joules,
    ]),
  ).toEqual([
    ['00:00', '00:10', '500'],
    ['00:10', '00:20', '500'],
    ['00:20', '00:30', '500'],
  ]);
  expect(books.lines.map(({ seq }) => seq)).toEqual([100, 101, 102, 103, 104, 105]);
  expect(books.lines.map(({ text }) => JSON.parse(text).seq)).toEqual([100, 101, 102, 103, 104, 105]);
});

test('an agent that starts again books what was spent while it was away', async () => {
  const books = new ShelfOfBooks();
  await watchOver(books).tick(15);
  const again = watchOver(books, 45);
  await again.tick(1);
  await again.watch.flush();
  expect(books.energyOf('package-0')).toBe(46n * 50_000_000n);
});

test('an agent that is killed after its first look, before it has booked an interval, loses nothing', async () => {
  const books = new ShelfOfBooks();
  const killed = watchOver(books);
  await killed.watch.start();
  await killed.tick(3);
  const again = watchOver(books, 7);
  await again.watch.start();
  expect(books.energyOf('package-0')).toBe(7n * 50_000_000n);
});

test('a run outlives an agent that is killed before it has booked an interval', async () => {
  const books = new ShelfOfBooks();
  const killed = watchOver(books);
  await killed.watch.start();
  killed.sleep(2);
  await killed.watch.openRun({ run_id: 'r-1' });
  const again = watchOver(books, 7);
  await again.watch.start();
  expect(await again.watch.endRun('r-1', { outcome: 'succeeded' })).toMatchObject({
    host_energy_joules: { cpu: '250' },
  });
});

test('an agent that starts on a host that has booted goes on with a gap', async () => {
  const books = new ShelfOfBooks();
  await watchOver(books, 86_400).tick(15);
  const booted = (second: number) =>
    lookAfter(86_460 + second, { runningMs: 20_000 + second * 1000, sinceBootMs: 20_000 + second * 1000, bootId: 'c' });
  let second = 0;
  const watch = new Watch({
    host: { hostId: 'h-1', resourceId: 'i-1' },
    look: async () => booted(second),
    books,
    intervalMs: 10_000,
    clock: () => booted(second),
  });
  await watch.start();
  second = 10;
  await watch.flush();
  expect(books.energyOf('package-0')).toBe(20n * 50_000_000n);
  const told = books.lines.map(({ text }) => JSON.parse(text));
  expect(told.filter(({ boot_id, component }) => boot_id === 'c' && component === 'cpu')).toMatchObject([
    { gap_reason: 'counter-reset', period_start: '2026-06-02T12:00:10.000Z', period_end: '2026-06-02T12:01:00.000Z' },
    { gap_reason: null, energy_joules: '500' },
  ]);
});

test('a full disk costs nothing once it has room again', async () => {
  const books = new ShelfOfBooks();
  const { tick } = watchOver(books);
  await tick(11);
  books.isFull = true;
  await tick(20);
  books.isFull = false;
  await tick(10);
  expect(books.energyOf('package-0')).toBe(40n * 50_000_000n);
  expect(books.lines.map(({ seq }) => seq)).toEqual(books.lines.map((_, index) => 100 + index));
});

test('of a disk that is full for long the newest lines stay in memory, and the others are counted and told once', async () => {
  const books = new ShelfOfBooks();
  const told: string[] = [];
  let minute = 0;
  const megabyte = { ...LLM, labels: { unit: 'x'.repeat(1024 ** 2) } };
  const look = async () =>
    lookAfter(minute * 60, { workloadTimes: [{ workload: megabyte, microseconds: BigInt(minute) * 1_000_000n }] });
  const clock = () => lookAfter(minute * 60);
  const host = { hostId: 'h-1', resourceId: 'i-1' };
  const tell = (line: string) => void told.push(line);
  const watch = new Watch({ host, look, books, intervalMs: 60_000, clock, tell });
  books.isFull = true;
  for (; minute < 30; minute += 1) await watch.tick();
  // A minute of the package is a line of a megabyte, one of the memory without a counter a short one.
  expect(watch.dropped.records).toBe(27);
  books.isFull = false;
  await watch.tick();
  expect([books.lines.length, books.dropped, watch.dropped.records]).toEqual([33, 27, 0]);
  expect(told).toEqual(['the disk is full for so long that records in memory are dropped, the oldest first']);
});

test('a run is opened and ended with looks of their own, and its record is a line of the books', async () => {
  const books = new ShelfOfBooks();
  const { watch, tick, sleep } = watchOver(books);
  await tick(4);
  await watch.openRun({ run_id: 'r-1', model_id: 'm', pid: 7 });
  await expect(watch.openRun({ run_id: 'r-1' })).rejects.toThrow(RefusedRun);
  sleep(7);
  const record = await watch.endRun('r-1', { outcome: 'succeeded', target_metric: 'loss', target_value: 1.9 });
  expect(record).toMatchObject({ run_id: 'r-1', model_id: 'm', host_energy_joules: { cpu: '350' }, target_value: 1.9 });
  expect(books.lines.filter(({ kind }) => kind === 'runs').map(({ text }) => JSON.parse(text))).toEqual([record]);
  await expect(watch.endRun('r-1', { outcome: 'failed' })).rejects.toThrow(
    'Cannot end the run r-1: no such run is open on this host',
  );
});

test('a run has ended after it began also where the clock was set back meanwhile, and the agent started again', async () => {
  const books = new ShelfOfBooks();
  let moment = lookAfter(0);
  const watching = () =>
    new Watch({
      host: { hostId: 'h-1', resourceId: 'i-1' },
      look: async () => moment,
      books,
      intervalMs: 10_000,
      clock: () => moment,
    });
  await watching().openRun({ run_id: 'r-1' });
  moment = lookAfter(30, { readAt: new Date('2026-06-01T11:00:00Z') });
  const again = watching();
  await again.start();
  expect(await again.endRun('r-1', { outcome: 'succeeded' })).toMatchObject({
    started_at: '2026-06-01T10:59:30.000Z',
    ended_at: '2026-06-01T11:00:00.000Z',
  });
});

test('a run has no energy from before it, told late by a device that did not answer when it was opened', async () => {
  let [second, isSilent] = [0, false];
  const watch = new Watch({
    host: { hostId: 'h-1', resourceId: 'i-1' },
    look: async () => lookAfter(second, isSilent ? { devices: [packageOf(undefined)] } : {}),
    books: new ShelfOfBooks(),
    intervalMs: 10_000,
    clock: () => lookAfter(second),
  });
  const tickAt = async (at: number, silent = false) => {
    [second, isSilent] = [at, silent];
    await watch.tick();
  };
  await tickAt(0);
  await tickAt(20, true);
  await watch.openRun({ run_id: 'r-1' });
  await tickAt(21);
  await tickAt(25);
  // The 1050 J of the first 21 seconds are told at the twenty-first.
  expect(await watch.endRun('r-1', { outcome: 'succeeded' })).toMatchObject({
    host_energy_joules: { cpu: '200' },
    gaps: ['cpu', 'memory'],
  });
});

test('looks that are asked for at once are taken one after another', async () => {
  const books = new ShelfOfBooks();
  const { watch, tick } = watchOver(books);
  await tick(3);
  await Promise.all([
    watch.tick(),
    watch.openRun({ run_id: 'a' }),
    watch.tick(),
    watch.endRun('a', { outcome: 'aborted' }),
    watch.flush(),
  ]);
  expect(books.energyOf('package-0')).toBe(3n * 50_000_000n);
});

test('a run that nobody ends is aborted after a month', async () => {
  const books = new ShelfOfBooks();
  const { watch, tick, sleep } = watchOver(books);
  await tick(2);
  await watch.openRun({ run_id: 'r-1' });
  sleep(31 * 24 * 3600 + 1);
  await tick(1);
  expect(books.lines.filter(({ kind }) => kind === 'runs').map(({ text }) => JSON.parse(text).outcome)).toEqual([
    'aborted',
  ]);
});
