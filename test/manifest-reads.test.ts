import { join } from 'node:path';

import type { Book } from '../lib/landing/book.ts';
import { bookEntries } from '../lib/pipeline/manifest.ts';
import { factReceipts } from '../lib/pipeline/month-receipts.ts';
import { parsePeriod } from '../lib/units/period.ts';
import { tempFolder } from './support/temp-folder.ts';
import { AS_OF, discloseTiny, hourOf, tinySettings, tinyWorkplace, writeCompany } from './support/tiny-company.ts';

const MONTH = '2026-06';
const root = tempFolder();
const HOSTS = Array.from({ length: 40 }, (_, host) => host);

test('the files of a month are read many at a time, and not all at once', async () => {
  const telemetry = Object.fromEntries(
    HOSTS.map((host) => [
      `${host}.jsonl`,
      [{ host: `cellar-${host}`, seq: 1, start: hourOf(MONTH, 5), idle: 3_600_000_000 }],
    ]),
  );
  await writeCompany({ month: MONTH, bills: {}, telemetry, grid: {} }, root);
  const workplace = tinyWorkplace(root, tinySettings(), join(root, 'book'));
  await discloseTiny(workplace, MONTH, AS_OF);
  const reading = new Set<string>();
  let most = 0;
  const counting: Book = Object.create(workplace.book, {
    list: { value: (prefix: string) => workplace.book.list(prefix) },
    read: {
      value: async (key: string) => {
        reading.add(key);
        most = Math.max(most, reading.size);
        const bytes = await workplace.book.read(key);
        reading.delete(key);
        return bytes;
      },
    },
  });
  const receipts = await factReceipts(parsePeriod(MONTH), AS_OF, workplace);
  const request = { receipts, copyReceipts: [], quarantined: [], shortfalls: [] };
  const entries = await bookEntries(parsePeriod(MONTH), request, { ...workplace, book: counting });
  expect(entries.map(({ path }) => path)).toEqual(entries.map(({ path }) => path).sort());
  expect(entries.length).toBeGreaterThan(2 * HOSTS.length);
  expect(most).toBe(16);
});
