import { SourceUnavailable } from '../../landing/origin.ts';
import type { HttpAuth } from '../../sources/live.ts';
import { openAwsSigner } from './aws-signer.ts';
import type { Signer, SignerEdges } from './signer.ts';

/** The signer of one way of signing. It keeps its token for as long as the token lasts. */
export function signerOf(auth: HttpAuth, edges: SignerEdges): Signer {
  if (auth.kind === 'header') return tokenSigner(headerToken(auth, edges));
  if (auth.kind === 'login') return tokenSigner(loginToken(auth, edges));
  if (auth.kind === 'azure') return tokenSigner(azureToken(auth, edges));
  if (auth.kind === 'sigv4') return openAwsSigner(auth, edges);
  return { credential: 'a call without a credential', sign: async (call) => call, renew: async () => false };
}

/** Where a token comes from, and the header that it goes into. */
interface TokenSource {
  readonly credential: string;
  /** Milliseconds that a token lasts. */
  readonly lastsMs: number;
  now(): number;
  fresh(): Promise<Readonly<Record<string, string>>>;
}

function tokenSigner({ credential, lastsMs, now, fresh }: TokenSource): Signer {
  let held: { readonly headers: Readonly<Record<string, string>>; readonly until: number } | undefined;
  const renewed = async () => {
    held = { headers: await fresh(), until: now() + lastsMs };
    return held;
  };
  return {
    credential,
    sign: async (call) => {
      const { headers } = held && now() < held.until ? held : await renewed();
      return { ...call, headers: { ...call.headers, ...headers } };
    },
    renew: async () => {
      const before = JSON.stringify(held?.headers);
      return JSON.stringify((await renewed()).headers) !== before;
    },
  };
}

/** The secret itself in a header. It may have been rotated: after a refusal it is read again. */
function headerToken({ header, prefix = '' }: HttpAuth & { kind: 'header' }, edges: SignerEdges): TokenSource {
  const secret = secretOf(edges);
  return {
    credential: secret.name,
    lastsMs: Number.POSITIVE_INFINITY,
    now: edges.now,
    fresh: async () => ({ [header]: checkedHeader(prefix + (await secret.read()), secret.name) }),
  };
}

/** A log-in by HTTP Basic that gives `{"token": "…"}`. The token is used for a little less than it lasts. */
function loginToken({ url, tokenMinutes }: HttpAuth & { kind: 'login' }, edges: SignerEdges): TokenSource {
  const secret = secretOf(edges);
  return {
    credential: secret.name,
    lastsMs: (tokenMinutes - 1) * 60_000,
    now: edges.now,
    fresh: async () => {
      const authorization = `Basic ${Buffer.from(await secret.read()).toString('base64')}`;
      const { status, text } = await edges.ask({
        transport: 'http',
        method: 'GET',
        url,
        headers: { authorization, accept: 'application/json' },
        auth: { kind: 'none' },
      });
      return { authorization: `Bearer ${tokenIn(text, status, `${new URL(url).host} as ${secret.name}`)}` };
    },
  };
}

/** The text of a log-in holds the token: an error tells the status alone. */
function tokenIn(text: string, status: number, place: string): string {
  const token = status === 200 ? /"token"\s*:\s*"([\w.~+/=-]+)"/.exec(text)?.[1] : undefined;
  if (token) return token;
  const got = status === 200 ? 'an answer without one' : `status ${status}`;
  throw new SourceUnavailable(`Cannot log in to ${place}: expected a token, got ${got}`);
}

function azureToken({ scope }: HttpAuth & { kind: 'azure' }, edges: SignerEdges): TokenSource {
  return {
    credential: 'the workload identity',
    lastsMs: 30 * 60_000,
    now: edges.now,
    fresh: async () => ({ authorization: `Bearer ${await edges.azureToken(scope, edges)}` }),
  };
}

function secretOf({ secret, sourceId }: SignerEdges) {
  if (secret) return secret;
  throw new SourceUnavailable(`Cannot ask ${sourceId}: expected a secret in its settings, got none`);
}

/** fetch would quote a value that no header can hold. */
function checkedHeader(value: string, name: string): string {
  if (/^[\x20-\x7e]+$/.test(value)) return value;
  throw new SourceUnavailable(`Cannot use ${name}: expected one line of plain characters, got others`);
}
