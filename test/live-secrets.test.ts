import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { openSecret, type SecretReference } from '../lib/adapters/live/secrets.ts';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import { type Said, startServer } from './support/answering-server.ts';
import { PLANTED } from './support/live-edges.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
// biome-ignore lint/style/noProcessEnv: the SDK finds its endpoint and credentials there
const environment = process.env;

async function refusalOf(reference: SecretReference): Promise<string> {
  const error: unknown = await openSecret(reference, { environment: { EMPTY: ' ' } })
    .read()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SourceUnavailable);
  return String(error);
}

test('stands in the environment, without the blanks around it', async () => {
  const secret = openSecret({ env: 'KEY' }, { environment: { KEY: ` ${PLANTED}\n` } });
  expect([secret.name, await secret.read()]).toEqual(['the environment variable KEY', PLANTED]);
});

test('stands in a file, which may change', async () => {
  const file = join(folder, 'key');
  const secret = openSecret({ file }, { environment: {} });
  writeFileSync(file, 'old\n');
  expect(await secret.read()).toBe('old');
  writeFileSync(file, 'new\n');
  expect(await secret.read()).toBe('new');
});

test('that is not there is named', async () => {
  expect(await refusalOf({ env: 'NONE' })).toMatch(/Cannot read the environment variable NONE: .*got nothing$/);
  expect(await refusalOf({ env: 'EMPTY' })).toMatch(/got nothing$/);
  expect(await refusalOf({ file: join(folder, 'none') })).toMatch(/Cannot read the file .*none: .*got ENOENT$/);
});

test('in a file without end, or in a folder, is refused', async () => {
  const file = join(folder, 'long');
  writeFileSync(file, PLANTED.padEnd(65_537, 'x'));
  expect(await refusalOf({ file })).toMatch(/Cannot read the file .*long: expected a secret, got more than 64 KiB$/);
  expect(await refusalOf({ file: '/dev/zero' })).toMatch(/got more than 64 KiB$/);
  expect(await refusalOf({ file: folder })).toMatch(/got EISDIR$/);
});

describe('in Secrets Manager', () => {
  const settings = {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: '',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: `${PLANTED}-of-aws`,
  };

  afterEach(() => {
    for (const name of Object.keys(settings)) delete environment[name];
  });

  /** The real client before a server that answers GetSecretValue as documented (Secrets Manager API reference). */
  async function managed<Result>(said: Said, use: (read: (id: string) => Promise<string>) => Promise<Result>) {
    const server = await startServer(() => said);
    Object.assign(environment, settings, { AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url });
    try {
      const result = await use((id) => openSecret({ secrets_manager: id }, { environment: {} }).read());
      return { result, asked: server.asked };
    } finally {
      await server.stop();
    }
  }

  const value = (text: string): Said => ({
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ ARN: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:grid', SecretString: text }),
  });

  test('is the whole text', async () => {
    const { result, asked } = await managed(value(PLANTED), (read) => read('grid'));
    expect(result).toBe(PLANTED);
    expect(asked.map(({ headers, body }) => [headers['x-amz-target'], JSON.parse(body.toString())])).toEqual([
      ['secretsmanager.GetSecretValue', { SecretId: 'grid' }],
    ]);
  });

  test('is one key of a JSON text', async () => {
    const { result } = await managed(value(JSON.stringify({ token: PLANTED })), (read) => read('grid#token'));
    expect(result).toBe(PLANTED);
  });

  test.each([
    ['text that is no JSON', value(`{"token": "${PLANTED}`), 'grid#token', /got text that is no JSON$/],
    ['another key', value(JSON.stringify({ other: PLANTED })), 'grid#token', /got nothing$/],
    [
      'no permission',
      {
        status: 400,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify({ __type: 'AccessDeniedException', message: `User is not authorized ${PLANTED}` }),
      },
      'grid',
      /got AccessDeniedException$/,
    ],
  ] as const)('that cannot be read is named and not quoted: %s', async (_, said, id, expected) => {
    const { result } = await managed(said, (read) => read(id).catch(String));
    expect(result).toMatch(/Cannot read the secret grid.* of Secrets Manager: expected a secret, /);
    expect(result).toMatch(expected);
    expect(result).not.toContain(PLANTED);
  });
});
