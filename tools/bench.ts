/**
 * Closes the bill part of a month of 1 M and of 10 M generated rows and prints wall time, CPU time and peak memory, beside
 * a bare DuckDB group-by of the same files in the same run. Prints; never judges. `npm run bench [-- ROWS …]`
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

interface Usage {
  readonly wall_seconds: number;
  readonly cpu_seconds: number;
  readonly peak_rss_mb: number;
}

const GENERATOR = join('..', 'shared', 'bench', 'generate_cur2.py');
const NODE_FLAGS = ['--experimental-import-text', '--no-warnings', '--import', './tools/bench/report-usage.mjs'];
const MONTH = '2026-06';

const folder = mkdtempSync(join(tmpdir(), 'joulebook-bench-'));
try {
  main(process.argv.slice(2).map(Number));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function main(asked: readonly number[]): void {
  if (!existsSync(GENERATOR)) throw new Error(`Cannot run the benchmark: expected the generator at ${GENERATOR}`);
  const python = pythonWithDuckDb();
  const sizes = asked.length > 0 ? asked : [1_000_000, 10_000_000];
  print(`${availableParallelism()} cores, Node ${process.version}; month ${MONTH}, documents apart`);
  const closed = sizes.map((rows) => ({ rows, usage: bench(rows, python) }));
  const [small, large] = closed;
  if (small && large) {
    print(
      `from ${small.rows} to ${large.rows} rows: ${(large.usage.wall_seconds / small.usage.wall_seconds).toFixed(1)} x the time`,
    );
  }
}

function bench(rows: number, python: string): Usage {
  const bill = join(folder, `cur-${rows}`);
  run(python, [GENERATOR, '--rows', String(rows), '--month', MONTH, '--out', bill]);
  const bareBefore = measured('tools/bench/bare-group-by.ts', [bill, folder]);
  const settings = join(folder, `joulebook-${rows}.yaml`);
  writeFileSync(settings, settingsFor(bill, join(folder, `book-${rows}`)));
  const usage = measured('bin/joulebook.ts', [
    'close',
    '--month',
    MONTH,
    '--settings',
    settings,
    '--as-of',
    '2026-07-22T06:00:00Z',
    '--until',
    'ComputeKpis',
  ]);
  const bareAfter = measured('tools/bench/bare-group-by.ts', [bill, folder]);
  print(`${rows} rows`);
  print(`  bare group-by, before   ${words(bareBefore)}`);
  print(`  close to the figures    ${words(usage)}`);
  print(`  bare group-by, after    ${words(bareAfter)}`);
  const bare = (bareBefore.wall_seconds + bareAfter.wall_seconds) / 2;
  print(`  ratio of wall times     ${(usage.wall_seconds / bare).toFixed(1)}`);
  rmSync(bill, { recursive: true });
  rmSync(join(folder, `book-${rows}`), { recursive: true });
  return usage;
}

function settingsFor(bill: string, book: string): string {
  return [
    'organisation: { name: Benchmark (synthetic), consolidation: operational_control, synthetic: true }',
    `book: ${book}`,
    'currency: USD',
    `sources: [ { id: bill, kind: aws-cur2, path: ${bill} } ]`,
    'workloads:',
    "  - { match: {}, set: { project: 'tag:project', model_id: 'tag:model_id', workload_type: 'tag:workload_type' } }",
    '',
  ].join('\n');
}

/** Runs a script of ours in a process of its own and gives what the kernel booked for it. */
function measured(script: string, args: readonly string[]): Usage {
  const file = join(folder, 'usage.json');
  run(process.execPath, [...NODE_FLAGS, script, ...args], { JOULEBOOK_BENCH_USAGE: file });
  return JSON.parse(readFileSync(file, 'utf8')) as Usage;
}

function run(command: string, args: readonly string[], extra: Readonly<Record<string, string>> = {}): void {
  // biome-ignore lint/style/noProcessEnv: a child process inherits the environment of this one
  const child = spawnSync(command, args, { env: { ...process.env, ...extra }, encoding: 'utf8' });
  if (child.status !== 0)
    throw new Error(`Cannot run ${command} ${args.join(' ')}: ${child.error?.message ?? child.stderr}`);
}

/** The generator needs DuckDB for Python: an environment of its own made once. */
function pythonWithDuckDb(): string {
  const environment = '.venv-bench';
  const python = join(environment, 'bin', 'python');
  if (!existsSync(python)) {
    run('python3', ['-m', 'venv', environment]);
    run(python, ['-m', 'pip', 'install', '--quiet', 'duckdb<2']);
  }
  return python;
}

function words({ wall_seconds, cpu_seconds, peak_rss_mb }: Usage): string {
  return `${wall_seconds.toFixed(1).padStart(7)} s wall ${cpu_seconds.toFixed(1).padStart(7)} s CPU ${peak_rss_mb.toFixed(0).padStart(6)} MB`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
