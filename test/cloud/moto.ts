import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PYTHON = join(__dirname, '../../.venv/bin/python');
/** moto's server in a thread, at a port that the system chooses; it lives until its standard input closes. */
const SCRIPT = `
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
`;

/** Starts moto, which knows the write side of Timestream. Throws with what it said where it does not come up. */
export async function startMoto(): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  if (!existsSync(PYTHON)) throw new Error(`Cannot start moto: expected ${PYTHON}; run npm run test:cloud`);
  const child = spawn(PYTHON, ['-c', SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (text) => (complaints += text));
  const closed = once(child, 'close');
  const failed = closed.then(() =>
    Promise.reject(new Error(`Cannot start moto: expected its port, got ${complaints}`)),
  );
  const [port] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), failed]);
  failed.catch(() => undefined);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      child.stdin.end();
      await closed;
    },
  };
}
