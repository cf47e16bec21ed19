import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { collect } from '../lib/landing/collect.ts';
import { agent } from '../lib/sources/agent/source.ts';
import type { Source } from '../lib/sources/source.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { CountingOrigin } from './support/counting-origin.ts';
import { tempFolder } from './support/temp-folder.ts';
import { telemetryText, writeText } from './support/tiny-company.ts';

const root = tempFolder();
const { files_never_change: _, ...forgetful } = agent;
const FORGETFUL: Source = forgetful;

interface Inbox {
  readonly inbox: string;
  readonly book: LocalBook;
}

function openInbox(): Inbox {
  const folder = mkdtempSync(join(root, 'inbox-'));
  return { inbox: join(folder, 'inbox'), book: new LocalBook(join(folder, 'book')) };
}

/** One file of one record; the idle microjoules are the part that a test changes. */
function deliver({ inbox }: Inbox, name: string, start: string, idle = 5_000_000): void {
  writeText(join(inbox, `${name}.jsonl`), telemetryText([{ host: 'cellar-1', seq: 1, start, idle }]));
}

async function look({ inbox, book }: Inbox, month = '2026-06', source: Source = agent) {
  const [origin, warehouse] = [new CountingOrigin(inbox), await DuckDbWarehouse.open()];
  const request = {
    sourceId: 'agents',
    source,
    period: parsePeriod(month),
    asOf: '2026-07-22T06:00:00Z',
    options: {},
  };
  try {
    return { ...(await collect(request, { book, origin, warehouse })), fetched: origin.fetched };
  } finally {
    await warehouse.close();
  }
}

async function landedBytes({ book }: Inbox): Promise<string[]> {
  const entries = await book.list('landing/');
  return Promise.all(
    entries.map(async ({ key }) => `${key} ${Buffer.from((await book.read(key)) ?? []).toString('hex')}`),
  );
}

function deliverDays(inboxes: readonly Inbox[], delivered: readonly number[]): void {
  for (const inbox of inboxes)
    for (const day of delivered) deliver(inbox, `day-${day}`, `2026-06-${String(day).padStart(2, '0')}T10:00:00Z`);
}

const days = fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { minLength: 1, maxLength: 4 });

test('a second look costs a list, and leaves the same receipts and the same bytes as one that fetches all', () =>
  fc.assert(
    fc.asyncProperty(days, days, async (first, second) => {
      const [glancing, fetching] = [openInbox(), openInbox()];
      for (const delivered of [first, second]) {
        deliverDays([glancing, fetching], delivered);
        const news = delivered === first ? first : second.filter((day) => !first.includes(day));
        expect((await look(glancing)).fetched.length).toBe(news.length);
        await look(fetching, '2026-06', FORGETFUL);
      }
      expect(await look(glancing)).toMatchObject({ landed: 0, rejected: 0, remarks: [], fetched: [] });
      expect((await look(glancing)).present).toBe(new Set([...first, ...second]).size);
      expect(await landedBytes(glancing)).toEqual(await landedBytes(fetching));
    }),
    { numRuns: 6 },
  ));

test('a file of another size than its receipt says is fetched, lands beside it and is told', async () => {
  const inbox = openInbox();
  deliver(inbox, 'a', '2026-06-03T10:00:00Z');
  await look(inbox);
  deliver(inbox, 'a', '2026-06-03T10:00:00Z', 12_345_678);
  const again = await look(inbox);
  expect(again).toMatchObject({ landed: 1, fetched: ['a.jsonl'] });
  expect(again.remarks).toEqual([
    expect.stringMatching(/^a\.jsonl: \d+ bytes, expected the \d+ bytes that landed under this name: fetched again$/),
  ]);
  expect(await look(inbox)).toMatchObject({ landed: 0, present: 1, remarks: [], fetched: [] });
});

test('a file of another month is fetched once, and not at all where that month has landed it', async () => {
  const inbox = openInbox();
  deliver(inbox, 'april', '2026-04-03T10:00:00Z');
  deliver(inbox, 'may', '2026-05-31T22:00:00Z');
  await look(inbox, '2026-05');
  deliver(inbox, 'june', '2026-06-01T10:00:00Z');
  expect((await look(inbox)).fetched).toEqual(['april.jsonl', 'june.jsonl']);
  const later = await look(inbox);
  expect(later.fetched).toEqual([]);
  expect(later.remarks).toEqual(['agents: 2 files of other months not fetched again']);
});

test('a file that touches two months lands in both', async () => {
  const inbox = openInbox();
  deliver(inbox, 'midnight', '2026-05-31T23:30:00Z');
  expect(await look(inbox, '2026-05')).toMatchObject({ landed: 1 });
  expect(await look(inbox)).toMatchObject({ landed: 1, fetched: ['midnight.jsonl'] });
});

test('a source that does not promise it is fetched again', async () => {
  const inbox = openInbox();
  deliver(inbox, 'a', '2026-06-03T10:00:00Z');
  await look(inbox, '2026-06', FORGETFUL);
  expect((await look(inbox, '2026-06', FORGETFUL)).fetched).toEqual(['a.jsonl']);
});
