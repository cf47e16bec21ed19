import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { type Asked, type Said, startServer } from './support/answering-server.ts';
import { selfSigned } from './support/self-signed.ts';
import { tempFolder } from './support/temp-folder.ts';

const WRITER = join(__dirname, 'support/azure-token-writer.ts');
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.planted-assertion';
const TOKEN = 'planted-access-token';
const TENANT = '11111111-1111-1111-1111-111111111111';
const CLIENT = '22222222-2222-2222-2222-222222222222';
const folder = tempFolder();

/** What AWS STS says to GetWebIdentityToken (API reference, the Query protocol). */
function tokenOfAws(): Said {
  const expires = '2099-01-01T00:00:00Z';
  const result = `<WebIdentityToken>${JWT}</WebIdentityToken><Expiration>${expires}</Expiration>`;
  const body = `<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult>${result}</GetWebIdentityTokenResult></GetWebIdentityTokenResponse>`;
  return { status: 200, body, headers: { 'content-type': 'text/xml' } };
}

function errorOfAws(code: string): Said {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>account 123456789012 says no</Message></Error>`;
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}</ErrorResponse>`;
  return { status: 400, body, headers: { 'content-type': 'text/xml' } };
}

/** Microsoft Entra (identity platform, client credentials with a federated credential): it answers over HTTPS alone. */
async function startEntra(status: number, answer: Readonly<Record<string, unknown>>) {
  const { cert, key } = selfSigned('localhost');
  const bodies: URLSearchParams[] = [];
  const server = createServer({ cert, key }, async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    response.setHeader('content-type', 'application/json');
    const base = `https://${request.headers.host}/${TENANT}`;
    if (request.method === 'GET') {
      const endpoints = { token_endpoint: `${base}/oauth2/v2.0/token`, authorization_endpoint: `${base}/authorize` };
      response.end(JSON.stringify({ ...endpoints, issuer: `${base}/v2.0`, jwks_uri: `${base}/keys` }));
      return;
    }
    bodies.push(new URLSearchParams(Buffer.concat(parts).toString()));
    response.writeHead(status).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `https://localhost:${port}`, cert, bodies, stop };
}

interface Told {
  readonly said: string;
  readonly toAws: readonly Asked[];
  readonly toEntra: readonly URLSearchParams[];
}

/** Asks for a token in a process of its own, which trusts the certificate of the test's Entra. */
async function ask(
  aws: Said,
  entra: readonly [status: number, answer: Record<string, unknown>],
  options = [TENANT, CLIENT],
): Promise<Told> {
  const sts = await startServer(() => aws);
  const microsoft = await startEntra(...entra);
  const certificate = join(folder, 'entra.pem');
  writeFileSync(certificate, microsoft.cert);
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--experimental-import-text', '--no-warnings', WRITER, sts.url, microsoft.url, ...options],
      {
        env: {
          NODE_EXTRA_CA_CERTS: certificate,
          AWS_ACCESS_KEY_ID: 'AKIDTEST',
          AWS_SECRET_ACCESS_KEY: 'planted-aws-key',
          AWS_REGION: 'eu-west-1',
        },
      },
    );
    expect(stderr).toBe('');
    return { said: stdout, toAws: sts.asked, toEntra: microsoft.bodies };
  } finally {
    await sts.stop();
    await microsoft.stop();
  }
}

const GRANTED = [200, { token_type: 'Bearer', expires_in: 3599, access_token: TOKEN }] as const;

test('AWS vouches for the process, and Entra gives a token for it: no key is kept', async () => {
  const { said, toAws, toEntra } = await ask(tokenOfAws(), [GRANTED[0], GRANTED[1]]);
  expect(said).toBe(TOKEN);
  expect(Object.fromEntries(new URLSearchParams(toAws[0]?.body.toString()))).toMatchObject({
    Action: 'GetWebIdentityToken',
    'Audience.member.1': 'api://AzureADTokenExchange',
    SigningAlgorithm: 'RS256',
    DurationSeconds: '300',
  });
  expect(toAws[0]?.headers['authorization']).toContain('/eu-west-1/sts/aws4_request');
  expect(Object.fromEntries(toEntra[0] ?? [])).toMatchObject({
    client_id: CLIENT,
    scope: 'https://management.azure.com/.default',
    grant_type: 'client_credentials',
    client_assertion: JWT,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  });
});

test('an account that does not vouch for its roles yet is told how to begin', async () => {
  const { said, toEntra } = await ask(errorOfAws('OutboundWebIdentityFederationDisabledException'), [
    GRANTED[0],
    GRANTED[1],
  ]);
  expect(said).toMatch(
    /^SourceUnavailable: Cannot ask live: expected a web identity token of AWS STS, got OutboundWebIdentity/,
  );
  expect(said).toContain('enable it once with iam:EnableOutboundWebIdentityFederation');
  expect(said).not.toContain('123456789012');
  expect(toEntra).toEqual([]);
});

test('a refusal of Entra is told by its code, without what was sent', async () => {
  const refusal = {
    error: 'invalid_client',
    error_description: `AADSTS700213: no matching federated identity for ${JWT}`,
  };
  const { said } = await ask(tokenOfAws(), [401, refusal]);
  expect(said).toBe(
    'SourceUnavailable: Cannot ask live: expected a token of Microsoft Entra, got its refusal AADSTS700213',
  );
});

test('half an identity is refused before anyone is asked', async () => {
  const { said, toAws } = await ask(tokenOfAws(), [GRANTED[0], GRANTED[1]], [TENANT]);
  expect(said).toContain('expected the options tenant and client together');
  expect(toAws).toEqual([]);
});
