import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { FolderOrigin } from '../lib/adapters/folder-origin.ts';
import { openOrigin } from '../lib/adapters/open-origin.ts';
import { SIZE_LIMITS } from '../lib/adapters/size-limits.ts';
import { type Fetched, RejectedPayload, SourceUnavailable } from '../lib/landing/origin.ts';
import { tempFolder } from './support/temp-folder.ts';

const MIB = 1024 ** 2;
const folder = tempFolder();

/** A fresh folder of settings with `inputs/bill` in it, and the given files in that. */
function inputs(files: Readonly<Record<string, string | Uint8Array>>): string {
  const base = mkdtempSync(join(folder, 'base-'));
  mkdirSync(join(base, 'inputs', 'bill'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(base, 'inputs', 'bill', name, '..'), { recursive: true });
    writeFileSync(join(base, 'inputs', 'bill', name), bytes);
  }
  return base;
}

const origins = async (base: string, path = './inputs/bill'): Promise<string[]> =>
  (await openOrigin(path, { base }).list()).map(({ origin }) => origin);

/** Lists, and fetches the one offer whose origin ends so. */
async function fetchOne(base: string, name: string, limits = SIZE_LIMITS): Promise<Fetched> {
  const origin = new FolderOrigin('inputs/bill', { base, limits });
  const offer = (await origin.list()).find((offer) => offer.origin.endsWith(name));
  if (!offer) throw new Error(`expected an offer of ${name}`);
  return origin.fetch(offer);
}

async function expectRejected(fetching: Promise<unknown>, found: RegExp): Promise<void> {
  const error: unknown = await fetching.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(RejectedPayload);
  expect(error).toMatchObject({ found: expect.stringMatching(found), expected: expect.stringMatching(/./) });
}

describe('FolderOrigin lists', () => {
  test('all files below, sorted, relative to the settings, without hidden files and markers', async () => {
    const base = inputs({
      'b.csv': 'b',
      'a/c.csv': 'c',
      'B.csv': 'B',
      'ü/x.csv': 'x',
      '_bill.csv': '_',
      'empty.csv': '',
      _SUCCESS: '',
      'a/_committed_12': '',
      '.DS_Store': '',
      '.cache/x.csv': '',
      'a/.part.crc': '',
    });
    const bill = ['B.csv', '_bill.csv', 'a/c.csv', 'b.csv', 'empty.csv', 'ü/x.csv'];
    expect(await origins(base)).toEqual(bill.map((name) => `inputs/bill/${name}`));
    expect(await origins(base, join(base, 'inputs/bill/a'))).toEqual(['inputs/bill/a/c.csv']);
    expect(await origins(join(base, 'inputs'), '../inputs/bill/a/')).toEqual(['bill/a/c.csv']);
    expect(await origins(join(base, 'elsewhere'), '../inputs/bill/a')).toEqual(['../inputs/bill/a/c.csv']);
  });

  test('a single file, also a hidden one that is asked for by name', async () => {
    const base = inputs({ '.b.csv': 'hour' });
    const origin = openOrigin('inputs/bill/.b.csv', { base });
    expect(await origin.list()).toEqual([{ origin: 'inputs/bill/.b.csv', bytes: 4 }]);
    expect(await origin.fetch({ origin: 'inputs/bill/.b.csv', bytes: 4 })).toMatchObject({ bytes: 4 });
  });

  test('nothing in an empty folder, and says which folder is not there', async () => {
    const base = inputs({});
    expect(await origins(base)).toEqual([]);
    await expect(origins(base, 'inputs/none')).rejects.toThrow(SourceUnavailable);
    await expect(origins(base, 'inputs/none')).rejects.toThrow(
      `Cannot list ${join(base, 'inputs/none')}: expected a folder or a file, got nothing there`,
    );
  });

  test('other addresses are refused', () => {
    expect(() => openOrigin('gs://bucket/x', { base: folder })).toThrow(/^Cannot open gs:.*: expected .*, got gs:/);
    expect(() => openOrigin('s3://', { base: folder })).toThrow(
      /^Cannot open s3:.*: expected .*, got the bucket name ""/,
    );
  });
});

