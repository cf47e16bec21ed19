/**
 * Closes a folder of bill files stage by stage, each shard in a process of its own as a Lambda would, and prints what each took:
 * rows, wall and CPU seconds, peak memory, bytes read and written. Prints; never judges. `docs/scale.md` rests on it.
 * `node --experimental-import-text --no-warnings tools/bench-shards.ts BILL_FOLDER [FILES_A_SHARD]`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

interface Usage {
  readonly wall_seconds: number;
  readonly cpu_seconds: number;
  readonly peak_rss_mb: number;
}

const RUN = { month: '2026-06', as_of: '2026-07-22T06:00:00Z' } as const;
const NODE_FLAGS = ['--experimental-import-text', '--no-warnings', '--import', './tools/bench/report-usage.mjs'];

const [, , bill = '', filesAShard = '1'] = process.argv;
const folder = mkdtempSync(join(tmpdir(), 'joulebook-bench-shards-'));
try {
  main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function main(): void {
  writeFileSync(join(folder, 'joulebook.yaml'), settings());
  print(`stage            answer                                   wall s   CPU s  peak MB`);
  measure('collect', { ...RUN, source_id: 'bill' });
  measure('plan', { ...RUN, stage: 'facts' });
  for (const shard of handsOfFiles()) measure('buildFacts', { ...RUN, shard });
  const planned = measure('plan', { ...RUN, stage: 'settlement' }) as { readonly shards: readonly { shard: string }[] };
  for (const shard of planned.shards) measure('settle', shard);
  measure('computeKpis', RUN);
  for (const kept of ['landing', 'facts', 'ledger', 'sums', 'kpis']) print(`${kept.padEnd(16)} ${size(kept)} bytes`);
}

/** Lists of so many landed files each, written as `plan` writes them. */
function handsOfFiles(): string[] {
  const landing = join(folder, 'book', 'landing', 'source=bill', `period=${RUN.month}`);
  const papers = readdirSync(landing).filter((name) => name.endsWith('.receipt.json'));
  const hand = Math.max(1, Number(filesAShard));
  return papers.flatMap((_, first) => {
    if (first % hand !== 0) return [];
    const shard = `plans/month=${RUN.month}/bench-${first}.json`;
    const receipts = papers
      .slice(first, first + hand)
      .map((name) => JSON.parse(readFileSync(join(landing, name), 'utf8')));
    writeFileSync(join(folder, 'book', shard), JSON.stringify(receipts));
    return [shard];
  });
}

/** One call of a stage in a process of its own; gives its answer. */
function measure(stage: string, input: object): unknown {
  const usageFile = join(folder, 'usage.json');
  const child = spawnSync(
    process.execPath,
    [...NODE_FLAGS, 'tools/bench/run-stage.ts', stage, join(folder, 'joulebook.yaml'), JSON.stringify(input)],
    // biome-ignore lint/style/noProcessEnv: a child process inherits the environment of this one
    { env: { ...process.env, JOULEBOOK_BENCH_USAGE: usageFile }, encoding: 'utf8' },
  );
  if (child.status !== 0) throw new Error(`Cannot run ${stage}: ${child.error?.message ?? child.stderr}`);
  const { wall_seconds, cpu_seconds, peak_rss_mb } = JSON.parse(readFileSync(usageFile, 'utf8')) as Usage;
  const numbers = [wall_seconds.toFixed(2), cpu_seconds.toFixed(2), peak_rss_mb.toFixed(0)].map((text) =>
    text.padStart(8),
  );
  print(`${stage.padEnd(16)} ${child.stdout.trim().slice(0, 38).padEnd(38)} ${numbers.join(' ')}`);
  return JSON.parse(child.stdout);
}

function size(kept: string): string {
  const paths = readdirSync(join(folder, 'book', kept), { recursive: true, encoding: 'utf8' });
  const bytes = paths.map((path) => statSync(join(folder, 'book', kept, path))).filter((stat) => stat.isFile());
  return String(bytes.reduce((sum, stat) => sum + stat.size, 0)).padStart(12);
}

function settings(): string {
  return JSON.stringify({
    organisation: { name: 'Benchmark (synthetic)', consolidation: 'operational_control', synthetic: true },
    book: join(folder, 'book'),
    currency: 'USD',
    sources: [{ id: 'bill', kind: 'aws-cur2', path: resolve(bill) }],
    workloads: [
      { match: {}, set: { project: 'tag:project', model_id: 'tag:model_id', workload_type: 'tag:workload_type' } },
    ],
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
