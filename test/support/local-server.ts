import { once } from 'node:events';
import type { Server } from 'node:http';

/** Listens on a free port of this host. */
export async function listen(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

/** `http://127.0.0.1:40123` */
export function baseUrlOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('Cannot name the server: expected it to listen');
  return `http://127.0.0.1:${address.port}`;
}

/** Ends a server and whoever is still connected to it. */
export async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
