import { createHash } from 'node:crypto';

import { post } from '../../agent/post.ts';
import type { Asked, Said } from '../support/answering-server.ts';
import { batchOf, telemetry } from '../support/sealed-batch.ts';
import { servedSinks } from '../support/served-sinks.ts';

// biome-ignore lint/style/noProcessEnv: the SDK reads its credentials there
const withEnvironment = (variables: Readonly<Record<string, string>>) => Object.assign(process.env, variables);
withEnvironment({ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' });

const { serve, sinkOf } = servedSinks();
const sha256 = (bytes: Uint8Array, encoding: 'base64' | 'hex') => createHash('sha256').update(bytes).digest(encoding);
const scopeOf = (headers: Asked['headers']) => String(headers['authorization']).split('/')[2];

const batch = batchOf([telemetry()]);

describe('s3', () => {
  const s3At = (endpoint: string) => sinkOf({ kind: 's3', path: 's3://books/inbox/', endpoint });
  const error = (code: string) => `<Error><Code>${code}</Code><Message>said so</Message></Error>`;

  test('puts the bytes of the batch, unless they are there, with their checksum', async () => {
    const server = await serve(() => ({ status: 200 }));
    expect(await s3At(server.url).deliver(batch)).toBe('delivered');
    const [asked] = server.asked;
    expect(asked).toMatchObject({
      method: 'PUT',
      path: `/books/inbox/${batch.name.replaceAll('=', '%3D')}`,
    });
    expect(asked?.headers['if-none-match']).toBe('*');
    expect(asked?.headers['x-amz-checksum-sha256']).toBe(sha256(batch.bytes, 'base64'));
    expect(asked?.headers['x-amz-content-sha256']).toBe(sha256(batch.bytes, 'hex'));
    expect(asked?.headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=test\/20260610\/us-east-1\/s3\/aws4_request, SignedHeaders=content-type;host;if-none-match;/,
    );
    expect(asked?.body.equals(batch.bytes)).toBe(true);
  });

  test('is asked in the region that it names itself, from then on', async () => {
    const elsewhere: Said = {
      status: 301,
      body: error('PermanentRedirect'),
      headers: { 'x-amz-bucket-region': 'eu-west-1' },
    };
    const server = await serve(({ headers }) => (scopeOf(headers) === 'eu-west-1' ? { status: 200 } : elsewhere));
    const sink = s3At(server.url);
    expect(await sink.deliver(batch)).toBe('delivered');
    expect(await sink.deliver(batch)).toBe('delivered');
    expect(server.asked.map(({ headers }) => scopeOf(headers))).toEqual(['us-east-1', 'eu-west-1', 'eu-west-1']);
  });

  test('that refuses our clock is asked by its own the next time', async () => {
    const refusal: Said = {
      status: 403,
      body: error('RequestTimeTooSkewed'),
      headers: { date: 'Wed, 10 Jun 2026 15:00:00 GMT' },
    };
    const server = await serve((_, before) => (before === 0 ? refusal : { status: 200 }));
    const sink = s3At(server.url);
    expect(await sink.deliver(batch)).toMatchObject({ retry: 'S3 says RequestTimeTooSkewed: said so' });
    expect(await sink.deliver(batch)).toBe('delivered');
    expect(server.asked.map(({ headers }) => headers['x-amz-date'])).toEqual(['20260610T140000Z', '20260610T150000Z']);
  });

  test('that refuses a key is asked with the one that stands there by then', async () => {
    const server = await serve((_, before) =>
      before === 0 ? { status: 403, body: error('InvalidAccessKeyId') } : { status: 200 },
    );
    const sink = s3At(server.url);
    await sink.deliver(batch);
    withEnvironment({ AWS_ACCESS_KEY_ID: 'rotated' });
    expect(await sink.deliver(batch)).toBe('delivered');
    withEnvironment({ AWS_ACCESS_KEY_ID: 'test' });
    const keys = server.asked.map(({ headers }) => /Credential=(\w+)/.exec(String(headers['authorization']))?.[1]);
    expect(keys).toEqual(['test', 'rotated']);
  });

  test('of S3 Express One Zone is told, since it would ask for sessions', async () => {
    expect(await sinkOf({ kind: 's3', path: 's3://books--euw1-az1--x-s3/inbox' }).deliver(batch)).toEqual({
      retry:
        'S3 says Error: Cannot deliver to books--euw1-az1--x-s3: expected a general purpose bucket, got a directory bucket',
    });
  });

  test('one that is there is delivered, one that S3 can never take is refused', async () => {
    const present = await serve(() => ({ status: 412, body: error('PreconditionFailed') }));
    expect(await s3At(present.url).deliver(batch)).toBe('delivered');
    const tooLong = await serve(() => ({ status: 400, body: error('KeyTooLongError') }));
    expect(await s3At(tooLong.url).deliver(batch)).toEqual({ refused: 'S3 says KeyTooLongError: said so' });
  });

  const places: [string, Said, object][] = [
    ['throttled', { status: 503, body: error('SlowDown'), headers: { 'retry-after': '3' } }, { afterMs: 3000 }],
    ['an error of its own', { status: 500, body: error('InternalError') }, {}],
    ['too many requests', { status: 429, body: error('TooManyRequests') }, {}],
    ['no bucket', { status: 404, body: error('NoSuchBucket') }, {}],
    ['no access', { status: 403, body: error('AccessDenied') }, {}],
    ['no key', { status: 401, body: error('Unauthorized') }, {}],
    ['a token that is over', { status: 400, body: error('ExpiredToken') }, {}],
    ['a write of another at the same time', { status: 409, body: error('ConditionalRequestConflict') }, {}],
    ['a connection that breaks', 'reset', {}],
  ];
  test.each(places)('waits for what may be mended: %s', async (_, said, wanted) => {
    const server = await serve(() => said);
    expect(await s3At(server.url).deliver(batch)).toMatchObject({ retry: expect.any(String), ...wanted });
    expect(server.asked).toHaveLength(1);
  });
});

describe('timestream', () => {
  const setting = { kind: 'timestream', database: 'ai', table: 'joules' };
  const json = { 'content-type': 'application/x-amz-json-1.0' };
  const operation = ({ headers }: Asked) => String(headers['x-amz-target']).split('.')[1];
  const fault = (__type: string, fields: object = {}): Said => ({
    status: 400,
    headers: json,
    body: JSON.stringify({ __type, message: 'said so', ...fields }),
  });
  const table = (EnableMagneticStoreWrites: boolean): Said => ({
    status: 200,
    headers: json,
    body: JSON.stringify({ Table: { MagneticStoreWriteProperties: { EnableMagneticStoreWrites } } }),
  });
  const written: Said = { status: 200, headers: json, body: '{}' };
  const records = Array.from({ length: 250 }, (_, index) => telemetry({ domain: `GPU-${index}`, seq: index + 1 }));

  test('gets a hundred records at once, each with its version', async () => {
    const server = await serve(() => written);
    expect(await sinkOf({ ...setting, endpoint: server.url }).deliver(batchOf(records))).toBe('delivered');
    const bodies = server.asked.map(({ body }) => JSON.parse(body.toString()));
    expect(bodies.map(({ Records }) => Records.length)).toEqual([100, 100, 50]);
    expect(bodies[2].Records[49]).toMatchObject({ Version: 250, MeasureName: 'joulebook_energy' });
  });

  test('rejects by index: those lines alone are refused', async () => {
    const Reason = 'A record already exists with the same time, dimensions, and measure name.';
    const rejected = { RejectedRecords: [{ RecordIndex: 3, Reason, ExistingVersion: 900 }] };
    const server = await serve((_, before) => (before === 1 ? fault('RejectedRecordsException', rejected) : written));
    expect(await sinkOf({ ...setting, endpoint: server.url }).deliver(batchOf(records))).toEqual({
      refused: `Timestream rejects the record: ${Reason} (version 900 stands)`,
      indexes: [103],
    });
  });

  test('what is too old waits while the table can be mended, and is refused where it takes old records', async () => {
    const Reason = 'The record timestamp is outside the time range of the memory store.';
    const rejected = fault('RejectedRecordsException', { RejectedRecords: [{ RecordIndex: 0, Reason }] });
    for (const isOn of [false, true]) {
      const server = await serve((asked) => (operation(asked) === 'DescribeTable' ? table(isOn) : rejected));
      const delivery = await sinkOf({ ...setting, endpoint: server.url }).deliver(batchOf([telemetry()]));
      if (isOn) expect(delivery).toMatchObject({ indexes: [0] });
      else expect(delivery).toEqual({ retry: expect.stringContaining('EnableMagneticStoreWrites is off') });
    }
  });

  test('one record that is not valid is found among the others', async () => {
    const server = await serve(({ body }) => (body.includes('GPU-42"') ? fault('ValidationException') : written));
    expect(await sinkOf({ ...setting, endpoint: server.url }).deliver(batchOf(records))).toEqual({
      refused: 'Timestream says ValidationException: said so',
      indexes: [42],
    });
  });

  test.each([
    'ThrottlingException',
    'InternalServerException',
    'AccessDeniedException',
    'ResourceNotFoundException',
    'ExpiredTokenException',
  ])('waits for what may be mended: %s', async (name) => {
    const server = await serve(() => fault(name));
    const delivery = await sinkOf({ ...setting, endpoint: server.url }).deliver(batchOf([telemetry()]));
    expect(delivery).toEqual({ retry: `Timestream says ${name}: said so` });
  });

  test('is looked at when it starts', async () => {
    const answers = [table(true), table(false), fault('AccessDeniedException')];
    const faults = await Promise.all(
      answers.map(async (answer) => sinkOf({ ...setting, endpoint: (await serve(() => answer)).url }).check?.()),
    );
    expect(faults).toEqual([
      [],
      [expect.stringMatching(/^the table ai\.joules takes no records that are older than its memory store: turn/)],
      ['the table ai.joules cannot be described: said so'],
    ]);
  });
});

test('a server that never answers is given up', async () => {
  const server = await serve(() => 'silent');
  const silent = post(new URL(server.url), { headers: {}, body: Buffer.from('x') }, 50);
  await expect(silent).rejects.toThrow(/^expected an answer within 50 ms, got none$/);
});
