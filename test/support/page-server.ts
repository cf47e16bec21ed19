import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Headers of a page in the Prometheus text format. */
export const TEXT = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };

/** Serves with `listener` on a port of its own while `use` runs; gives its address without a path. */
export async function withServer<Result>(
  listener: RequestListener,
  use: (origin: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}
