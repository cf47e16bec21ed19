import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

import { S3Book } from '../../lib/adapters/s3-book.ts';
import { S3Origin } from '../../lib/adapters/s3-origin.ts';
import { SIZE_LIMITS } from '../../lib/adapters/size-limits.ts';
import { RejectedPayload, SourceUnavailable } from '../../lib/landing/origin.ts';
import { bookContract } from '../book-contract.ts';
import { type Emulator, emulatorS3, makeBucket, startEmulator } from './emulator.ts';

let emulator: Emulator;
let client: S3Client;

beforeAll(async () => {
  emulator = await startEmulator();
  client = emulatorS3(emulator);
});
afterAll(async () => {
  client?.destroy();
  await emulator?.stop();
});

let made = 0;
async function freshBucket(): Promise<string> {
  made += 1;
  return makeBucket(client, `book-${made}`);
}

bookContract(
  'S3Book',
  async () => {
    const address = { bucket: await freshBucket(), prefix: 'books/example' };
    return () => new S3Book(address, client);
  },
  { runs: 15 },
);

bookContract(
  'S3Book that fills its bucket',
  async () => {
    const address = { bucket: await freshBucket(), prefix: '' };
    return () => new S3Book(address, client);
  },
  { runs: 5 },
);

describe('S3Book that locks what it keeps', () => {
  const retention = { mode: 'governance', years: 10 } as const;

  async function lockedBook() {
    made += 1;
    const bucket = `locked-${made}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
    return { bucket, book: new S3Book({ bucket, prefix: '' }, client, retention) };
  }

  const retentionOf = async (bucket: string, Key: string) =>
    (await client.send(new GetObjectRetentionCommand({ Bucket: bucket, Key }))).Retention;

  test('S3 holds what was landed and disclosed for ten years, and nothing that can be made again', async () => {
    const { bucket, book } = await lockedBook();
    const file = join(emulator.folder, 'locked.bin');
    await writeFile(file, 'x');
    await book.putIfAbsent('landing/bytes', Buffer.from('x'));
    // The emulator takes no lock for an upload in parts: test/object-retention.test.ts looks at its headers.
    await book.importIfAbsent('landing/file', file);
    await book.put('disclosures/annex.json', Buffer.from('{}'));
    await book.put('facts/a.parquet', Buffer.from('x'));
    for (const key of ['landing/bytes', 'landing/file', 'disclosures/annex.json']) {
      const kept = await retentionOf(bucket, key);
      expect([key, kept?.Mode]).toEqual([key, 'GOVERNANCE']);
      expect(kept?.RetainUntilDate?.getUTCFullYear()).toBeGreaterThanOrEqual(new Date().getUTCFullYear() + 10);
    }
    await expect(retentionOf(bucket, 'facts/a.parquet')).rejects.toThrow('does not have a ObjectLock configuration');
  });

  test('a landed key is still written once, and its version is removed by nobody', async () => {
    const { bucket, book } = await lockedBook();
    expect(await book.putIfAbsent('landing/a', Buffer.from('one'))).toBe('stored');
    expect(await book.putIfAbsent('landing/a', Buffer.from('two'))).toBe('present');
    const { VersionId } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'landing/a' }));
    const removal = new DeleteObjectCommand({ Bucket: bucket, Key: 'landing/a', VersionId });
    await expect(client.send(removal)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('S3Book in its bucket', () => {
  test('the objects lie under prefix and key, and neighbours of the prefix are not listed', async () => {
    const bucket = await freshBucket();
    const book = new S3Book({ bucket, prefix: 'books/a' }, client);
    await new S3Book({ bucket, prefix: 'books/ab' }, client).put('x', Buffer.from('other'));
    await book.put('landing/x.csv', Buffer.from('mine'));
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'books/a/landing/x.csv' }));
    expect(await Body?.transformToString()).toBe('mine');
    expect(await book.list('')).toEqual([{ key: 'landing/x.csv', bytes: 4 }]);
    expect(book.location).toBe(`s3://${bucket}/books/a`);
  });

  test('more than one page of keys is listed whole and in order', async () => {
    const book = new S3Book({ bucket: await freshBucket(), prefix: 'p' }, client);
    const keys = Array.from({ length: 1_005 }, (_, index) => `facts/${index}.parquet`);
    for (let at = 0; at < keys.length; at += 67) {
      await Promise.all(keys.slice(at, at + 67).map((key) => book.put(key, Buffer.from('x'))));
    }
    expect((await book.list('facts/')).map(({ key }) => key)).toEqual([...keys].sort());
  });

  test('a local copy is downloaded once, and again when the object has changed', async () => {
    const book = new S3Book({ bucket: await freshBucket(), prefix: '' }, client);
    await book.put('x', Buffer.from('one'));
    const first = await book.localPath('x');
    expect(await book.localPath('x')).toBe(first);
    await book.put('x', Buffer.from('two'));
    const second = await book.localPath('x');
    expect([readFileSync(first, 'utf8'), readFileSync(second, 'utf8')]).toEqual(['one', 'two']);
  });

  test('a refused large upload leaves no parts behind', async () => {
    const bucket = await freshBucket();
    const book = new S3Book({ bucket, prefix: '' }, client);
    const large = Buffer.alloc(65 * 1024 ** 2, 1);
    const path = join(emulator.folder, 'large.bin');
    await book.produce('made.bin', async (made) => {
      await Promise.all([writeFile(made, large), writeFile(path, large)]);
    });
    const answers = await Promise.all([1, 2, 3].map(() => book.importIfAbsent('large.bin', path)));
    expect(answers.sort()).toEqual(['present', 'present', 'stored']);
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).toEqual([]);
  });

  test('a bucket that is not there is named, in every verb', async () => {
    const book = new S3Book({ bucket: 'nobody-has-this', prefix: 'p' }, client);
    const refused = (verb: string) =>
      new RegExp(`^Cannot ${verb} s3://nobody-has-this/p.*: expected .*, got NoSuchBucket`);
    await expect(book.list('')).rejects.toThrow(refused('list'));
    await expect(book.read('x')).rejects.toThrow(refused('read'));
    await expect(book.put('x', Buffer.from(''))).rejects.toThrow(refused('store'));
  });

  test.each([
    ['by address', 'http://127.0.0.1'],
    ['by name', 'http://localhost'],
  ])('the environment alone is enough to open a book, with an endpoint given %s', async (_, host) => {
    const bucket = await freshBucket();
    const program = `import { openBook } from '${join(__dirname, '../../lib/adapters/open-book.ts')}';
      const book = openBook('s3://${bucket}/some/where/');
      await book.put('x', Buffer.from('y'));
      console.log(book.location, JSON.stringify(await book.list('')));`;
    const flags = ['--no-warnings', '--input-type=module', '--eval', program];
    const endpoint = emulator.endpoint.replace('http://127.0.0.1', host);
    const env = { ...emulator.environment, AWS_ENDPOINT_URL: endpoint };
    const said = execFileSync(process.execPath, flags, { env, encoding: 'utf8' });
    expect(said).toBe(`s3://${bucket}/some/where [{"key":"x","bytes":1}]\n`);
  });
});

