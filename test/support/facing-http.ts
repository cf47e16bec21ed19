import type { CallerEdges } from '../../lib/adapters/live/caller-edges.ts';
import { HttpCaller } from '../../lib/adapters/live/http-caller.ts';
import { SourceUnavailable } from '../../lib/landing/origin.ts';
import type { HttpAuth, HttpCall } from '../../lib/sources/live.ts';
import { type AnsweringServer, type Asked, type Said, startServer } from './answering-server.ts';
import { edgesTo, type LiveEdges } from './live-edges.ts';

const NONE: HttpAuth = { kind: 'none' };
/** A secret that goes along in a header. */
export const TOKEN: HttpAuth = { kind: 'header', header: 'auth-token' };
export const OK: Said = { status: 200, body: '{"data":[]}' };

/** One call of a provider, without a secret unless one is named. */
export function call(auth: HttpAuth = NONE, more: Partial<HttpCall> = {}): HttpCall {
  return { transport: 'http', method: 'GET', url: 'https://api.example.org/v1/hours?zone=IE', auth, ...more };
}

interface Try {
  readonly server: AnsweringServer;
  readonly edges: LiveEdges;
  readonly caller: HttpCaller;
}

/** A caller before a server that says `answer` to each request. */
export async function facing<Result>(
  answer: (asked: Asked, before: number) => Said,
  use: (tried: Try) => Promise<Result>,
  more: Partial<CallerEdges> = {},
): Promise<Result> {
  const server = await startServer(answer);
  try {
    const edges = edgesTo(server.url, more);
    return await use({ server, edges, caller: new HttpCaller(edges) });
  } finally {
    await server.stop();
  }
}

/** Why the source was unavailable. */
export const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: unknown) => {
      expect(error).toBeInstanceOf(SourceUnavailable);
      return error instanceof Error ? error.message : '';
    },
  );
