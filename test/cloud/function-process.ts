import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills the processes in which an emulator runs a function, the hard way, as a Lambda that is out of memory is killed. They
 * are known by their environment: the function's name, and the address of the emulator that this test started.
 */
export function killFunction(lambda: string, endpoint: string): void {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const variables = environmentOf(name);
    if (!variables.includes(`POWERTOOLS_SERVICE_NAME=${lambda}`)) continue;
    if (variables.includes(`AWS_ENDPOINT_URL=${endpoint}`)) kill(Number(name));
  }
}

/** The variables of a process; none where it has ended, or is somebody else's. */
function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
