import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { LocalBook } from '../lib/adapters/local-book.ts';
import { openBook } from '../lib/adapters/open-book.ts';
import { readText } from '../lib/landing/book.ts';
import { bookContract } from './book-contract.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
const freshRoot = (): string => join(mkdtempSync(join(folder, 'book-')), 'not', 'yet', 'there');
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

bookContract(
  'LocalBook',
  async () => {
    const root = freshRoot();
    return () => new LocalBook(root);
  },
  { runs: 40 },
);

describe('LocalBook on the disk', () => {
  test('the files lie under their keys, and nothing else is left', async () => {
    const root = freshRoot();
    const book = openBook(root);
    await book.put('landing/source=bill/x.csv', text('a'));
    await book.putIfAbsent('landing/source=bill/x.csv', text('b'));
    await book.produce('x', async () => {}).catch(() => undefined);
    expect(readdirSync(root).sort()).toEqual(['.tmp', 'landing']);
    expect(readdirSync(join(root, '.tmp'))).toEqual([]);
    expect(await book.localPath('landing/source=bill/x.csv')).toBe(join(root, 'landing', 'source=bill', 'x.csv'));
  });

  test('looking into a book that is not there makes no folder', async () => {
    const root = freshRoot();
    expect(await new LocalBook(root).list('')).toEqual([]);
    expect(existsSync(root)).toBe(false);
  });

  test('unfinished writes are never listed, and swept when they are a day old', async () => {
    const root = freshRoot();
    mkdirSync(join(root, '.tmp'), { recursive: true });
    for (const name of ['old', 'new']) writeFileSync(join(root, '.tmp', name), 'half');
    utimesSync(join(root, '.tmp', 'old'), new Date(), new Date(Date.now() - 25 * 3600 * 1000));
    const book = new LocalBook(root);
    expect(await book.list('')).toEqual([]);
    await book.put('x', text('x'));
    expect(readdirSync(join(root, '.tmp'))).toEqual(['new']);
  });

  test('a key below a file cannot be stored, and says so', async () => {
    const book = new LocalBook(freshRoot());
    await book.put('a', text('file'));
    for (const key of ['a/b', 'a/b/c']) {
      await expect(book.putIfAbsent(key, text('x'))).rejects.toThrow(/^Cannot store .*: expected .*, got /);
      expect(await book.read(key)).toBeUndefined();
    }
    await book.put('d/e', text('x'));
    await expect(book.putIfAbsent('d', text('x'))).rejects.toThrow(/^Cannot store/);
    expect(await book.read('d')).toBeUndefined();
  });

  test('importing 300 MB does not hold them in memory', async () => {
    const path = join(folder, 'bill.bin');
    writeFileSync(path, 'head');
    truncateSync(path, 300 * 1024 ** 2);
    const before = process.memoryUsage().rss;
    await new LocalBook(freshRoot()).importIfAbsent('bill.bin', path);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 ** 2);
  });
});

describe('LocalBook with other processes', () => {
  test('of two processes that race for the same keys, each key is stored by exactly one', async () => {
    const root = freshRoot();
    const writers = [startWriter(root, 'race'), startWriter(root, 'race')];
    const stored = await Promise.all(writers.map(storedBy));
    const all = stored.flat();
    expect(all).toHaveLength(50);
    expect(new Set(all).size).toBe(50);
    for (const [writer, keys] of stored.entries()) {
      const owner = `${writers[writer]?.pid}`;
      for (const key of keys) expect((await readText(new LocalBook(root), key))?.startsWith(`${owner} `)).toBe(true);
    }
  });

  test('a writer killed at any moment leaves whole files only', async () => {
    const root = freshRoot();
    for (const afterMs of [0, 1, 3, 7, 15, 30]) await killWriter(root, afterMs);
    const entries = await new LocalBook(root).list('');
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter(({ bytes }) => bytes !== 1_000_000)).toEqual([]);
    for (const { key } of entries) expect(new Set(await new LocalBook(root).read(key)).size).toBe(1);
  });
});

function startWriter(root: string, mode: 'race' | 'loop') {
  const program = join(__dirname, 'support', 'book-writer.ts');
  return spawn(process.execPath, ['--no-warnings', program, root, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function storedBy(writer: ReturnType<typeof startWriter>): Promise<string[]> {
  const lines = await writer.stdout.toArray();
  return Buffer.concat(lines)
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

/** Kills a writer so long after its first files are whole: it is at the next ones, however slow the machine is. */
async function killWriter(root: string, afterMs: number): Promise<void> {
  const writer = startWriter(root, 'loop');
  await once(writer.stdout, 'data');
  await setTimeout(afterMs);
  writer.kill('SIGKILL');
  await once(writer, 'close');
}
