/**
 * Programs of others that measure the energy of processes, to be measured beside the agent: Kepler from the Go module proxy,
 * CodeCarbon from PyPI. Built below dist/peers where that is asked for, and used wherever they are there. They look at the real
 * host, not at the made-up one.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A program that is there, and how it is begun. */
export interface Peer {
  readonly name: string;
  /** Serves its page on that port; `undefined` for one that has none. */
  readonly port: number | undefined;
  start(): ChildProcess;
  /** What it says that it saw, by its page. */
  saw(page: string): string;
}

const FOLDER = resolve('dist/peers');
const KEPLER = join(FOLDER, 'kepler');
const KEPLER_MODULE = 'github.com/sustainable-computing-io/kepler';
const KEPLER_PORT = 19_712;
const PYTHON = join(FOLDER, 'codecarbon/bin/python');
const CODECARBON = 'codecarbon==3.3.2';

/** Once a second and of the whole machine; without a network it takes the grid of one country. */
const CODECARBON_PROGRAM = `
import time
from codecarbon import OfflineEmissionsTracker
tracker = OfflineEmissionsTracker(country_iso_code="GBR", measure_power_secs=1, tracking_mode="machine", save_to_file=False, log_level="error")
tracker.start()
time.sleep(3600)
`;

/** The peers that are there; builds those that are missing where `isAsked`. What cannot be built is told in one line. */
export function findPeers(isAsked: boolean, tell: (line: string) => void): Peer[] {
  mkdirSync(FOLDER, { recursive: true });
  if (isAsked && !existsSync(KEPLER)) buildKepler(tell);
  if (isAsked && !existsSync(PYTHON)) installCodeCarbon(tell);
  return [...(existsSync(KEPLER) ? [kepler()] : []), ...(existsSync(PYTHON) ? [codeCarbon()] : [])];
}

/** Settings of docs/user/configuration.md there: a made-up meter, since a virtual machine has none. */
function kepler(): Peer {
  const config = join(FOLDER, 'kepler.yaml');
  writeFileSync(config, 'dev: { fake-cpu-meter: { enabled: true } }\n');
  return {
    name: 'kepler',
    port: KEPLER_PORT,
    start: () =>
      spawn(
        KEPLER,
        [`--config.file=${config}`, '--monitor.interval=1s', `--web.listen-address=127.0.0.1:${KEPLER_PORT}`],
        { stdio: 'ignore' },
      ),
    saw: (page) => `${new Set([...page.matchAll(/[{,]pid="(\d+)"/g)].map(([, pid]) => pid)).size} processes`,
  };
}

function codeCarbon(): Peer {
  return {
    name: 'codecarbon',
    port: undefined,
    start: () => spawn(PYTHON, ['-c', CODECARBON_PROGRAM], { stdio: 'ignore' }),
    saw: () => 'the machine as a whole, no processes',
  };
}

function buildKepler(tell: (line: string) => void): void {
  const folder = join(FOLDER, 'kepler-build');
  mkdirSync(folder, { recursive: true });
  const isDone =
    (existsSync(join(folder, 'go.mod')) || isBuiltBy(folder, 'go', ['mod', 'init', 'peers'], () => undefined)) &&
    isBuiltBy(folder, 'go', ['get', `${KEPLER_MODULE}@latest`], tell) &&
    isBuiltBy(folder, 'go', ['build', '-o', KEPLER, `${KEPLER_MODULE}/cmd/kepler`], tell);
  if (!isDone) tell('  kepler: not built');
}

function installCodeCarbon(tell: (line: string) => void): void {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  const isDone =
    isBuiltBy(FOLDER, 'python3', ['-m', 'venv', 'codecarbon'], tell) &&
    isBuiltBy(FOLDER, PYTHON, ['-m', 'pip', 'install', ...quiet, CODECARBON], tell);
  if (!isDone) tell('  codecarbon: not installed');
}

/** Whether a command was there and went well; the last line that it said otherwise. */
function isBuiltBy(folder: string, command: string, args: readonly string[], tell: (line: string) => void): boolean {
  const { status, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (status === 0) return true;
  tell(`  ${command} ${args.join(' ')}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
  return false;
}
