import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';

import { S3Client } from '@aws-sdk/client-s3';

import { S3Book } from '../lib/adapters/s3-book.ts';
import { S3Origin } from '../lib/adapters/s3-origin.ts';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import { type Said, startServer } from './support/answering-server.ts';
import { plantCredentials } from './support/aws-server.ts';

const BYTES = Buffer.alloc(300_000, 'joule ');

/** S3 on 127.0.0.1 whose answers end in the midst of their bytes the first `torn` times; with the checksum that S3 keeps, or without. */
async function tearing<Result>(
  { torn, checksum }: { readonly torn: number; readonly checksum: boolean },
  use: (client: S3Client, asked: () => number) => Promise<Result>,
): Promise<Result> {
  let asked = 0;
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(BYTES));
  const server = createServer((request, response) => {
    asked += 1;
    response.writeHead(200, {
      'content-length': String(BYTES.length),
      etag: '"one"',
      ...(checksum && { 'x-amz-checksum-crc32': crc.toString('base64'), 'x-amz-checksum-type': 'FULL_OBJECT' }),
    });
    if (asked > torn) return response.end(BYTES);
    return response.write(BYTES.subarray(0, 100_000), () => setTimeout(() => request.socket.destroy(), 20));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  try {
    return await use(client, () => asked);
  } finally {
    client.destroy();
    server.closeAllConnections();
    server.close();
  }
}

const address = { bucket: 'book', prefix: '' };

describe.each([true, false])('an answer of S3 that ends in the midst of its bytes (checksum kept: %s)', (checksum) => {
  test('is asked for again where the book is read', async () => {
    await tearing({ torn: 2, checksum }, async (client, asked) => {
      expect(BYTES.equals((await new S3Book(address, client).read('kpis/a.json')) ?? Buffer.of())).toBe(true);
      expect(asked()).toBe(3);
    });
  });

  test('is asked for again where a stage needs the file', async () => {
    await tearing({ torn: 2, checksum }, async (client, asked) => {
      const path = await new S3Book(address, client).localPath('facts/a.parquet');
      expect(readFileSync(path).equals(BYTES)).toBe(true);
      expect(asked()).toBe(3);
    });
  });

  test('is told in words where it never comes whole', async () => {
    await tearing({ torn: 1000, checksum }, async (client) => {
      const book = new S3Book(address, client);
      await expect(book.localPath('facts/a.parquet')).rejects.toThrow(
        /^Cannot read s3:\/\/book\/facts\/a\.parquet: expected all of its 300000 bytes, got /,
      );
      await expect(book.read('facts/a.parquet')).rejects.toThrow('expected all of its 300000 bytes');
    });
  });

  test('of a source is asked for again, then the source is away', async () => {
    await tearing({ torn: 2, checksum }, async (client) => {
      const fetched = await new S3Origin(address, { client }).fetch({ origin: 's3://book/a.csv', bytes: 300_000 });
      expect(readFileSync(fetched.path).equals(BYTES)).toBe(true);
    });
    await tearing({ torn: 1000, checksum }, async (client) => {
      const fetching = new S3Origin(address, { client }).fetch({ origin: 's3://book/a.csv', bytes: 300_000 });
      await expect(fetching).rejects.toBeInstanceOf(SourceUnavailable);
    });
  });
});

test('a server that leads from page to page in a circle is asked once for each, and told of', async () => {
  const page = (mark: string) =>
    `<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a.csv</Key><Size>1</Size></Contents><NextContinuationToken>${mark}</NextContinuationToken></ListBucketResult>`;
  for (const marks of [['one'], ['one', 'two']]) {
    const server = await startServer((_, before) => ({ status: 200, body: page(marks[before % marks.length] ?? '') }));
    const client = new S3Client({
      endpoint: server.url,
      forcePathStyle: true,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    });
    await expect(new S3Book(address, client).list('landing/')).rejects.toThrow(
      'Cannot list s3://book/landing/: expected S3 to do it, got the mark of a page that it gave before',
    );
    await expect(new S3Origin(address, { client }).list()).rejects.toBeInstanceOf(SourceUnavailable);
    expect(server.asked).toHaveLength(2 * (marks.length + 1));
    client.destroy();
    await server.stop();
  }
});

test('a bucket that asks to slow down for longer than the usual three calls is asked on', async () => {
  const slow = (before: number): Said =>
    before < 5
      ? { status: 503, body: '<Error><Code>SlowDown</Code><Message>Reduce your rate</Message></Error>' }
      : { status: 200, body: 'whole', headers: { 'content-length': '5' } };
  const server = await startServer((_, before) => slow(before));
  plantCredentials();
  // biome-ignore lint/style/noProcessEnv: the SDK reads its endpoint there
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: server.url, AWS_REGION: 'eu-west-1' });
  const bytes = await new S3Book(address).read('kpis/a.json');
  await server.stop();
  expect(String(bytes)).toBe('whole');
  expect(server.asked).toHaveLength(6);
}, 120_000);
