import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';
import { lineOf } from '../../agent/sinks/influx-lines.ts';
import type { LinePoint } from '../../agent/sinks/lines.ts';
import { pointsOf } from '../../agent/sinks/points.ts';
import { deliverSettings, sinkSettings } from '../../agent/sinks/settings.ts';
import { recordsOf } from '../../agent/sinks/timestream-records.ts';
import type { Said } from '../support/answering-server.ts';
import { batchOf, telemetry } from '../support/sealed-batch.ts';
import { servedSinks } from '../support/served-sinks.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = tempFolder();
const environment: Record<string, string> = { INFLUX_TOKEN: 'secret' };
const { serve, sinkOf } = servedSinks(environment);

const influxAt = (url: string) =>
  sinkOf({ kind: 'influx', url, bucket: 'joules', org: 'ai', token_env: 'INFLUX_TOKEN' });

describe('settings', () => {
  test('name what is wrong', () => {
    const faults = (value: unknown) => sinkSettings.safeParse(value).error?.issues.map(({ message }) => message);
    expect(faults([{ kind: 'kafka' }])).toEqual([
      'expected a sink with kind s3, file, influx or timestream, got "kafka"',
    ]);
    expect(faults([{ kind: 's3', path: 'bucket' }])).toEqual(['expected s3://bucket/prefix']);
    const file = { kind: 'file', path: '/a' };
    expect(faults([file, file])).toEqual(['expected an id of its own, "file" is taken']);
    expect(faults([file, { ...file, id: 'second' }])).toBeUndefined();
    expect(faults([{ kind: 'influx', url: 'http://a', bucket: 'b', token: 'in the open' }])).toHaveLength(1);
    expect(deliverSettings.parse({ every: '1h' })).toMatchObject({ every: 3_600_000, order: 'oldest' });
    expect(deliverSettings.safeParse({ every: '1d' }).error?.issues[0]?.message).toBe(
      'expected 10s to 24h, such as 15m, got "1d"',
    );
  });
});

describe('the file sink', () => {
  test('places a batch whole, once, and nothing else', async () => {
    const path = join(root, 'inbox');
    const sink = sinkOf({ kind: 'file', path });
    const batch = batchOf([telemetry()]);
    expect(await sink.deliver(batch)).toBe('delivered');
    expect(await sink.deliver(batch)).toBe('delivered');
    const folder = join(path, 'agent/telemetry/host=host-1/boot=boot-1');
    expect(readdirSync(folder)).toEqual(['1-1.jsonl.gz']);
    expect(readFileSync(join(folder, '1-1.jsonl.gz')).equals(batch.bytes)).toBe(true);
  });

  test('never replaces a file, and waits for a folder that cannot be written', async () => {
    const path = join(root, 'other');
    const sink = sinkOf({ kind: 'file', path });
    await sink.deliver(batchOf([telemetry()]));
    expect(await sink.deliver(batchOf([telemetry({ seq: 8 })]))).toEqual({
      refused: expect.stringMatching(/^other bytes stand at /),
    });
    writeFileSync(join(root, 'no-folder'), '');
    expect(await sinkOf({ kind: 'file', path: join(root, 'no-folder') }).deliver(batchOf([telemetry()]))).toEqual({
      retry: expect.stringMatching(/ENOTDIR|EEXIST/),
    });
  });
});

describe('places that fail', () => {
  const failing: [string, Said, Record<string, unknown>][] = [
    ['too many requests', { status: 429, headers: { 'retry-after': '7' } }, { afterMs: 7000 }],
    ['unavailable', { status: 503, headers: { 'retry-after': 'Wed, 10 Jun 2026 14:00:30 GMT' } }, { afterMs: 30_000 }],
    ['an error of their own', { status: 500 }, {}],
    ['a key that is not known', { status: 401 }, {}],
    ['an access that is not allowed', { status: 403 }, {}],
    ['a bucket that is not there', { status: 404 }, {}],
    ['a connection that breaks', 'reset', {}],
  ];

  test.each(failing)('influx: %s', async (_, said, wanted) => {
    const server = await serve(() => said);
    expect(await influxAt(server.url).deliver(batchOf([telemetry()]))).toMatchObject({
      retry: expect.any(String),
      ...wanted,
    });
    expect(server.asked).toHaveLength(1);
  });

  test('influx: nobody who listens, and a token that is not there', async () => {
    const server = await serve(() => ({ status: 204 }));
    await server.stop();
    expect(await influxAt(server.url).deliver(batchOf([telemetry()]))).toEqual({
      retry: expect.stringContaining('ECONNREFUSED'),
    });
    const setting = { kind: 'influx', url: server.url, bucket: 'b', token_file: join(root, 'none') };
    expect(await sinkOf(setting).deliver(batchOf([telemetry()]))).toEqual({ retry: expect.stringContaining('ENOENT') });
  });
});

