import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

const MINISTACK = join(__dirname, '../../.venv/bin/ministack');
const LONGEST_START_MS = 60_000;

/** A running AWS emulator of this test's own. */
export interface Emulator {
  readonly endpoint: string;
  /** The variables under which the SDK, the CDK and Lambdas speak to the emulator, added to those of this process. */
  readonly environment: NodeJS.ProcessEnv;
  /** Folder of the emulator's own files and log; gone after `stop`. */
  readonly folder: string;
  stop(): Promise<void>;
}

/**
 * Starts MiniStack on a free port of 127.0.0.1, with its files in a temporary folder. It neither asks for signatures nor
 * for permissions. `faults` are failures of states that a run may ask for by a test case, `<machine's ARN>#<case>` (Step
 * Functions developer guide, «Mocked service integrations»). Throws with the end of its log where it does not come up.
 */
export async function startEmulator(faults: object = {}): Promise<Emulator> {
  if (!existsSync(MINISTACK))
    throw new Error(`Cannot start the emulator: expected ${MINISTACK}; run npm run test:cloud`);
  const folder = mkdtempSync(join(tmpdir(), 'joulebook-emulator-'));
  const port = await freePort();
  writeFileSync(faultsIn(folder), JSON.stringify(faults));
  const child = spawn(MINISTACK, [], { env: serverEnvironment(folder, port), stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(folder, 'ministack.log'));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const stop = () => stopChild(child, folder);
  const endpoint = `http://127.0.0.1:${port}`;
  await untilReady(endpoint, child, folder).catch(async (cause: unknown) => {
    const said = readFileSync(join(folder, 'ministack.log'), 'utf8').slice(-2000);
    await stop();
    throw new Error(`Cannot start the emulator: expected it to answer at ${endpoint}, got ${said}`, { cause });
  });
  return { endpoint, environment: clientEnvironment(endpoint), folder, stop };
}

/** An S3 client of the emulator, for tests that make buckets or look behind an adapter. */
export function emulatorS3({ endpoint }: Pick<Emulator, 'endpoint'>): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
}

/** Makes an empty bucket and gives its name. */
export async function makeBucket(client: S3Client, name: string): Promise<string> {
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return name;
}

function serverEnvironment(folder: string, port: number): NodeJS.ProcessEnv {
  return {
    ...surroundings(),
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: `${port}`,
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    S3_PERSIST: '1',
    S3_DATA_DIR: join(folder, 's3'),
    STATE_DIR: join(folder, 'state'),
    SFN_MOCK_CONFIG: faultsIn(folder),
    TMPDIR: folder,
  };
}

function faultsIn(folder: string): string {
  return join(folder, 'faults.json');
}

function clientEnvironment(endpoint: string): NodeJS.ProcessEnv {
  return {
    ...surroundings(),
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}

function surroundings(): NodeJS.ProcessEnv {
  // biome-ignore lint/style/noProcessEnv: the emulator and the clients need PATH (the node of npm scripts) and HOME
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH: [dirname(process.execPath), PATH].join(':'), HOME, TMPDIR };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string')
    throw new Error('Cannot find a free port: expected one, got none');
  return address.port;
}

async function untilReady(endpoint: string, child: ChildProcess, folder: string): Promise<void> {
  const last = Date.now() + LONGEST_START_MS;
  while (Date.now() < last && child.exitCode === null && existsSync(folder)) {
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return;
    await setTimeout(200);
  }
  throw new Error(`no answer, exit code ${child.exitCode}`);
}

/** Stops exactly this process: first politely, after ten seconds for good. */
async function stopChild(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await Promise.race([closed, setTimeout(10_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))]);
    await closed;
  }
  rmSync(folder, { recursive: true, force: true });
}
