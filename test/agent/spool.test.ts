import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';
import type { SealedBatch } from '../../agent/spool/batch.ts';
import { spoolFolder, spoolSettings } from '../../agent/spool/settings.ts';
import { Spool } from '../../agent/spool/spool.ts';
import type { BookLine } from '../../agent/watch.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = tempFolder();
const MIB = 1024 ** 2;
const START = Date.parse('2026-06-10T14:00:00Z');
let made = 0;

interface Made {
  readonly spool: Spool;
  readonly told: string[];
  readonly folder: string;
  readonly clock: { now: number };
}

/** A spool in a folder of its own, or the one that is there. */
function makeSpool({
  folder,
  maxBytes = 64 * MIB,
  sinks = ['a'],
}: {
  folder?: string;
  maxBytes?: number;
  sinks?: string[];
} = {}): Made {
  made += 1;
  const place = folder ?? join(root, String(made));
  const told: string[] = [];
  const clock = { now: START };
  const spool = new Spool(
    { folder: place, max_bytes: maxBytes },
    { hostId: 'gpu 1/a', sinks, now: () => new Date(clock.now), tell: (line) => told.push(line) },
  );
  return { spool, told, folder: place, clock };
}

function linesFrom(seq: number, texts: readonly string[], kind: BookLine['kind'] = 'telemetry'): BookLine[] {
  return texts.map((text, index) => ({ kind, seq: seq + index, text }));
}

function textsIn(batch: SealedBatch): string[] {
  return gunzipSync(batch.bytes).toString('utf8').trimEnd().split('\n');
}

/** Takes everything that is due for a sink. */
function takeAll(spool: Spool, sink = 'a'): SealedBatch[] {
  const taken: SealedBatch[] = [];
  for (let batch = spool.due(sink, 'oldest'); batch; batch = spool.due(sink, 'oldest')) {
    taken.push(batch);
    spool.settle(batch, sink, 'delivered');
  }
  return taken;
}

interface Step {
  readonly lines: readonly { readonly kind: BookLine['kind']; readonly text: string }[];
  readonly bootId: string;
  readonly isCut: boolean;
}

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((raw) => JSON.stringify({ raw }));
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    lines: fc.array(fc.record({ kind: fc.constantFrom('telemetry', 'activity', 'runs'), text }), { maxLength: 5 }),
    bootId: fc.constantFrom('boot-1', 'boot-2'),
    isCut: fc.boolean(),
  }),
  { maxLength: 12 },
);

async function takeStep({ spool, clock }: Made, { lines, bootId, isCut }: Step): Promise<void> {
  clock.now += 1000;
  const first = spool.nextSeq(bootId);
  const numbered = lines.map((line, index) => ({ ...line, seq: first + index }));
  expect(spool.append({ lines: numbered, state: `${first}` })).toBe(true);
  expect(spool.state()).toBe(`${first}`);
  if (lines.length > 0) expect(spool.nextSeq(bootId)).toBe(first + lines.length);
  if (isCut) await spool.seal();
}

/** Texts by kind and boot, in order. */
function sorted(texts: readonly { readonly of: string; readonly text: string }[]): Record<string, string[]> {
  const byKey = Object.groupBy(texts, ({ of }) => of);
  return Object.fromEntries(Object.entries(byKey).map(([key, found = []]) => [key, found.map(({ text }) => text)]));
}