describe('S3Origin', () => {
  async function bill(objects: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
    const bucket = await freshBucket();
    for (const [Key, bytes] of Object.entries(objects)) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.from(bytes) }));
    }
    return bucket;
  }
  const origin = (bucket: string, prefix: string, limits = SIZE_LIMITS) =>
    new S3Origin({ bucket, prefix }, { client, limits });

  test('offers what lies below the prefix, without markers, and fetches it with its SHA-256', async () => {
    const bucket = await bill({
      'bill/b.csv': 'bb',
      'bill/a/c.csv': 'c',
      'bill/_SUCCESS': '',
      'bill/.x/y.csv': 'y',
      'bill/': '',
      'bills/d.csv': 'd',
    });
    const offers = await origin(bucket, 'bill').list();
    expect(offers).toEqual([
      { origin: `s3://${bucket}/bill/a/c.csv`, bytes: 1 },
      { origin: `s3://${bucket}/bill/b.csv`, bytes: 2 },
    ]);
    const fetched = await origin(bucket, 'bill').fetch({ origin: `s3://${bucket}/bill/b.csv`, bytes: 2 });
    expect(fetched).toMatchObject({ bytes: 2, sha256: createHash('sha256').update('bb').digest('hex') });
    expect(readFileSync(fetched.path, 'utf8')).toBe('bb');
    expect(fetched.path).toMatch(/b\.csv$/);
  });

  test('a prefix may name one object, or the whole bucket, or nothing', async () => {
    const bucket = await bill({ 'a.csv': 'a', 'a.csv.bak': 'b' });
    expect(await origin(bucket, 'a.csv').list()).toEqual([{ origin: `s3://${bucket}/a.csv`, bytes: 1 }]);
    expect(await origin(bucket, '').list()).toHaveLength(2);
    expect(await origin(bucket, 'none').list()).toEqual([]);
  });

  test('rejects what is gone, too large or unpacks beyond the limit', async () => {
    const packed = gzipSync('x'.repeat(10_000));
    const bucket = await bill({ 'x.csv': 'x'.repeat(2_000), 'x.csv.gz': packed, 'cut.csv.gz': packed.subarray(0, -4) });
    const limited = origin(bucket, '', { ...SIZE_LIMITS, maxBytes: 1_000 });
    const fetching = (name: string, from = limited) => from.fetch({ origin: `s3://${bucket}/${name}`, bytes: 1 });
    await expect(fetching('none.csv')).rejects.toThrow(RejectedPayload);
    await expect(fetching('x.csv')).rejects.toThrow(/^found a file of 2 KiB, expected at most 1000 bytes$/);
    await expect(fetching('x.csv.gz')).rejects.toThrow(/^found a compressed file that unpacks to more than 1000 bytes/);
    await expect(fetching('cut.csv.gz', origin(bucket, ''))).rejects.toThrow(
      /^found a .gz file that cannot be unpacked/,
    );
  });

  test('says which bucket does not answer', async () => {
    await expect(origin('nobody-has-this', 'bill').list()).rejects.toThrow(SourceUnavailable);
    await expect(origin('nobody-has-this', 'bill').list()).rejects.toThrow(/^Cannot list s3:..nobody-has-this.bill: /);
  });
});
