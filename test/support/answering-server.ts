import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** What a server of a test says to one request; `reset` closes the connection, `silent` says nothing at all. */
export type Said =
  | {
      readonly status: number;
      readonly body?: string | Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'reset'
  | 'silent';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface AnsweringServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  stop(): Promise<void>;
}

/** A real HTTP server on 127.0.0.1 that keeps what it is asked and says what the test wants. */
export async function startServer(answer: (asked: Asked, before: number) => Said): Promise<AnsweringServer> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method = '', url: path = '', headers } = request;
    const said = answer({ method, path, headers, body: Buffer.concat(parts) }, asked.length);
    asked.push({ method, path, headers, body: Buffer.concat(parts) });
    if (said === 'reset') request.socket.destroy();
    else if (said !== 'silent') response.writeHead(said.status, said.headers).end(said.body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${portOf(server)}`, asked, stop: () => stopped(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Cannot find the port: expected one, got none');
  return address.port;
}

async function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
