import { join } from 'node:path';

import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { CreateDatabaseCommand, CreateTableCommand, TimestreamWriteClient } from '@aws-sdk/client-timestream-write';

import { openSink } from '../../agent/sinks/catalogue.ts';
import { Drain } from '../../agent/sinks/drain.ts';
import { deliverSettings, sinkSettings } from '../../agent/sinks/settings.ts';
import { Spool } from '../../agent/spool/spool.ts';
import { batchOf, telemetry } from '../support/sealed-batch.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type Emulator, emulatorS3, makeBucket, startEmulator } from './emulator.ts';
import { startMoto } from './moto.ts';

// biome-ignore lint/style/noProcessEnv: the SDK reads its credentials there
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' });

const root = tempFolder();
const now = () => new Date();
const edges = { environment: {}, now };

describe('the S3 sink, against the emulator', () => {
  let emulator: Emulator;
  let client: S3Client;

  beforeAll(async () => {
    emulator = await startEmulator();
    client = emulatorS3(emulator);
    await makeBucket(client, 'agents');
  });
  afterAll(async () => {
    client?.destroy();
    await emulator?.stop();
  });

  const s3At = (path: string) => {
    const settings = sinkSettings.parse([{ kind: 's3', path, endpoint: emulator.endpoint }]);
    return settings.map((setting) => openSink(setting, edges));
  };

  test('a batch lies under its name, once, with its own bytes; one that is there is left alone', async () => {
    const [sink] = s3At('s3://agents/inbox');
    const batch = batchOf([telemetry()]);
    expect(await sink?.deliver(batch)).toBe('delivered');
    const Key = `inbox/${batch.name}`;
    expect(await sink?.deliver({ ...batch, bytes: Buffer.from('other') })).toBe('delivered');
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'agents', Key }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(batch.bytes)).toBe(true);
    sink?.close();
  });

  test('what the spool keeps arrives where the collector finds it', async () => {
    const sinks = s3At('s3://agents/book');
    const tell = () => undefined;
    const hostId = 'host-1';
    const folder = join(root, 'spool');
    const spool = new Spool({ folder, max_bytes: 2 ** 26 }, { hostId, sinks: sinks.map(({ id }) => id), now, tell });
    const seq = spool.nextSeq('boot-1');
    spool.append({ lines: [{ kind: 'telemetry', seq, text: JSON.stringify(telemetry({ seq })) }], state: '' });
    const sleep = async () => undefined;
    const settings = deliverSettings.parse(undefined);
    const drain = new Drain({ spool, sinks, settings, hostId, edges: { now, tell, sleep, random: Math.random } });
    await drain.stop(30_000);
    expect(spool.stats()).toMatchObject({ records: 0, quarantined: 0 });
    spool.close();

    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'agents', Prefix: 'book/agent/' }));
    expect(Contents.map(({ Key }) => Key)).toEqual([
      `book/agent/telemetry/host=host-1/boot=boot-1/${seq}-${seq}.jsonl.gz`,
    ]);
  });

  test('a bucket that is not there is waited for', async () => {
    const [sink] = s3At('s3://nobody-has-this/inbox');
    expect(await sink?.deliver(batchOf([telemetry()]))).toEqual({ retry: expect.stringContaining('NoSuchBucket') });
    sink?.close();
  });
});

describe('the Timestream sink, against moto', () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;

  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());

  test('writes what a table takes, and says what is wrong with one', async () => {
    const client = new TimestreamWriteClient({ endpoint: moto.endpoint });
    await client.send(new CreateDatabaseCommand({ DatabaseName: 'ai' }));
    for (const [TableName, EnableMagneticStoreWrites] of [
      ['old', true],
      ['new', false],
    ] as const) {
      const MagneticStoreWriteProperties = { EnableMagneticStoreWrites };
      await client.send(new CreateTableCommand({ DatabaseName: 'ai', TableName, MagneticStoreWriteProperties }));
    }
    client.destroy();
    const tables = ['old', 'new', 'none'].map((table) => ({
      kind: 'timestream',
      id: table,
      database: 'ai',
      table,
      endpoint: moto.endpoint,
    }));
    const [old, recent, none] = sinkSettings.parse(tables).map((setting) => openSink(setting, edges));
    expect(await old?.check?.()).toEqual([]);
    expect(await recent?.check?.()).toEqual([expect.stringContaining('EnableMagneticStoreWrites')]);
    const records = Array.from({ length: 150 }, (_, index) => telemetry({ domain: `GPU-${index}` }));
    expect(await old?.deliver(batchOf(records))).toBe('delivered');
    expect(await none?.deliver(batchOf(records))).toEqual({ retry: expect.stringContaining('ResourceNotFound') });
    for (const sink of [old, recent, none]) sink?.close();
  });
});
