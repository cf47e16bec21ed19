import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';
import { tempFolder } from '../support/temp-folder.ts';

const KILLS = 50;
const LONGEST_LIFE_MS = 250;
const WRITER = resolve('test/support/spool-writer.ts');
const root = tempFolder();
const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) if (child.kill('SIGKILL')) await once(child, 'exit');
});

interface Writer {
  readonly child: ChildProcess;
  readonly said: readonly string[];
  readonly complaints: () => string;
  /** Resolves at the first line that begins so. */
  until(start: string): Promise<string>;
  ended(): Promise<number | null>;
}

/** Starts the writer; `shell` runs before it in the same process. */
function startWriter(folder: string, task: 'write' | 'finish' | 'hold', shell = ''): Writer {
  const script = `${shell} exec "$0" --no-warnings "$@"`;
  const child = spawn('sh', ['-c', script, process.execPath, WRITER, folder, task], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const said: string[] = [];
  let complaints = '';
  const waiting = new Map<string, (line: string) => void>();
  const closed = once(child, 'close');
  child.stderr.on('data', (text) => (complaints += text));
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line);
    for (const [start, resolve] of waiting) if (line.startsWith(start)) resolve(line);
  });
  return {
    child,
    said,
    complaints: () => complaints,
    until: (start) =>
      Promise.race([
        new Promise<string>((resolve) => waiting.set(start, resolve)),
        closed.then(() => Promise.reject(new Error(`ended before it said ${start}: ${complaints}`))),
      ]),
    ended: async () => (await closed)[0],
  };
}

function keptIn(said: readonly string[]): number[] {
  return said.filter((line) => line.startsWith('kept ')).flatMap((line) => line.slice(5).split(' ').map(Number));
}

/** Numbers of the records in the inbox, file by file; a file that stands twice counts once. */
function deliveredTo(folder: string): number[] {
  const inbox = join(folder, 'inbox/agent/telemetry/host=host-1/boot=boot-1');
  const files = readdirSync(inbox).filter((name) => name.endsWith('.jsonl.gz'));
  const byHash = new Map(
    files.map((name) => {
      const bytes = readFileSync(join(inbox, name));
      return [createHash('sha256').update(bytes).digest('hex'), gunzipSync(bytes).toString('utf8')];
    }),
  );
  return [...byHash.values()].flatMap((text) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).seq),
  );
}

test(`killed at ${KILLS} moments, every record that was acknowledged is delivered, and none twice`, async () => {
  const folder = join(root, 'killed');
  const moments = fc.sample(fc.integer({ min: 0, max: LONGEST_LIFE_MS }), { seed: 20_261_122, numRuns: KILLS });
  const kept: number[] = [];
  for (const moment of moments) {
    const writer = startWriter(folder, 'write');
    const [, last, next] = (await writer.until('opened')).split(' ').map(Number);
    if (last !== -1) expect(next).toBe(Number(last) + 1);
    setTimeout(() => writer.child.kill('SIGKILL'), moment);
    await writer.ended();
    expect(writer.complaints()).toBe('');
    expect(Number(last)).toBeGreaterThanOrEqual(Math.max(-1, ...kept.slice(-2)));
    kept.push(...keptIn(writer.said));
  }
  const writer = startWriter(folder, 'finish');
  expect(await writer.ended()).toBe(0);
  const stats = JSON.parse(writer.said.find((line) => line.startsWith('stats'))?.slice(6) ?? '');
  expect(stats).toMatchObject({ records: 0, dropped: 0, quarantined: 0 });

  const delivered = deliveredTo(folder);
  expect(kept.length).toBeGreaterThan(KILLS);
  expect(new Set(delivered).size).toBe(delivered.length);
  const there = new Set(delivered);
  expect(kept.filter((seq) => !there.has(seq))).toEqual([]);
});

test('the second agent on a spool refuses, and one that comes after a kill does not', async () => {
  const folder = join(root, 'taken');
  const first = startWriter(folder, 'hold');
  await first.until('opened');
  const second = startWriter(folder, 'hold');
  expect(await second.ended()).toBe(2);
  expect(second.complaints()).toBe(
    `Cannot open the spool ${folder}/spool.db: expected no other agent on it, got one that holds it\n`,
  );
  first.child.kill('SIGKILL');
  await first.ended();
  const third = startWriter(folder, 'finish');
  expect(await third.ended()).toBe(0);
});

const hasPrlimit = (() => {
  try {
    return execFileSync('prlimit', ['--version']).length > 0;
  } catch {
    return false;
  }
})();

(hasPrlimit ? test : test.skip)(
  'a disk that takes no more is told once, and nothing is lost when it does again',
  async () => {
    const folder = join(root, 'full');
    const writer = startWriter(folder, 'write', 'ulimit -S -f 128;');
    await writer.until('refused');
    execFileSync('prlimit', [`--pid=${writer.child.pid}`, '--fsize=unlimited:unlimited']);
    await writer.until('told the spool');
    await writer.until('kept');
    writer.child.kill('SIGKILL');
    await writer.ended();
    expect(writer.said.filter((line) => line.includes('cannot be written'))).toHaveLength(1);
    expect(await startWriter(folder, 'finish').ended()).toBe(0);
    const there = new Set(deliveredTo(folder));
    expect(keptIn(writer.said).filter((seq) => !there.has(seq))).toEqual([]);
  },
);

(hasPrlimit ? test : test.skip)('a spool that is there opens also while the disk takes nothing', async () => {
  const folder = join(root, 'full-at-start');
  const before = startWriter(folder, 'write');
  await before.until('kept');
  before.child.kill('SIGTERM');
  await before.ended();
  const writer = startWriter(folder, 'write', 'ulimit -S -f 0;');
  await writer.until('refused');
  execFileSync('prlimit', [`--pid=${writer.child.pid}`, '--fsize=unlimited:unlimited']);
  await writer.until('kept');
  writer.child.kill('SIGKILL');
  await writer.ended();
});

test('a spool that is broken is set aside, told and begun anew', async () => {
  const folder = join(root, 'broken');
  const writer = startWriter(folder, 'write');
  await writer.until('kept');
  writer.child.kill('SIGKILL');
  await writer.ended();
  // The log alone would bring every page back that was not written into the file yet.
  for (const file of ['spool.db', 'spool.db-wal']) writeFileSync(join(folder, file), 'no database at all'.repeat(1000));
  const next = startWriter(folder, 'write');
  expect(await next.until('told')).toMatch(
    /spool\.db is broken \(file is not a database\) and set aside as .*corrupt-\d{8}T\d{6}Z$/,
  );
  await next.until('kept');
  next.child.kill('SIGKILL');
  await next.ended();
  expect(Math.min(...keptIn(next.said))).toBeGreaterThan(Math.max(...keptIn(writer.said)));
  expect(readdirSync(folder).filter((name) => /^spool\.db\.corrupt-\d{8}T\d{6}Z$/.test(name))).toHaveLength(1);
});