describe('what is appended', () => {
  test('comes back whole, in order and once, however it is appended and cut', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const made = makeSpool();
        for (const step of taken) await takeStep(made, step);
        await made.spool.seal();
        const wanted = taken.flatMap(({ lines, bootId }) =>
          lines.map(({ kind, text }) => ({ of: `${kind}/boot=${bootId}`, text })),
        );
        const found = takeAll(made.spool).flatMap((batch) =>
          textsIn(batch).map((text) => ({ of: `${batch.kind}/${/boot=[^/]+/.exec(batch.name)}`, text })),
        );
        expect(sorted(found)).toEqual(sorted(wanted));
        expect(made.spool.stats()).toMatchObject({ records: 0, oldestUnsentAt: undefined, dropped: 0 });
        made.spool.close();
      }),
      { numRuns: 40, seed: 20_261_122 },
    );
  });

  test('lies in a file that names kind, host, boot and numbers', async () => {
    const { spool } = makeSpool();
    expect(spool.nextSeq('boot-1')).toBe(START * 1000);
    spool.append({ lines: linesFrom(7, ['{}', '{}']), state: '' });
    spool.append({ lines: linesFrom(9, ['{}'], 'runs'), state: '' });
    await spool.seal();
    expect(takeAll(spool).map(({ name, records }) => [name, records])).toEqual([
      ['runs/host=gpu%201%2Fa/boot=boot-1/9-9.jsonl.gz', 1],
      ['agent/telemetry/host=gpu%201%2Fa/boot=boot-1/7-8.jsonl.gz', 2],
    ]);
    spool.close();
  });

  test('is cut at 50 000 lines and at 8 MiB, whichever comes first', async () => {
    const { spool } = makeSpool();
    spool.nextSeq('boot-1');
    spool.append({
      lines: linesFrom(
        0,
        Array.from({ length: 50_001 }, () => '{}'),
      ),
      state: '',
    });
    spool.append({
      lines: linesFrom(
        60_000,
        Array.from({ length: 9 }, () => 'x'.repeat(MIB)),
        'activity',
      ),
      state: '',
    });
    expect(await spool.seal()).toBe(4);
    expect(takeAll(spool).map(({ kind, records }) => [kind, records])).toEqual([
      ['activity', 7],
      ['activity', 2],
      ['telemetry', 50_000],
      ['telemetry', 1],
    ]);
    spool.close();
  });

  test('goes on after a restart, batch bytes and all', async () => {
    const { spool, folder } = makeSpool();
    spool.nextSeq('boot-1');
    spool.append({ lines: linesFrom(5, ['{"a":1}']), state: 'first' });
    await spool.seal();
    const before = spool.due('a', 'oldest');
    spool.append({ lines: linesFrom(6, ['{"a":2}']), state: 'second' });
    spool.close();
    const { spool: again, told } = makeSpool({ folder });
    expect(again.state()).toBe('second');
    expect(again.nextSeq('boot-1')).toBe(7);
    expect(again.due('a', 'oldest')).toEqual(before);
    expect(again.stats()).toMatchObject({ records: 2, oldestUnsentAt: new Date(START) });
    expect(told).toEqual([]);
    again.close();
  });
});

describe('a batch', () => {
  test('goes when every sink has settled it, and is offered to none that has', async () => {
    const { spool } = makeSpool({ sinks: ['a', 'b'] });
    spool.nextSeq('boot-1');
    for (const seq of [1, 2]) {
      spool.append({ lines: linesFrom(seq, ['{}']), state: '' });
      await spool.seal();
    }
    const [first, second] = [spool.due('a', 'oldest'), spool.due('a', 'newest')];
    if (!first || !second) throw new Error('Cannot go on: expected two batches');
    expect([first.firstSeq, second.firstSeq]).toEqual([1, 2]);
    spool.settle(first, 'a', 'delivered');
    expect(spool.due('a', 'oldest')?.id).toBe(second.id);
    expect(spool.due('b', 'oldest')?.id).toBe(first.id);
    expect(spool.due('b', 'oldest', [first.id, second.id])).toBeUndefined();
    expect(spool.stats().records).toBe(2);
    spool.settle(first, 'b', { refused: 'too old', indexes: [0] });
    spool.settle(first, 'b', { refused: 'too old', indexes: [0] });
    expect(spool.stats()).toMatchObject({ records: 1, quarantined: 1 });
    spool.close();
  });

  test('that only a sink of yesterday waits for goes at the next start', async () => {
    const { spool, folder } = makeSpool({ sinks: ['a', 'gone'] });
    spool.nextSeq('boot-1');
    spool.append({ lines: linesFrom(1, ['{}']), state: '' });
    await spool.seal();
    expect(takeAll(spool, 'a')).toHaveLength(1);
    spool.close();
    const { spool: again } = makeSpool({ folder, sinks: ['a'] });
    expect(again.stats().records).toBe(0);
    again.close();
  });
});