describe('FolderOrigin fetches', () => {
  test('the file where it lies, with its SHA-256, and a packed one as it is', async () => {
    const packed = gzipSync('hour,kWh\n');
    const base = inputs({ 'a.csv': 'hour,kWh\n', 'b.csv.gz': packed, 'c.csv': '' });
    for (const [name, bytes] of [
      ['a.csv', 'hour,kWh\n'],
      ['b.csv.gz', packed],
      ['c.csv', ''],
    ] as const) {
      const fetched = await fetchOne(base, name);
      expect(fetched).toEqual({
        path: join(base, 'inputs/bill', name),
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    }
  });

  test('300 MB without holding them', async () => {
    const base = inputs({ 'large.csv': 'head' });
    truncateSync(join(base, 'inputs/bill/large.csv'), 300 * MIB);
    const before = process.memoryUsage().rss;
    expect((await fetchOne(base, 'large.csv')).bytes).toBe(300 * MIB);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
  });

  test('a link within the folder like the file it leads to', async () => {
    const base = inputs({ 'a.csv': 'a' });
    symlinkSync('a.csv', join(base, 'inputs/bill/latest.csv'));
    symlinkSync(join(base, 'inputs'), join(base, 'linked'));
    expect((await fetchOne(base, 'latest.csv')).path).toBe(join(base, 'inputs/bill/a.csv'));
    const linked = openOrigin('linked/bill', { base });
    for (const offer of await linked.list()) expect(await linked.fetch(offer)).toMatchObject({ bytes: 1 });
  });
});

describe('FolderOrigin rejects, and the rest goes on', () => {
  const beside = join(folder, 'beside.csv');
  beforeAll(() => writeFileSync(beside, 'secret'));

  const links = {
    'a link that leads out of the folder': () => beside,
    'a link out by a relative way': () => '../../../beside.csv',
    'a link to a folder outside': () => folder,
    'a link to the folder itself': () => '.',
    'a link to the folder above': () => '..',
    'a link to itself': () => 'link.csv',
    'a link to nothing': () => 'none.csv',
  };

  test.each(Object.entries(links))('%s', async (_, target) => {
    const base = inputs({ 'good.csv': 'good' });
    symlinkSync(target(), join(base, 'inputs/bill/link.csv'));
    await expectRejected(fetchOne(base, 'link.csv'), /a link|a folder/);
    expect(await fetchOne(base, 'good.csv')).toMatchObject({ bytes: 4 });
  });

  test('a file that is gone since it was listed, and an offer from elsewhere', async () => {
    const base = inputs({ 'a.csv': 'a' });
    const origin = openOrigin('inputs/bill', { base });
    const offers = await origin.list();
    unlinkSync(join(base, 'inputs/bill/a.csv'));
    for (const offer of offers) await expectRejected(origin.fetch(offer), /leads to nothing/);
    await expectRejected(origin.fetch({ origin: '../beside.csv', bytes: 6 }), /out of the folder/);
  });

  test('a named pipe, without waiting for a writer', async () => {
    const base = inputs({});
    execFileSync('mkfifo', [join(base, 'inputs/bill/pipe.csv')]);
    await expectRejected(fetchOne(base, 'pipe.csv'), /a pipe or a device/);
  });

  test('what may not be read: a file, and a folder of files', async () => {
    const base = inputs({ 'closed.csv': 'x', 'vault/x.csv': 'x', 'open.csv': 'x' });
    for (const part of [folder, base]) chmodSync(part, 0o755);
    for (const part of ['closed.csv', 'vault']) chmodSync(join(base, 'inputs/bill', part), 0);
    await asOrdinaryUser(async () => {
      expect(await origins(base)).toEqual(['inputs/bill/closed.csv', 'inputs/bill/open.csv', 'inputs/bill/vault']);
      for (const name of ['closed.csv', 'vault']) await expectRejected(fetchOne(base, name), /without permission/);
      expect(await fetchOne(base, 'open.csv')).toMatchObject({ bytes: 1 });
    });
    chmodSync(join(base, 'inputs/bill/vault'), 0o700);
  });

  const memory = '/proc/self/mem';
  (existsSync(memory) ? test : test.skip)('a file that the system cannot read', async () => {
    await expectRejected(openOrigin(memory, { base: '/' }).fetch({ origin: 'proc/self/mem', bytes: 0 }), /EIO/);
  });

  test('a file above the limit, before reading it', async () => {
    const base = inputs({ 'sparse.csv': 'x' });
    truncateSync(join(base, 'inputs/bill/sparse.csv'), 10 * 1024 ** 3);
    const limits = { ...SIZE_LIMITS, maxBytes: 1024 ** 3 };
    await expectRejected(fetchOne(base, 'sparse.csv', limits), /^a file of 10 GiB$/);
  });

  test('a file that grows while it is read', async () => {
    const base = inputs({ 'growing.csv': 'x' });
    const path = join(base, 'inputs/bill/growing.csv');
    truncateSync(path, 100 * MIB);
    const fetching = fetchOne(base, 'growing.csv');
    const growing = setInterval(() => appendFileSync(path, 'x'), 5);
    await expectRejected(fetching, /changed while it was read/);
    clearInterval(growing);
  });
});

describe('FolderOrigin unpacks, only to count', () => {
  const bill = gzipSync(Buffer.from('hour,kWh\n'.repeat(10_000)));

  test.each([
    ['cut off', bill.subarray(0, -9), /cannot be unpacked: unexpected end of file/],
    ['cut off in its second part', Buffer.concat([bill, bill.subarray(0, -9)]), /unexpected end of file/],
    ['no gzip at all', Buffer.from('hour,kWh\n'), /cannot be unpacked: incorrect header check/],
    ['empty', Buffer.alloc(0), /cannot be unpacked: nothing in it/],
  ])('a .gz file that is %s is rejected', async (_, bytes, found) => {
    await expectRejected(fetchOne(inputs({ 'bill.csv.gz': bytes }), 'bill.csv.gz'), found);
  });

  test('a file that unpacks to more than the largest size is rejected', async () => {
    const limits = { ...SIZE_LIMITS, maxBytes: 89_999 };
    const base = inputs({ 'bill.csv.gz': bill });
    await expectRejected(fetchOne(base, '.gz', limits), /^a compressed file that unpacks to more than 87.9 KiB$/);
    expect(await fetchOne(base, '.gz', { ...limits, maxBytes: 90_000 })).toMatchObject({ bytes: bill.length });
  });

  test('a bomb is rejected at the ratio, without its bytes in memory, and what packs well is not', async () => {
    const zeros = gzipSync(Buffer.alloc(64 * MIB), { level: 9 });
    const base = inputs({ 'well.csv.gz': zeros, 'bomb.CSV.GZ': Buffer.concat(Array(8).fill(zeros)) });
    expect(await fetchOne(base, 'well.csv.gz')).toMatchObject({ bytes: zeros.length });
    const before = process.memoryUsage().rss;
    await expectRejected(fetchOne(base, 'bomb.CSV.GZ'), /unpacks to more than 4\d\d.* MiB$/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
  });
});

/** Root may read everything, so a test of permissions that runs as root takes another user's eyes for a moment. */
async function asOrdinaryUser(act: () => Promise<void>): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
