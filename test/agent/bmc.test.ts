import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { openWall, type Wall } from '../../agent/readers/bmc.ts';
import { maybeWatts } from '../../agent/readers/redfish.ts';
import { bmcSettings } from '../../agent/sensor-settings.ts';
import { baseUrlOf, listen, stop } from '../support/local-server.ts';
import { describeShared } from '../support/shared.ts';
import { tempFolder } from '../support/temp-folder.ts';

const folder = tempFolder();
const POWER = '/redfish/v1/Chassis/1/Power';
const CHASSIS = { '/redfish/v1/Chassis': { Members: [{ '@odata.id': '/redfish/v1/Chassis/1/' }] } };

let server: Server | undefined;
let wall: Wall | undefined;

/** A controller on this host that answers like this. */
async function controller(answering: RequestListener): Promise<string> {
  const opened = createServer(answering);
  server = opened;
  await listen(opened);
  return baseUrlOf(opened);
}

/** Answers what stands in the pages, and 404 for the rest. */
function pages(texts: Readonly<Record<string, unknown>>): RequestListener {
  return (request, answer) => {
    const page = texts[request.url ?? ''];
    answer.writeHead(page === undefined ? 404 : 200).end(typeof page === 'string' ? page : JSON.stringify(page ?? {}));
  };
}

function open(url: string, more: object = {}, environment: Record<string, string> = {}): Wall {
  wall = openWall({ settings: bmcSettings.parse({ url, ...more }), environment });
  return wall;
}

/** The first thing it says: a power, or why it has none; waits for it ten seconds at most. */
async function firstWordOf(opened: Wall): Promise<number | string | undefined> {
  for (let turn = 0; turn < 1000 && !opened.read() && !opened.fault(); turn += 1) await setTimeout(10);
  return opened.read()?.powerWatts ?? opened.fault();
}

afterEach(async () => {
  wall?.close();
  if (server?.listening) await stop(server);
});

describeShared('a recorded controller', 'recorded/bmc/telegraf-redfish', (recorded) => {
  test('of Dell tells the power of its chassis', async () => {
    const url = await controller(
      pages({ ...CHASSIS, [POWER]: readFileSync(join(recorded, 'dell_power.json'), 'utf8') }),
    );
    const opened = open(url);
    expect(await firstWordOf(opened)).toBe(429);
    expect(opened.read()).toEqual({ method: 'redfish', powerWatts: 429 });
    expect(opened.fault()).toBeUndefined();
  });
});