describe('influx', () => {
  test('gets compressed line protocol, a token and nanoseconds', async () => {
    const server = await serve(() => ({ status: 204 }));
    expect(await influxAt(`${server.url}/base/`).deliver(batchOf([telemetry()]))).toBe('delivered');
    const [asked] = server.asked;
    expect(asked?.path).toBe('/base/api/v2/write?bucket=joules&precision=ns&org=ai');
    expect(asked?.headers['authorization']).toBe('Token secret');
    expect(gunzipSync(asked?.body ?? '').toString('utf8')).toBe(
      'joulebook_energy,basis=measured,component=gpu,domain=GPU-1,host_id=host-1,method=nvml-counter,resource_id=i-1 ' +
        'energy_joules=3000.5,idle_joules=0,unattributed_joules=3000.5,u95_ratio=0.05,duration_seconds=10 1781100010000000000\n',
    );
  });

  test('that refuses one line of many loses that line alone', async () => {
    const accepted = new Set<string>();
    const server = await serve(({ body }) => {
      const lines = gunzipSync(body).toString('utf8').trim().split('\n');
      if (lines.some((line) => /domain=GPU-(13|77),/.test(line))) return { status: 400, body: 'field type conflict' };
      for (const line of lines) accepted.add(line);
      return { status: 204 };
    });
    const records = Array.from({ length: 100 }, (_, index) => telemetry({ domain: `GPU-${index}` }));
    const delivery = await influxAt(server.url).deliver(batchOf(records));
    expect(delivery).toEqual({ refused: 'the server answers 400: field type conflict', indexes: [13, 77] });
    expect(accepted.size).toBe(98);
  });

  test('that refuses everything is not asked for ever', async () => {
    const server = await serve(() => ({ status: 422 }));
    const records = Array.from({ length: 3000 }, (_, index) => telemetry({ domain: `GPU-${index}` }));
    const delivery = await influxAt(server.url).deliver(batchOf(records));
    expect(delivery).toEqual({ refused: 'the server answers 422: ', indexes: records.map((_, index) => index) });
    expect(server.asked.length).toBeLessThan(1000);
  });

  test('takes any text in a tag or a field: a line stays one line, and its series keeps its parts', () => {
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(name, name, (tag, text) => {
        const line = lineOf({ measurement: 'm', tags: { tag }, fields: { text, other: 1 }, atMs: 5, version: 1 });
        expect(line).not.toMatch(/[\r\n]/);
        expect(line.endsWith(',other=1 5000000')).toBe(true);
        const parts = line.slice(0, -' 5000000'.length).match(/^m,tag=((?:\\.|[^\\, =]|\\(?=[^, =]))+) text="/s);
        expect(parts).not.toBeNull();
      }),
    );
  });
});

