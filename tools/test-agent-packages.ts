/**
 * `npm run test:packages [-- JEST ARGUMENTS]`: builds the agent's packages into dist/agent, brings helm and a checker of
 * Kubernetes schemas into .venv-agent (once: helm is compiled, which takes minutes), and runs the tests of the packages.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const REQUIREMENTS = join(ROOT, 'test/agent-packages/requirements.txt');
const VENV = join(ROOT, '.venv-agent');
const PYTHON = join(VENV, 'bin/python');
const STAMP = join(VENV, 'installed.txt');
const HELM = 'helm.sh/helm/v3/cmd/helm@v3.20.2';
/** A compiler that does not optimise takes half as long, and the chart is small. */
const QUICKLY = ['-gcflags=all=-N -l', '-ldflags=-s -w'];

const wanted = `${HELM}\n${readFileSync(REQUIREMENTS, 'utf8')}`;
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== wanted) install();
execFileSync(process.execPath, ['--no-warnings', join(ROOT, 'tools/build-agent.ts')], { cwd: ROOT, stdio: 'inherit' });
process.exitCode = runJest(process.argv.slice(2));

/** The stamp holds what was installed last. */
function install(): void {
  rmSync(STAMP, { force: true });
  try {
    if (!existsSync(PYTHON)) execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'inherit' });
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    execFileSync(PYTHON, ['-m', 'pip', 'install', ...quiet, '-r', REQUIREMENTS], { stdio: 'inherit' });
    process.stderr.write('Compiling helm into .venv-agent (once; some two minutes on two processors) …\n');
    // biome-ignore lint/style/noProcessEnv: a command hands its environment on
    const env = { ...process.env, GOBIN: join(VENV, 'bin'), CGO_ENABLED: '0' };
    execFileSync('go', ['install', ...QUICKLY, HELM], { env, stdio: ['ignore', 'inherit', 'pipe'] });
  } catch (cause) {
    throw new Error(
      `Cannot prepare the tests of the packages: expected python3 with venv, go, and their registries, got ${cause}`,
      {
        cause,
      },
    );
  }
  writeFileSync(STAMP, wanted);
}

function runJest(args: readonly string[]): number {
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  // What `npm test` leaves out is what is asked for here.
  const chosen = [
    '--testPathIgnorePatterns',
    '/node_modules/',
    '--runInBand',
    '--testTimeout',
    '600000',
    'test/agent-packages',
  ];
  return spawnSync(process.execPath, [jest, ...chosen, ...args], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}
