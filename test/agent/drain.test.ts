import { join } from 'node:path';

import fc from 'fast-check';
import { backoffMs } from '../../agent/sinks/backoff.ts';
import { Drain } from '../../agent/sinks/drain.ts';
import { retryAfterMs } from '../../agent/sinks/retry-after.ts';
import { type DeliverSettings, deliverSettings } from '../../agent/sinks/settings.ts';
import type { Delivery, Sink } from '../../agent/sinks/sink.ts';
import { isSealDue, slotsOf, untilNextSlot } from '../../agent/sinks/slot.ts';
import type { SealedBatch } from '../../agent/spool/batch.ts';
import { Spool } from '../../agent/spool/spool.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = tempFolder();
const START = Date.parse('2026-06-10T14:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Time that passes only while all loops wait: the one that waits shortest goes on first. */
class SimulatedTime {
  now = START;
  readonly #loops: number;
  #waiting: { readonly at: number; readonly wake: () => void }[] = [];

  constructor(loops: number) {
    this.#loops = loops;
  }

  sleep(ms: number, ending: AbortSignal): Promise<void> {
    if (ending.aborted) return Promise.resolve();
    return new Promise((wake) => {
      this.#waiting.push({ at: this.now + ms, wake });
      ending.addEventListener('abort', () => wake(), { once: true });
      if (this.#waiting.length === this.#loops) setImmediate(() => this.#goOn());
    });
  }

  #goOn(): void {
    const [first, ...others] = this.#waiting.sort((a, b) => a.at - b.at);
    if (!first) return;
    this.#waiting = others;
    this.now = Math.max(this.now, first.at);
    first.wake();
  }
}

interface Attempt {
  readonly at: number;
  readonly name: string;
}

/** A place that answers as the test says. */
function placeThat(
  id: string,
  answer: (batch: SealedBatch, attempts: readonly Attempt[]) => Delivery,
  now: () => number,
) {
  const attempts: Attempt[] = [];
  const taken: SealedBatch[] = [];
  const sink: Sink = {
    id,
    deliver: async (batch) => {
      attempts.push({ at: now(), name: batch.name });
      const said = answer(batch, attempts);
      if (said === 'delivered') taken.push(batch);
      return said;
    },
    close: () => undefined,
  };
  return { sink, attempts, taken };
}

interface Stage {
  readonly spool: Spool;
  readonly told: string[];
  readonly time: SimulatedTime;
  run(sinks: readonly Sink[], forMs: number, tick?: () => void): Promise<void>;
}

let made = 0;
/** A spool and a drain in simulated time; `everyMs` of the ticks that append one line. */
function stage(sinkIds: readonly string[], settings: Partial<DeliverSettings> = {}): Stage {
  made += 1;
  const time = new SimulatedTime(sinkIds.length + 2);
  const now = () => new Date(time.now);
  const told: string[] = [];
  const tell = (line: string) => void told.push(line);
  const folder = join(root, String(made));
  const spool = new Spool({ folder, max_bytes: 64 * 1024 ** 2 }, { hostId: 'host-1', sinks: sinkIds, now, tell });
  return {
    spool,
    told,
    time,
    async run(sinks, forMs, tick = () => undefined) {
      const edges = { now, tell, random: () => 0.5, sleep: time.sleep.bind(time) };
      const drain = new Drain({
        spool,
        sinks,
        hostId: 'host-1',
        settings: { ...deliverSettings.parse(undefined), ...settings },
        edges,
      });
      const ending = new AbortController();
      drain.start();
      for (const end = time.now + forMs; time.now < end; ) {
        tick();
        await time.sleep(MINUTE, ending.signal);
      }
      await drain.stop(0);
    },
  };
}

/** Appends one line a call. */
function ticker({ spool }: Stage): () => void {
  return () => {
    const seq = spool.nextSeq('boot-1');
    spool.append({ lines: [{ kind: 'telemetry', seq, text: JSON.stringify({ seq }) }], state: String(seq) });
  };
}

test('24 hours without a sink: nothing is lost, attempts stay few, and all is delivered in order when it is back', async () => {
  const scene = stage(['away']);
  const back = START + 24 * HOUR;
  const answer = (): Delivery => (scene.time.now < back ? { retry: 'no route to host' } : 'delivered');
  const place = placeThat('away', answer, () => scene.time.now);
  await scene.run([place.sink], 25 * HOUR, ticker(scene));

  const during = place.attempts.filter(({ at }) => at < back);
  expect(during.length).toBeGreaterThan(24 * 12);
  expect(during.length).toBeLessThan(24 * 30);
  const records = place.taken.reduce((sum, batch) => sum + batch.records, 0);
  expect(records + scene.spool.stats().records).toBe(25 * 60);
  expect(scene.spool.stats()).toMatchObject({ dropped: 0, quarantined: 0 });
  expect(scene.spool.stats().records).toBeLessThanOrEqual(15);
  const seqs = place.taken.map(({ firstSeq }) => firstSeq);
  expect(seqs.slice(2)).toEqual([...seqs.slice(2)].sort((a, b) => a - b));
  expect(scene.told).toEqual([
    'sink away does not take records: no route to host; they stay in the spool',
    'sink away takes records again',
  ]);
  const gaps = place.attempts
    .filter(({ at }) => at >= back)
    .map(({ at }, index, all) => at - (all[index - 1]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
  scene.spool.close();
});

test('a sink that is away holds up no other, and one bad batch none of the others', async () => {
  const scene = stage(['away', 'well']);
  const away = placeThat(
    'away',
    () => ({ retry: 'away' }),
    () => scene.time.now,
  );
  const well = placeThat(
    'well',
    ({ name }, attempts) => (name === attempts[0]?.name ? { retry: 'the server stumbles over this one' } : 'delivered'),
    () => scene.time.now,
  );
  await scene.run([away.sink, well.sink], 3 * HOUR, ticker(scene));
  expect(away.taken).toEqual([]);
  expect(well.taken.length).toBeGreaterThanOrEqual(10);
  expect(well.taken.map(({ name }) => name)).not.toContain(well.attempts[0]?.name);
  expect(scene.spool.stats().records).toBe(180);
  scene.spool.close();
});

test('what is refused goes to the quarantine, is counted and told, and the rest goes on', async () => {
  const scene = stage(['picky']);
  const place = placeThat(
    'picky',
    (_, { length }) => (length === 1 ? { refused: 'not a number', indexes: [0, 2] } : 'delivered'),
    () => scene.time.now,
  );
  await scene.run([place.sink], HOUR, ticker(scene));
  expect(scene.spool.stats()).toMatchObject({ quarantined: 2 });
  expect(place.taken.length).toBeGreaterThanOrEqual(2);
  expect(scene.told).toEqual([
    expect.stringMatching(/^sink picky refuses 2 records of agent\/.* for good: not a number$/),
  ]);
  scene.spool.close();
});

test('a place is asked no earlier than it says', async () => {
  const scene = stage(['busy']);
  const place = placeThat(
    'busy',
    () => ({ retry: '429', afterMs: 10 * MINUTE }),
    () => scene.time.now,
  );
  await scene.run([place.sink], 2 * HOUR, ticker(scene));
  const gaps = place.attempts.slice(1).map(({ at }, index) => at - (place.attempts[index]?.at ?? 0));
  expect(gaps.length).toBeGreaterThan(5);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10 * MINUTE);
  scene.spool.close();
});

test.each([HOUR, -HOUR])('a clock that is set by %d ms loses nothing', async (step) => {
  const scene = stage(['file']);
  const place = placeThat(
    'file',
    () => 'delivered',
    () => scene.time.now,
  );
  const append = ticker(scene);
  let ticks = 0;
  await scene.run([place.sink], 3 * HOUR, () => {
    append();
    ticks += 1;
    if (ticks === 40) scene.time.now += step;
  });
  const records = place.taken.reduce((sum, batch) => sum + batch.records, 0);
  expect(records + scene.spool.stats().records).toBe(ticks);
  expect(scene.spool.stats().records).toBeLessThanOrEqual(15);
  const seqs = place.taken.flatMap(({ firstSeq, lastSeq }) => [firstSeq, lastSeq]);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  scene.spool.close();
});

test('at the end what is open is cut and delivered, or stays for the next start', async () => {
  const scene = stage(['file']);
  const place = placeThat(
    'file',
    () => 'delivered',
    () => scene.time.now,
  );
  ticker(scene)();
  const edges = {
    now: () => new Date(scene.time.now),
    tell: () => undefined,
    random: Math.random,
    sleep: async () => undefined,
  };
  const settings = deliverSettings.parse(undefined);
  const drain = new Drain({ spool: scene.spool, sinks: [place.sink], hostId: 'host-1', settings, edges });
  await drain.stop(10_000);
  expect(place.taken.map(({ records }) => records)).toEqual([1]);
  expect(scene.spool.stats().records).toBe(0);
  scene.spool.close();
});

describe('waiting', () => {
  test('never exceeds five minutes, never undercuts what was asked, and doubles at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(900_000),
        (n, random, asked) => {
          const waits = backoffMs(n, () => random, asked);
          expect(waits).toBeGreaterThanOrEqual(asked);
          expect(waits).toBeLessThanOrEqual(Math.max(asked, 300_000, 0));
          expect(backoffMs(n, () => 1)).toBe(Math.min(300_000, 1000 * 2 ** (n - 1)));
        },
      ),
    );
  });

  test('reads Retry-After in seconds and as a date, and waits a quarter of an hour at most', () => {
    const now = new Date('2026-06-10T14:00:00Z');
    expect(retryAfterMs('120', now)).toBe(120_000);
    expect(retryAfterMs('1.5', now)).toBe(1500);
    expect(retryAfterMs('Wed, 10 Jun 2026 14:01:00 GMT', now)).toBe(MINUTE);
    expect(retryAfterMs('Wed, 10 Jun 2026 13:00:00 GMT', now)).toBe(0);
    expect(retryAfterMs('99999999', now)).toBe(15 * MINUTE);
    expect(['soon', '', null, undefined].map((header) => retryAfterMs(header, now))).toEqual(Array(4).fill(undefined));
  });

  test('a host has its own offset, for ever the same, and a slot every `every`', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 10_000, max: 24 * HOUR }),
        fc.integer({ min: 0, max: 4e12 }),
        (host, every, at) => {
          const slots = slotsOf(host, every);
          expect(slots).toEqual(slotsOf(host, every));
          const wait = untilNextSlot(new Date(at), slots);
          expect(wait).toBeGreaterThan(0);
          expect(wait).toBeLessThanOrEqual(every);
          expect(isSealDue(new Date(at), new Date(at + wait - 1), slots)).toBe(false);
          expect(isSealDue(new Date(at), new Date(at + wait), slots)).toBe(true);
          expect(isSealDue(undefined, new Date(at), slots)).toBe(false);
        },
      ),
    );
    const offsets = new Set(Array.from({ length: 100 }, (_, host) => slotsOf(`host-${host}`, HOUR).offsetMs));
    expect(offsets.size).toBeGreaterThan(95);
  });
});