describe('the wall of a host', () => {
  test('is read from EnvironmentMetrics where there is that', async () => {
    const metrics = { PowerWatts: { Reading: 812.5 } };
    const power = { PowerControl: [{ PowerConsumedWatts: 1 }] };
    const url = await controller(
      pages({ ...CHASSIS, [POWER]: power, '/redfish/v1/Chassis/1/EnvironmentMetrics': metrics }),
    );
    expect(await firstWordOf(open(url))).toBe(812.5);
  });

  test('is read from the resource that the settings name, with the password of a file or a variable', async () => {
    const url = await controller((request, answer) => {
      const isKnown = request.headers.authorization === `Basic ${Buffer.from('agent:s3cret').toString('base64')}`;
      answer.writeHead(isKnown ? 200 : 401).end(JSON.stringify({ PowerControl: [{ PowerConsumedWatts: 300 }] }));
    });
    const file = join(folder, 'password');
    writeFileSync(file, 's3cret\n');
    expect(await firstWordOf(open(url + POWER, { username: 'agent', password_file: file }))).toBe(300);
    wall?.close();
    const named = { username: 'agent', password_env: 'BMC_PASSWORD' };
    expect(await firstWordOf(open(url + POWER, named, { BMC_PASSWORD: 's3cret' }))).toBe(300);
    wall?.close();
    expect(await firstWordOf(open(url + POWER, named, { BMC_PASSWORD: 'wrong' }))).toBe(
      `Cannot read ${url}${POWER}: expected status 200, got 401`,
    );
    wall?.close();
    expect(await firstWordOf(open(url + POWER, named))).toBe(
      `Cannot log in to ${url}${POWER}: expected a password in the variable BMC_PASSWORD, got nothing`,
    );
  });

  const BROKEN: readonly [string, RequestListener, RegExp][] = [
    [
      'a page instead of data',
      pages({ [POWER]: '<html><body>Login</body></html>' }),
      /expected PowerWatts\.Reading or/,
    ],
    ['no power', pages({ [POWER]: { PowerControl: [{ PowerCapacityWatts: 900 }] } }), /got neither$/],
    ['zero', pages({ [POWER]: { PowerControl: [{ PowerConsumedWatts: 0 }] } }), /got neither$/],
    [
      'a move elsewhere',
      (_, answer) => answer.writeHead(302, { location: '/' }).end(),
      /expected status 200, got 302$/,
    ],
    ['nothing in time', () => undefined, /expected an answer within 200 ms, got none$/],
    ['a drip', (_, answer) => void answer.writeHead(200).write('{'), /expected an answer within 200 ms, got none$/],
    ['a cut', (request) => request.socket.destroy(), /expected a server that answers, got ECONNRESET$/],
  ];

  test.each(BROKEN)('is unknown, and said so, where the controller answers %s', async (_, answering, fault) => {
    const opened = open((await controller(answering)) + POWER, { timeout_seconds: 0.2 });
    expect(await firstWordOf(opened)).toMatch(fault);
    expect(opened.read()).toBeUndefined();
  });

  test('is unknown where the body has no end, which is not read to the end', async () => {
    let sent = 0;
    const block = Buffer.alloc(64 * 1024, 0x20);
    const url = await controller((_, answer) => {
      const more = () => {
        while (!answer.destroyed && sent < 64 * 1024 * 1024) {
          sent += block.length;
          if (!answer.write(block)) return void answer.once('drain', more);
        }
      };
      more();
    });
    expect(await firstWordOf(open(url + POWER))).toMatch(/expected at most 1048576 bytes, got more$/);
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  test('is read over TLS with a certificate of its own only where the settings allow it', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
    const ours = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', ...subject];
    execFileSync('openssl', [...ours, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const answering = pages({ [POWER]: { PowerControl: [{ PowerConsumedWatts: 77 }] } });
    const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, answering);
    server = secure;
    await listen(secure);
    const url = `${baseUrlOf(secure).replace('http:', 'https:')}${POWER}`;
    expect(await firstWordOf(open(url))).toMatch(/expected a server that answers, got DEPTH_ZERO_SELF_SIGNED_CERT$/);
    wall?.close();
    expect(await firstWordOf(open(url, { insecure_tls: true }))).toBe(77);
  });

  const metered = (links: object, watts: number, at: string) => ({
    [at]: { Links: links },
    [`${at}/EnvironmentMetrics`]: { PowerWatts: { Reading: watts } },
  });
  const link = (at: string) => ({ '@odata.id': at });
  const inventory = (...all: readonly string[]) => ({ '/redfish/v1/Chassis': { Members: all.map(link) } });
  const BOARD = '/redfish/v1/Chassis/HGX_Chassis_0';
  const GPU_1 = '/redfish/v1/Chassis/HGX_GPU_SXM_1';
  const WHOLE = '/redfish/v1/Chassis/DGX';

  test('is that of the whole and not of a board or a GPU in it, which come first', async () => {
    const url = await controller(
      pages({
        ...inventory(BOARD, GPU_1, WHOLE),
        ...metered({ ContainedBy: link(WHOLE) }, 4200, BOARD),
        ...metered({ ContainedBy: link(BOARD) }, 690, GPU_1),
        ...metered({ ComputerSystems: [link('/redfish/v1/Systems/DGX')] }, 9100, WHOLE),
      }),
    );
    expect(await firstWordOf(open(url))).toBe(9100);
  });

  test('is unknown, and says what to name, where several chassis tell a power and none holds the other', async () => {
    const url = await controller(
      pages({ ...inventory(BOARD, WHOLE), ...metered({}, 4200, BOARD), ...metered({}, 9100, WHOLE) }),
    );
    expect(await firstWordOf(open(url))).toBe(
      `Cannot read the power of ${url}: expected one chassis that tells a power, got several; name the one of this host in bmc.url: ` +
        `${BOARD}/EnvironmentMetrics, ${WHOLE}/EnvironmentMetrics`,
    );
  });

  test('is not that of an enclosure that holds the hosts of others too', async () => {
    const enclosure = '/redfish/v1/Chassis/Enclosure';
    const sled = '/redfish/v1/Chassis/Sled-2';
    const systems = [1, 2, 3, 4].map((number) => link(`/redfish/v1/Systems/${number}`));
    const shared = { ...inventory(enclosure, sled), ...metered({ ComputerSystems: systems }, 2000, enclosure) };
    const url = await controller(pages({ ...shared, ...metered({ ContainedBy: link(enclosure) }, 480, sled) }));
    expect(await firstWordOf(open(url))).toBe(480);
    wall?.close();
    if (server) await stop(server);
    expect(await firstWordOf(open(await controller(pages(shared))))).toMatch(/expected a chassis of this host with/);
  });

  test('is unknown where there is no chassis', async () => {
    const url = await controller(pages({ '/redfish/v1/Chassis': { Members: [] } }));
    expect(await firstWordOf(open(url))).toBe(
      `Cannot read the power of ${url}: expected a chassis of this host with EnvironmentMetrics or Power, got no chassis`,
    );
  });
});

test('the power of a part is not that of the chassis, and entries are not added', () => {
  const control = [
    { PowerConsumedWatts: 90, PhysicalContext: 'CPU' },
    { PowerConsumedWatts: 40, PhysicalContext: 'Memory' },
    { PowerConsumedWatts: 410, PhysicalContext: 'Chassis' },
    { PowerConsumedWatts: 5 },
  ];
  expect(maybeWatts(JSON.stringify({ PowerControl: control }))).toBe(410);
  expect(maybeWatts(JSON.stringify({ PowerControl: control.slice(0, 2) }))).toBeUndefined();
});

test.each([
  [{ url: 'ftp://bmc' }, 'url'],
  [{ url: 'https://bmc', username: 'a' }, 'expected username and a password together'],
  [{ url: 'https://bmc', username: 'a', password_env: 'A', password_file: 'b' }, 'got both'],
  [{ url: 'http://bmc', username: 'a', password_env: 'A' }, 'expected an https url beside a password'],
  [{ url: 'https://bmc', poll_seconds: 0 }, 'poll_seconds'],
])('settings that would not work are refused: %j', (settings, message) => {
  expect(JSON.stringify(bmcSettings.safeParse(settings).error?.issues)).toContain(message);
});
