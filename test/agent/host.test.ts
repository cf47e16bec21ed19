import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';

import { readHost } from '../../agent/readers/host.ts';
import { hostTree } from '../support/host-tree.ts';
import { baseUrlOf, listen, stop } from '../support/local-server.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = join(tempFolder(), 'host');
const NAMES = { 'proc/sys/kernel/hostname': 'node-1', 'sys/class/dmi/id/board_asset_tag': 'i-0a1b2c3d4e5f60718' };
const ON_EC2 = { ...NAMES, 'sys/class/dmi/id/sys_vendor': 'Amazon EC2' };
/** An address of this host where nobody listens: asking there would fail at once. */
const NOBODY = 'http://127.0.0.1:9';

describe('a host is named', () => {
  test('by its settings', async () => {
    const named = { hostId: 'h', resourceId: 'r', instanceType: 'm7i.large' };
    expect(await readHost(hostTree(root, NAMES), named, NOBODY)).toEqual(named);
  });

  test('else as the bill names the instance, by the tag of its board', async () => {
    const host = { hostId: 'i-0a1b2c3d4e5f60718', resourceId: 'i-0a1b2c3d4e5f60718' };
    expect(await readHost(hostTree(root, NAMES), {}, NOBODY)).toEqual(host);
    expect(await readHost(root, { hostId: 'h' }, NOBODY)).toEqual({ ...host, hostId: 'h' });
  });

  test('else by its host name', async () => {
    hostTree(root, { ...NAMES, 'sys/class/dmi/id/board_asset_tag': 'Not Specified' });
    expect(await readHost(root, {}, NOBODY)).toEqual({ hostId: 'node-1', resourceId: 'node-1' });
  });

  test('or not at all, and that is said', async () => {
    await expect(readHost(hostTree(root, {}), {}, NOBODY)).rejects.toThrow(/^Cannot name this host: expected host_id/);
  });
});

describe('the metadata of an EC2 instance', () => {
  let server: Server;
  let asked: string[] = [];
  let document = '';

  beforeEach(async () => {
    asked = [];
    document = JSON.stringify({
      instanceId: 'i-0123456789abcdef0',
      instanceType: 'g5.xlarge',
      availabilityZone: 'eu-west-1b',
      region: 'eu-west-1',
    });
    server = createServer((request, answer) => {
      asked.push(`${request.method} ${request.url}`);
      const [status, text] = answerTo(request);
      answer.writeHead(status).end(text);
    });
    await listen(server);
  });

  /** A token is given to whoever says how long it shall hold, and the document to whoever has it. */
  function answerTo({ method, headers }: IncomingMessage): [number, string] {
    if (method === 'PUT') return headers['x-aws-ec2-metadata-token-ttl-seconds'] ? [200, 'secret\n'] : [400, ''];
    return headers['x-aws-ec2-metadata-token'] === 'secret' ? [200, document] : [401, ''];
  }

  afterEach(() => stop(server));

  test('name the instance, its type and its zone, against a token', async () => {
    expect(await readHost(hostTree(root, ON_EC2), {}, baseUrlOf(server))).toEqual({
      hostId: 'i-0123456789abcdef0',
      resourceId: 'i-0123456789abcdef0',
      instanceType: 'g5.xlarge',
      availabilityZone: 'eu-west-1b',
    });
    expect(asked).toEqual(['PUT /latest/api/token', 'GET /latest/dynamic/instance-identity/document']);
  });

  test('are asked for where the board says EC2, or the settings say so, and nowhere else', async () => {
    await readHost(hostTree(root, NAMES), {}, baseUrlOf(server));
    await readHost(hostTree(root, ON_EC2), { imds: 'never' }, baseUrlOf(server));
    expect(asked).toEqual([]);
    expect(await readHost(hostTree(root, NAMES), { imds: 'always' }, baseUrlOf(server))).toMatchObject({
      instanceType: 'g5.xlarge',
    });
  });

  test.each([
    ['nothing', ''],
    ['a page', '<html>'],
    ['a list', '[]'],
    ['a word', '"i-1"'],
    ['a number for a name', '{"instanceId":7}'],
    ['a name that is none', '{"instanceId":"i-xyz"}'],
    ['too much', 'x'.repeat(70_000)],
  ])('that say %s are left aside for the tag of the board', async (_, text) => {
    document = text;
    expect(await readHost(hostTree(root, ON_EC2), {}, baseUrlOf(server))).toEqual({
      hostId: 'i-0a1b2c3d4e5f60718',
      resourceId: 'i-0a1b2c3d4e5f60718',
    });
  });

  test('that do not answer hold up the start for a second at most', async () => {
    const silent = createServer(() => undefined);
    await listen(silent);
    expect(await readHost(hostTree(root, ON_EC2), {}, baseUrlOf(silent))).toMatchObject({
      hostId: 'i-0a1b2c3d4e5f60718',
    });
    await stop(silent);
  });
});
