import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';

import { lockOf, parseRetention } from '../lib/adapters/object-retention.ts';
import { S3Book } from '../lib/adapters/s3-book.ts';
import type { Asked, Said } from './support/answering-server.ts';
import { withServer } from './support/aws-server.ts';
import { tempFolder } from './support/temp-folder.ts';

const TEN_YEARS = { mode: 'governance', years: 10 } as const;

/** The headers of one write, as they arrive. */
async function headersOf(write: (book: S3Book) => Promise<unknown>) {
  return withServer(
    () => ({ status: 200 }),
    async ({ url, asked }) => {
      const client = clientOf(url);
      await write(new S3Book({ bucket: 'book', prefix: 'company' }, client, TEN_YEARS));
      client.destroy();
      return asked.at(-1)?.headers ?? {};
    },
  );
}

/** Every request of an upload in parts, answered as S3 does (API reference, «CreateMultipartUpload» and those after it). */
async function uploading(upload: (book: S3Book) => Promise<unknown>): Promise<readonly Asked[]> {
  const answer = ({ method, path }: Asked): Said => {
    if (method === 'HEAD') return { status: 404 };
    if (method === 'PUT') return { status: 200, headers: { etag: '"part"' } };
    const name = path.includes('uploads') ? 'InitiateMultipartUploadResult' : 'CompleteMultipartUploadResult';
    return { status: 200, body: `<${name}><UploadId>1</UploadId><ETag>"whole"</ETag></${name}>` };
  };
  return withServer(answer, async ({ url, asked }) => {
    const client = clientOf(url);
    await upload(new S3Book({ bucket: 'book', prefix: '' }, client, TEN_YEARS));
    client.destroy();
    return asked;
  });
}

function clientOf(endpoint: string): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new S3Client({ endpoint, region: 'eu-west-1', credentials, forcePathStyle: true });
}

const bytes = Buffer.from('x');
const folder = tempFolder();

test('what is landed is locked as it is written, with a checksum, and still only where nothing is', async () => {
  const headers = await headersOf((book) => book.putIfAbsent('landing/a', bytes));
  expect(headers).toMatchObject({ 'x-amz-object-lock-mode': 'GOVERNANCE', 'if-none-match': '*' });
  // S3 takes no locked object without one (API reference, PutObject).
  expect(headers['x-amz-checksum-crc32']).toBeDefined();
  const until = new Date(String(headers['x-amz-object-lock-retain-until-date']));
  expect(until.getUTCFullYear() - new Date().getUTCFullYear()).toBeGreaterThanOrEqual(10);
});

test('what is disclosed is locked; what can be made again is not', async () => {
  expect(await headersOf((book) => book.put('disclosures/a', bytes))).toHaveProperty(['x-amz-object-lock-mode']);
  for (const key of ['facts/a', 'ledger/a', 'kpis/a', 'plans/a', 'quarantine/a', 'alarms/a'])
    expect(await headersOf((book) => book.put(key, bytes))).not.toHaveProperty(['x-amz-object-lock-mode']);
});

test('what is uploaded in parts is locked from the first request on', async () => {
  const path = join(folder, 'large.bin');
  await writeFile(path, Buffer.alloc(65 * 1024 ** 2, 1));
  const asked = await uploading((book) => book.importIfAbsent('landing/large', path));
  const [first] = asked.filter(({ method, path: target }) => method === 'POST' && target.includes('uploads'));
  expect(first?.headers).toMatchObject({ 'x-amz-object-lock-mode': 'GOVERNANCE' });
  expect(first?.headers).toHaveProperty(['x-amz-object-lock-retain-until-date']);
  const last = asked.at(-1);
  expect([last?.method, last?.headers['if-none-match']]).toEqual(['POST', '*']);
});

test('a lock ends on the same day so many years later, whatever the years between', () => {
  const days = fc.date({ min: new Date('2026-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(days, fc.integer({ min: 1, max: 100 }), (now, years) => {
      const until = lockOf('landing/a', { mode: 'compliance', years }, now).ObjectLockRetainUntilDate as Date;
      const elapsed = (until.getTime() - now.getTime()) / 86_400_000;
      expect(elapsed).toBeGreaterThanOrEqual(365 * years);
      expect(elapsed).toBeLessThanOrEqual(366 * years);
      expect(until.toISOString().slice(10)).toBe(now.toISOString().slice(10));
    }),
  );
});

test('a retention is a mode and years, or none', () => {
  expect(parseRetention('governance/10')).toEqual(TEN_YEARS);
  expect(parseRetention('compliance/7')).toEqual({ mode: 'compliance', years: 7 });
  expect(parseRetention('none')).toBeUndefined();
  for (const text of ['', 'governance', 'forever/10', 'governance/0', 'compliance/-1'])
    expect(() => parseRetention(text)).toThrow(`such as governance/10, got ${text}`);
});
