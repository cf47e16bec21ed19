import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';

import { metricsUrl, parseHeaders } from '../../agent/live/otlp.ts';

interface Point {
  readonly asDouble: number;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[];
}

interface Told {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly dataPoints: readonly Point[]; readonly isMonotonic: boolean };
  readonly gauge?: { readonly dataPoints: readonly Point[] };
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A collector that keeps what it is sent and answers as told. */
async function collector(status = 200) {
  const got: { path: string | undefined; key: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const bytes = Buffer.concat(await request.toArray());
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    got.push({ path: request.url, key: request.headers['api-key']?.toString(), body: body.toString() });
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { got, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const WRITER = join(__dirname, '../support/otlp-writer.ts');

/** Sends one tick, or nothing, in a process of its own; gives the number of failures. */
async function exportTo(endpoint: string, known: 'all' | 'nothing', headers = ''): Promise<number> {
  const flags = ['--experimental-import-text', '--no-warnings', WRITER, endpoint, known];
  const { stdout } = await promisify(execFile)(process.execPath, headers ? [...flags, headers] : flags);
  return Number(stdout);
}

function metricsIn(body: string): { resource: Record<string, string>; metrics: Record<string, Told> } {
  const [first] = JSON.parse(body).resourceMetrics;
  const metrics: Told[] = first.scopeMetrics.flatMap((scope: { metrics: Told[] }) => scope.metrics);
  return {
    resource: attributesIn(first.resource),
    metrics: Object.fromEntries(metrics.map((metric) => [metric.name, metric])),
  };
}

function attributesIn({ attributes }: Pick<Point, 'attributes'>): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
}

describe('an OTLP export', () => {
  test('tells a collector the energy and power of each device that says, and of the host apart', async () => {
    const { got, endpoint } = await collector();
    expect(await exportTo(endpoint, 'all', '# of the vendor\napi-key: k1\n')).toBe(0);
    expect(got[0]).toMatchObject({ path: '/v1/metrics', key: 'k1' });
    const { resource, metrics } = metricsIn(got[0]?.body ?? '');
    expect(resource).toMatchObject({ 'host.id': 'h-1', 'service.name': 'joulebook-agent', 'service.version': '0.1.0' });
    const energies = metrics['hw.energy'];
    expect(energies).toMatchObject({ unit: 'J', sum: { isMonotonic: true } });
    expect(energies?.sum?.dataPoints.map((point) => [attributesIn(point), point.asDouble])).toEqual([
      [
        {
          'hw.id': 'GPU-1',
          'hw.type': 'gpu',
          'hw.vendor': 'NVIDIA',
          'hw.model': 'NVIDIA H200',
          'joulebook.basis': 'measured',
        },
        310.000001,
      ],
      [
        { 'hw.id': 'package-0/dram', 'hw.type': 'memory', 'hw.parent': 'package-0', 'joulebook.basis': 'measured' },
        5.5,
      ],
    ]);
    expect(metrics['hw.power']?.gauge?.dataPoints.map(({ asDouble }) => asDouble)).toEqual([310.000001, 5.5]);
    expect(metrics['hw.power']?.unit).toBe('W');
    const host = { 'hw.id': 'h-1', 'joulebook.method': 'redfish' };
    expect(metrics['hw.host.energy']?.sum?.dataPoints.map((point) => [attributesIn(point), point.asDouble])).toEqual([
      [host, 800],
    ]);
    expect(metrics['hw.host.power']?.gauge?.dataPoints.map((point) => [attributesIn(point), point.asDouble])).toEqual([
      [host, 900],
    ]);
  });

  test('tells nothing of what nobody knows', async () => {
    const { got, endpoint } = await collector();
    expect(await exportTo(endpoint, 'nothing')).toBe(0);
    expect(got.flatMap(({ body }) => Object.values(metricsIn(body).metrics))).toEqual([]);
  });

  test('that is refused is counted, and the agent goes on', async () => {
    const { got, endpoint } = await collector(400);
    expect(await exportTo(endpoint, 'all')).toBe(1);
    expect(got.length).toBeGreaterThan(0);
  });
});

describe('where an export goes', () => {
  test.each([
    ['https://collector.example:4318', 'https://collector.example:4318/v1/metrics'],
    ['https://collector.example/otlp/', 'https://collector.example/otlp/v1/metrics'],
    ['https://collector.example/v1/metrics', 'https://collector.example/v1/metrics'],
  ])('%s is %s', (endpoint, url) => {
    expect(metricsUrl(endpoint)).toBe(url);
  });

  test('headers that cannot be read are named by their line, never by their text', () => {
    expect(parseHeaders('a: b\n\n# c\nx-key:  v w\r\n')).toEqual({ a: 'b', 'x-key': 'v w' });
    expect(() => parseHeaders('a: b\nsecret')).toThrow(
      'Cannot read the OTLP headers: expected name: value in line 2, got something else',
    );
  });
});
