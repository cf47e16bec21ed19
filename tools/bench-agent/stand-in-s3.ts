/** A store that takes every object put into it and keeps none: what the agent's sink for S3 talks to while it is measured. */
import { once } from 'node:events';
import { createServer } from 'node:http';

export interface StandInS3 {
  /** What was put until now. */
  readonly taken: { objects: number; bytes: number };
  close(): void;
}

/** Listens on this host alone. A request that is not a signed PUT is refused, so that the agent tells of it. */
export async function openStandInS3(port: number): Promise<StandInS3> {
  const taken = { objects: 0, bytes: 0 };
  const server = createServer((request, response) => {
    const isSigned = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') ?? false;
    const isTaken = request.method === 'PUT' && isSigned;
    request.on('data', (part: Buffer) => {
      taken.bytes += part.length;
    });
    request.on('end', () => {
      taken.objects += isTaken ? 1 : 0;
      response.writeHead(isTaken ? 200 : 403).end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    taken,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