describe('points', () => {
  const share = (names: object, energy_joules: string) => ({
    project: null,
    model_id: null,
    workload_type: null,
    workload_id: null,
    labels: {},
    energy_joules,
    ...names,
  });

  test('add up workloads with the same tags, and leave out what is unknown', () => {
    const shares = [share({ project: 'a' }, '1'), share({ project: 'a', workload_id: 'x' }, '2'), share({}, '4')];
    const points = pointsOf(JSON.stringify(telemetry({ shares })), 'telemetry', ['project']);
    expect(points.slice(1).map(({ tags, fields }) => [tags['project'], fields['energy_joules']])).toEqual([
      ['a', 3],
      [undefined, 4],
    ]);
    const gap = telemetry({
      energy_joules: null,
      idle_joules: null,
      unattributed_joules: null,
      gap_reason: 'counter-absent',
    });
    expect(pointsOf(JSON.stringify(gap), 'telemetry', [])[0]?.fields).toEqual({
      gap_reason: 'counter-absent',
      u95_ratio: 0.05,
      duration_seconds: 10,
    });
  });

  test('hold labels as one text where they are wanted, the same for the same labels', () => {
    const shares = [
      share({ labels: { pod: 'a', namespace: 'n' } }, '1'),
      share({ labels: { namespace: 'n', pod: 'a' } }, '2'),
      share({ labels: { pod: 'b' } }, '4'),
      share({}, '8'),
    ];
    const record = JSON.stringify(telemetry({ shares }));
    const points = pointsOf(record, 'telemetry', ['project', 'labels']).slice(1);
    expect(points.map(({ tags, fields }) => [tags['labels'], fields['energy_joules']])).toEqual([
      ['{"namespace":"n","pod":"a"}', 3],
      ['{"pod":"b"}', 4],
      [undefined, 8],
    ]);
    expect(pointsOf(record, 'telemetry', ['project']).slice(1)).toMatchObject([{ fields: { energy_joules: 15 } }]);
    const sinks = (kind: object) => sinkSettings.safeParse([{ ...kind, workload_tags: ['labels'] }]).success;
    expect(sinks({ kind: 'timestream', database: 'ai', table: 'joules' })).toBe(true);
    expect(sinks({ kind: 'influx', url: 'http://a', bucket: 'b', org: 'o' })).toBe(false);
  });

  test('of two models of one target are two series, whatever they are called in the books', () => {
    const tagsOf = (model_id: string | null, wanted: readonly string[]) =>
      ['encoder', 'decoder'].map((model_name) => {
        const period = { period_start: '2026-06-10T14:00:00Z', period_end: '2026-06-10T14:00:10Z' };
        const names = { model_id: model_id ?? model_name, labels: { model_name } };
        const record = { host_id: 'h', target: 'triton', measure: 'requests', quantity: '5', ...names, ...period };
        const [point] = pointsOf(JSON.stringify(record), 'activity', wanted);
        return { model_id: point?.tags['model_id'], model_name: point?.tags['model_name'] };
      });
    const apart = ['encoder', 'decoder'];
    expect(tagsOf(null, ['model_id'])).toEqual(apart.map((model_id) => ({ model_id })));
    expect(tagsOf('llm', ['model_id'])).toEqual(apart.map((model_name) => ({ model_id: 'llm', model_name })));
    expect(tagsOf(null, ['project'])).toEqual(apart.map((model_name) => ({ model_name })));
    expect(tagsOf('llm', ['labels', 'model_id'])).toEqual(apart.map(() => ({ model_id: 'llm' })));
  });

  test('of activity and of runs have their own measurements', () => {
    const period = { period_start: '2026-06-10T14:00:00Z', period_end: '2026-06-10T14:00:10Z' };
    const activity = { host_id: 'h', target: 'vllm', measure: 'output_tokens', quantity: '512', seq: 9, ...period };
    expect(pointsOf(JSON.stringify(activity), 'activity', ['model_id'])).toEqual([
      {
        measurement: 'joulebook_activity',
        tags: { host_id: 'h', target: 'vllm', measure: 'output_tokens' },
        fields: { quantity: 512, duration_seconds: 10 },
        atMs: Date.parse(period.period_end),
        version: 9,
      },
    ]);
    const level = { last: 3, mean: null, minimum: 3, maximum: 3, samples: 1, seconds: 0 };
    const queue = { ...activity, measure: 'queued_requests', quantity: null, level };
    expect(pointsOf(JSON.stringify(queue), 'activity', [])).toMatchObject([
      { fields: { level_last: 3, level_minimum: 3, level_maximum: 3, level_samples: 1, level_seconds: 0 } },
    ]);
    const buckets = [
      { over: '-Inf', up_to: '0.3', count: '7' },
      { over: '0.3', up_to: '+Inf', count: '1' },
    ];
    const latency = { ...activity, measure: 'requests_by_latency', quantity: null, buckets };
    expect(pointsOf(JSON.stringify(latency), 'activity', [])).toMatchObject([
      { measurement: 'joulebook_activity_bucket', tags: { over: '-Inf', up_to: '0.3' }, fields: { count: 7 } },
      { measurement: 'joulebook_activity_bucket', tags: { over: '0.3', up_to: '+Inf' }, fields: { count: 1 } },
    ]);
    const run = {
      run_id: 'r',
      started_at: period.period_start,
      ended_at: period.period_end,
      outcome: 'failed',
      host_id: 'h',
    };
    expect(pointsOf(JSON.stringify({ ...run, energy_joules: { gpu: '5' } }), 'runs', [])[0]).toMatchObject({
      tags: { host_id: 'h', outcome: 'failed' },
      fields: { run_id: 'r', gpu_joules: 5, duration_seconds: 10 },
    });
  });

  test('become Timestream records whose shared dimensions stand once', () => {
    const points = [telemetry(), telemetry({ domain: 'GPU-2', seq: 0 })].flatMap((record, line): LinePoint[] =>
      pointsOf(JSON.stringify(record), 'telemetry', []).map((point) => ({ point, line })),
    );
    const { CommonAttributes, Records } = recordsOf(points);
    expect(CommonAttributes.Dimensions?.map(({ Name }) => Name)).toEqual([
      'host_id',
      'resource_id',
      'component',
      'method',
      'basis',
    ]);
    expect(Records.map(({ Dimensions, Version, Time }) => [Dimensions, Version, Time])).toEqual([
      [[{ Name: 'domain', Value: 'GPU-1' }], 7, '1781100010000'],
      [[{ Name: 'domain', Value: 'GPU-2' }], 1, '1781100010000'],
    ]);
  });

  test('of a line that is none are refused by its number', async () => {
    const server = await serve(() => ({ status: 204 }));
    const delivery = await influxAt(server.url).deliver(
      batchOf([telemetry(), 'no json', telemetry({ period_end: 'soon' })]),
    );
    expect(delivery).toMatchObject({ indexes: [1, 2] });
    expect(server.asked).toHaveLength(1);
  });
});
