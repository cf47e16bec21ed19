/** `npm run test:cloud [-- JEST ARGUMENTS]`: brings the Python tools into .venv and runs the tests that need an emulator. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const REQUIREMENTS = join(ROOT, 'test/cloud/requirements.txt');
const VENV = join(ROOT, '.venv');
const PYTHON = join(VENV, 'bin/python');
const STAMP = join(VENV, 'installed-requirements.txt');

if (!isInstalled()) install();
process.exitCode = runJest(process.argv.slice(2));

/** The stamp holds the requirements that were installed last, to the byte. */
function isInstalled(): boolean {
  return existsSync(PYTHON) && existsSync(STAMP) && readFileSync(STAMP).equals(readFileSync(REQUIREMENTS));
}

function install(): void {
  process.stderr.write('Installing the emulator into .venv (once; about half a minute) …\n');
  rmSync(STAMP, { force: true });
  try {
    if (!existsSync(PYTHON)) execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'inherit' });
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    execFileSync(PYTHON, ['-m', 'pip', 'install', ...quiet, '-r', REQUIREMENTS], { stdio: 'inherit' });
  } catch (cause) {
    throw new Error(`Cannot install the emulator: expected python3 with venv and access to PyPI, got ${cause}`, {
      cause,
    });
  }
  writeFileSync(STAMP, readFileSync(REQUIREMENTS));
}

/** Temporary files of the tests and of what they start go with this folder. */
function runJest(args: readonly string[]): number {
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const cache = ['--cacheDirectory', join(ROOT, 'node_modules/.cache/jest')];
  const config = ['--config', join(ROOT, 'jest.cloud.config.mjs'), ...cache];
  const folder = mkdtempSync(join(tmpdir(), 'joulebook-cloud-'));
  // biome-ignore lint/style/noProcessEnv: a command hands its environment on
  const env = { ...process.env, TMPDIR: folder };
  try {
    return spawnSync(process.execPath, [jest, ...config, ...args], { cwd: ROOT, env, stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