describe('the bound', () => {
  test('drops the oldest, counts it, and the count outlives the agent', async () => {
    const { spool, folder } = makeSpool({ maxBytes: 4 * MIB });
    spool.nextSeq('boot-1');
    for (let seq = 0; seq < 400; seq += 1) {
      // Random text, since a batch of equal lines would be small.
      const text = randomBytes(24_000).toString('base64');
      expect(spool.append({ lines: linesFrom(seq, [text]), state: String(seq) })).toBe(true);
      if (seq % 20 === 19) await spool.seal();
      expect(spool.stats().bytes).toBeLessThanOrEqual(4 * MIB);
    }
    const { records, dropped, droppedBytes } = spool.stats();
    expect(records + dropped).toBe(400);
    expect(records).toBeGreaterThan(50);
    expect(droppedBytes).toBeGreaterThan(dropped * 20_000);
    spool.close();
    const { spool: again } = makeSpool({ folder, maxBytes: 4 * MIB });
    expect(again.stats()).toMatchObject({ dropped, droppedBytes });
    const left = takeAll(again);
    expect([left[0]?.firstSeq, left.at(-1)?.lastSeq]).toEqual([dropped, 399]);
    again.close();
  });

  test('counts what was dropped before the disk had room', () => {
    const { spool, folder } = makeSpool();
    spool.nextSeq('boot-1');
    spool.append({ lines: linesFrom(9, ['{}']), state: '', dropped: { records: 8, bytes: 80 } });
    spool.append({ lines: linesFrom(10, ['{}']), state: '', dropped: { records: 0, bytes: 0 } });
    spool.close();
    const { spool: again } = makeSpool({ folder });
    expect(again.stats()).toMatchObject({ records: 2, dropped: 8, droppedBytes: 80 });
    again.close();
  });

  test('gives its room back to the disk while what it held is delivered', async () => {
    const { spool, folder } = makeSpool();
    spool.nextSeq('boot-1');
    for (let seq = 0; seq < 40; seq += 1) {
      spool.append({ lines: linesFrom(seq, [randomBytes(24_000).toString('base64')]), state: '' });
      await spool.seal();
    }
    const bytes = () => statSync(join(folder, 'spool.db')).size;
    spool.close();
    const full = bytes();
    const { spool: some } = makeSpool({ folder });
    for (let batch = 0; batch < 10; batch += 1) {
      const due = some.due('a', 'oldest');
      expect(due && some.settle(due, 'a', 'delivered')).toBe(true);
    }
    some.close();
    // Moving pages takes room of the log, which records may need: those that are few are used again.
    expect(bytes()).toBe(full);
    const { spool: again } = makeSpool({ folder });
    expect(takeAll(again)).toHaveLength(30);
    again.close();
    expect(bytes()).toBeLessThan(full / 4);
  });

  test('drops open lines where no batch is left to drop', () => {
    const { spool } = makeSpool({ maxBytes: 4 * MIB });
    spool.nextSeq('boot-1');
    for (let seq = 0; seq < 100; seq += 10) {
      const lines = linesFrom(
        seq,
        Array.from({ length: 10 }, () => 'x'.repeat(100_000)),
      );
      expect(spool.append({ lines, state: '' })).toBe(true);
    }
    const { records, dropped } = spool.stats();
    expect(dropped).toBeGreaterThan(0);
    expect(records + dropped).toBe(100);
    spool.close();
  });
});

test('pages that break while the agent runs: the file is set aside, and what is appended is kept in a new one', async () => {
  const { spool, folder, told } = makeSpool();
  const first = spool.nextSeq('boot-1');
  const lines = linesFrom(
    first,
    Array.from({ length: 200 }, () => 'x'.repeat(60_000)),
  );
  spool.append({ lines, state: 'before' });
  const path = join(folder, 'spool.db');
  for (const file of [path, `${path}-wal`]) {
    const broken = openSync(file, 'r+');
    writeSync(broken, Buffer.alloc(statSync(file).size - 4096, 0xa5), 0, null, 4096);
    closeSync(broken);
  }
  await spool.seal();
  expect(told).toEqual([
    expect.stringMatching(/spool\.db is broken \(.+\) and set aside as .*corrupt-20260610T140000Z$/),
  ]);
  expect(readdirSync(folder)).toContain('spool.db.corrupt-20260610T140000Z');
  const next = spool.nextSeq('boot-1');
  expect(spool.append({ lines: linesFrom(next, ['{}']), state: 'after' })).toBe(true);
  await spool.seal();
  expect(takeAll(spool).map(textsIn)).toEqual([['{}']]);
  expect(spool.state()).toBe('after');
  spool.close();
});

test('a spool of a layout that is not known is set aside like a broken one', () => {
  const { spool, folder, told } = makeSpool();
  spool.nextSeq('boot-1');
  spool.append({ lines: linesFrom(1, ['{}']), state: 'before' });
  spool.close();
  const database = new DatabaseSync(join(folder, 'spool.db'));
  database.exec('PRAGMA user_version = 9');
  database.close();
  const { spool: again, told: toldAgain } = makeSpool({ folder });
  expect(toldAgain).toEqual([expect.stringMatching(/spool\.db is broken \(layout 9, expected 1\) and set aside as/)]);
  expect(again.state()).toBeUndefined();
  expect(told).toEqual([]);
  again.close();
});

test('the settings have a bound of 1 GiB and name what they expect', () => {
  expect(spoolSettings.parse(undefined)).toEqual({ max_bytes: 1024 * MIB });
  expect(spoolFolder({ max_bytes: 0 }, undefined)).toBe('/var/lib/joulebook-agent');
  expect(spoolFolder({ max_bytes: 0 }, '/var/lib/private/a:/b')).toBe('/var/lib/private/a');
  expect(spoolFolder({ max_bytes: 0, folder: '/c' }, '/a')).toBe('/c');
  expect(spoolSettings.safeParse({ max_bytes: 1000 }).error?.issues[0]?.message).toBe('expected at least 4 MiB');
});
