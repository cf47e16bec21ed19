import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import fc from 'fast-check';
import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { LocalBook } from '../lib/adapters/local-book.ts';
import { tempFolder } from './support/temp-folder.ts';
import { sampleCompanies } from './support/tiny-companies.ts';
import { AS_OF, fingerprintsOf, type TinyCompany, writeCompany } from './support/tiny-company.ts';

const KILLS = 20;
/** A book that is killed this often in a row, each time over what the last run left. */
const KILLS_IN_A_ROW = 10;
const FLAGS = ['--experimental-import-text', '--no-warnings', resolve('bin/joulebook.ts')];
const root = tempFolder();
/** Where the killed leave their warehouses, so that they go with the test. */
const scratch = join(root, 'scratch');
mkdirSync(scratch);

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly milliseconds: number;
  readonly complaints: string;
}

/** A real close in a process of its own, killed the hard way after a time, or left to its end. */
function close(book: string, killAfter?: number): Promise<Ended> {
  const typed = [
    'close',
    '--month',
    '2026-06',
    '--as-of',
    AS_OF,
    '--settings',
    join(root, 'joulebook.yaml'),
    '--book',
    book,
    '--until',
    'ComputeKpis',
  ];
  const started = Date.now();
  const child = spawn(process.execPath, [...FLAGS, ...typed], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { TMPDIR: scratch },
  });
  let complaints = '';
  child.stderr.on('data', (text) => (complaints += text));
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  return new Promise((done) =>
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, milliseconds: Date.now() - started, complaints });
    }),
  );
}

/** Every listed file is whole: JSON parses to its last brace, Parquet gives every row, landed bytes have the hash that names them. */
async function halfFiles(folder: string): Promise<string[]> {
  const book = new LocalBook(folder);
  const warehouse = await DuckDbWarehouse.open();
  const broken: string[] = [];
  for (const { key } of await book.list('')) {
    const isWhole = await readWhole(warehouse, await book.localPath(key)).catch(() => false);
    if (!isWhole) broken.push(key);
  }
  await warehouse.close();
  return broken;
}

async function readWhole(warehouse: DuckDbWarehouse, path: string): Promise<boolean> {
  if (path.endsWith('.json')) JSON.parse(await readFile(path, 'utf8'));
  if (path.endsWith('.parquet')) await warehouse.query('SELECT count(COLUMNS(*)) FROM read_parquet($path)', { path });
  const landedAs = /\/landing\/.*\/([0-9a-f]{64})\.(?!receipt)/.exec(path)?.[1];
  return (
    landedAs === undefined ||
    landedAs ===
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex')
  );
}

/** How long a run takes to its end, by the last one that got there. */
let wholeRun = 0;

/** Closes until a run is killed before its end, at this part of a whole run; a run that was faster sets the measure anew. */
async function killAt(book: string, moment: number): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const { signal, milliseconds } = await close(book, wholeRun * moment);
    expect(await halfFiles(book)).toEqual([]);
    if (signal === 'SIGKILL') return;
    wholeRun = milliseconds;
  }
  throw new Error(`Cannot kill a close at ${moment} of its run: expected it to last longer, got its end five times`);
}

const whole = (book: string) =>
  fingerprintsOf(book, ['landing', 'quarantine', 'plans', 'facts', 'ledger', 'sums', 'kpis']);

describe('a close that is killed', () => {
  const undisturbed = join(root, 'undisturbed');

  beforeAll(async () => {
    const [company] = sampleCompanies(1, 20_260_605);
    await writeCompany(company as TinyCompany, root);
    const ended = await close(undisturbed);
    expect(ended).toMatchObject({ code: 0 });
    wholeRun = ended.milliseconds;
  });

  test(`at ${KILLS} moments of its run leaves no half file, and the next close completes the same book, to the byte`, async () => {
    const moments = fc.sample(fc.double({ min: 0.1, max: 0.9, noNaN: true }), { seed: 20_260_606, numRuns: KILLS });
    const wanted = whole(undisturbed);
    for (let round = 0; round < KILLS / KILLS_IN_A_ROW; round += 1) {
      const book = join(root, `killed-${round}`);
      const inARow = moments.slice(round * KILLS_IN_A_ROW, (round + 1) * KILLS_IN_A_ROW);
      for (const moment of inARow) await killAt(book, moment);
      expect(await close(book)).toMatchObject({ code: 0 });
      expect(whole(book)).toEqual(wanted);
    }
  });

  test('whose parts were swept up by hand completes the same book as well', async () => {
    const book = join(root, 'torn');
    cpSync(undisturbed, book, { recursive: true });
    const local = new LocalBook(book);
    for (const { key } of await local.list(''))
      if (/^(facts|kpis|plans)\/|2026-06-0[3-9]/.test(key)) await local.remove(key);
    expect(await close(book)).toMatchObject({ code: 0 });
    expect(whole(book)).toEqual(whole(undisturbed));
  });
});
