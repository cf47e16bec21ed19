import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { trace } from '../../bin/commands/trace.ts';
import { verify } from '../../bin/commands/verify.ts';
import { fingerprintOfFile } from '../../lib/adapters/fingerprint.ts';
import { LocalBook } from '../../lib/adapters/local-book.ts';
import type { Book } from '../../lib/landing/book.ts';
import { checkFiles } from '../../lib/pipeline/check-files.ts';
import { readManifest } from '../../lib/pipeline/kept-manifest.ts';
import type { Verification } from '../../lib/pipeline/verify.ts';
import { tempFolder } from '../support/temp-folder.ts';
import {
  AS_OF,
  type Charge,
  discloseTiny,
  hourOf,
  type TinyCompany,
  tinyWorkplace,
  writeBill,
  writeCompany,
} from '../support/tiny-company.ts';
import { type Typed, typeIn } from '../support/typed.ts';

const MONTH = '2026-06';
const folder = tempFolder();
const book = join(folder, 'book');
const first = join(book, `disclosures/${MONTH}/v1`);
const second = join(book, `disclosures/${MONTH}/v2`);

const hour = (at: number, more: Partial<Charge> = {}): Charge => ({
  start: hourOf(MONTH, at),
  resource: 'i-1',
  project: 'chat',
  ...more,
});
const COMPANY: TinyCompany = {
  month: MONTH,
  bills: { 'a.parquet': [hour(1), hour(2, { amount: 'NaN' }), hour(3, { type: 'g5.xlarge', resource: 'i-2' })] },
  telemetry: {
    'cellar.jsonl': [
      {
        host: 'cellar-1',
        seq: 1,
        start: hourOf(MONTH, 1),
        shares: [{ project: 'chat', microjoules: 7_200_000_000 }],
        idle: 500,
      },
    ],
  },
  grid: { 'ie.csv': [1, 2, 3].map((at) => ({ start: hourOf(MONTH, at), intensity: 250 + at })) },
};

async function verified(
  at: string,
): Promise<Verification & { readonly holds: boolean; readonly verified_with: string; readonly answer: number }> {
  const { answer, printed } = await typeIn(verify, at, '--json');
  return { ...JSON.parse(printed), answer };
}

/** The first file of the book whose path fits. */
function fileLike(pattern: RegExp): string {
  const paths = readdirSync(book, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(book, path)).isFile())
    .sort();
  const path = paths.find((each) => pattern.test(each));
  if (!path) throw new Error(`Cannot spoil ${pattern}: expected such a file in the book, got none`);
  return path;
}

/** Runs `during` while a file holds other bytes. */
async function whileSpoiled<Answer>(
  path: string,
  spoil: (bytes: Buffer) => Buffer,
  during: () => Promise<Answer>,
): Promise<Answer> {
  const whole = join(book, path);
  const bytes = readFileSync(whole);
  writeFileSync(whole, spoil(Buffer.from(bytes)));
  try {
    return await during();
  } finally {
    writeFileSync(whole, bytes);
  }
}

/** A byte at a seeded place, one bit turned. */
function oneBitTurned(bytes: Buffer, seed = 0.618): Buffer {
  const at = Math.floor(bytes.length * seed);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

beforeAll(async () => {
  await writeCompany(COMPANY, folder);
  await discloseTiny(tinyWorkplace(folder), MONTH, AS_OF);
});

describe('an untouched disclosure', () => {
  test('holds, and says what was recomputed from how much', async () => {
    const before = statSync(join(first, 'annex.json')).mtimeMs;
    const { answer, printed, told } = await typeIn(verify, first);
    expect(printed).toMatch(
      /^verified: \d+ figures recomputed from 4 landed files, \d+ files checked\n {2}made by test, verified with joulebook /,
    );
    expect(answer).toBe(0);
    expect(statSync(join(first, 'annex.json')).mtimeMs).toBe(before);
    expect(told).toMatch(/^check the files: \d+ parts\nplan the facts\n/);
  });
});

describe('one bit turned', () => {
  test('in any file of the manifest is found, and that file alone is named', async () => {
    const kept = await readManifest(new LocalBook(book), MONTH, 1);
    if (!('manifest' in kept)) throw new Error('Cannot test: expected a manifest, got none');
    const fingerprintKey = async (at: Book, key: string) => fingerprintOfFile(await at.localPath(key));
    const check = () => checkFiles(kept.manifest, new LocalBook(book), fingerprintKey);
    expect(await check()).toEqual([]);
    const paths = [
      ...kept.manifest.book.map(({ path }) => path),
      ...kept.manifest.outputs.map(({ path }) => `disclosures/${MONTH}/v1/${path}`),
    ];
    for (const kind of ['landing/', 'quarantine/', 'facts/', 'ledger/', 'kpis/', 'disclosures/']) {
      expect(paths.some((path) => path.startsWith(kind))).toBe(true);
    }
    for (const [index, path] of paths.entries()) {
      const seed = ((index * 0.618) % 1) * 0.999;
      const found = await whileSpoiled(path, (bytes) => oneBitTurned(bytes, seed), check);
      expect(found.map((difference) => difference.path)).toEqual([path]);
    }
  });

  const kinds: Readonly<Record<string, RegExp>> = {
    'a landed bill': /^landing\/source=bill\/.*\.parquet$/,
    'landed telemetry': /^landing\/source=agents\/.*\.jsonl$/,
    'the kept settings': /^landing\/source=settings\/.*[0-9a-f]{64}\.json$/,
    'a receipt': /^landing\/source=grid\/.*\.receipt\.json$/,
    'a reason in quarantine': /^quarantine\/.*\.reason\.json$/,
    'the annex': /\/annex\.json$/,
  };
  test.each(Object.entries(kinds))(
    'in %s leaves an answer of 1 that names it, whatever becomes of the recomputation',
    async (_, pattern) => {
      const path = fileLike(pattern);
      const found = await whileSpoiled(
        path,
        (bytes) => oneBitTurned(bytes),
        () => verified(first),
      );
      expect(found.answer).toBe(1);
      expect(found.holds).toBe(false);
      expect(found.files.map((difference) => difference.path)).toContain(path);
    },
  );

  test.each([1, 30, 60, 400])('in byte %i of the manifest is found and the manifest is named', async (at) => {
    const path = fileLike(/\/manifest\.json$/);
    const turned = (bytes: Buffer) => {
      bytes[at] = (bytes[at] ?? 0) ^ 2;
      return bytes;
    };
    const { answer, files } = await whileSpoiled(path, turned, () => verified(first));
    expect([answer, files.some((file) => file.path === path)]).toEqual([1, true]);
  });
});

describe('other differences', () => {
  test('a maker that was rewritten in the manifest alone', async () => {
    const path = fileLike(/\/manifest\.json$/);
    const rewritten = (bytes: Buffer) =>
      Buffer.from(bytes.toString('utf8').replace('"code_version": "test"', '"code_version": "tesu"'));
    const { answer, files } = await whileSpoiled(path, rewritten, () => verified(first));
    expect(answer).toBe(1);
    expect(files.map((file) => file.path)).toContain(path);
  });

  test('a file that is gone, one that is cut and one that nobody knows are all named at once', async () => {
    const [csv, page] = [fileLike(/figures\.csv$/), fileLike(/index\.html$/)];
    writeFileSync(join(first, 'notes.txt'), 'who put this here?');
    const gone = readFileSync(join(book, csv));
    rmSync(join(book, csv));
    const { files, answer } = await whileSpoiled(
      page,
      (bytes) => bytes.subarray(0, 100),
      () => verified(first),
    );
    writeFileSync(join(book, csv), gone);
    rmSync(join(first, 'notes.txt'));
    expect(answer).toBe(1);
    expect(files.map(({ path }) => path.split('/').at(-1)).sort()).toEqual(['figures.csv', 'index.html', 'notes.txt']);
  });

  test('a figure that was rewritten is told with what it should be', async () => {
    const annex = fileLike(/annex\.json$/);
    const rewritten = (bytes: Buffer) => {
      const parsed = JSON.parse(bytes.toString('utf8'));
      const figure = parsed.figures.find(({ id }: { id: string }) => id === 'energy.it');
      figure.value = '1';
      return Buffer.from(`${JSON.stringify(parsed, null, 2)}\n`);
    };
    const { figures, files } = await whileSpoiled(annex, rewritten, () => verified(first));
    expect(figures).toEqual([
      { figure: 'energy.it', field: 'value', published: '1', recomputed: expect.stringMatching(/^0\.\d+$/) },
    ]);
    expect(files).toHaveLength(1);
  });

  test('words for people name path, expected and found', async () => {
    const csv = fileLike(/figures\.csv$/);
    const { printed } = (await whileSpoiled(
      csv,
      (bytes) => oneBitTurned(bytes),
      () => typeIn(verify, first),
    )) as Typed;
    expect(printed).toMatch(/^not verified: 1 file of \d+ differ, 0 figures of \d+ differ/);
    expect(printed).toContain(`  ${csv}\n      expected `);
  });
});

describe('a month that was restated', () => {
  beforeAll(async () => {
    mkdirSync(join(folder, 'inputs/bill'), { recursive: true });
    await writeBill(join(folder, 'inputs/bill/late.parquet'), [hour(700, { cost: 3 })]);
    await discloseTiny(tinyWorkplace(folder), MONTH, '2026-08-01T00:00:00Z');
  });

  test('holds in both versions, though facts and ledger are those of the second', async () => {
    expect(await verified(first)).toMatchObject({ answer: 0, superseded_by: 2 });
    expect(await verified(second)).toMatchObject({ answer: 0, superseded_by: null });
  });

  test('is traced in its first version too, whose ledger is made again', async () => {
    const words = ['cost.billed', '--month', MONTH, '--book', book, '--json'];
    const both = await Promise.all([typeIn(trace, ...words, '--version', '1'), typeIn(trace, ...words)]);
    const values = both.map(({ printed }) => JSON.parse(printed).numerator[0].totals.quantity);
    expect([both.map(({ answer }) => answer), values]).toEqual([
      [0, 0],
      ['2', '5'],
    ]);
  });

  test('is measured from the first version: a change there is named', async () => {
    const { files, answer } = await whileSpoiled(
      `disclosures/${MONTH}/v1/annex.json`,
      (bytes) => Buffer.concat([bytes, Buffer.from(' ')]),
      () => verified(second),
    );
    expect(answer).toBe(1);
    expect(files.map(({ path }) => path)).toEqual([`disclosures/${MONTH}/v1/annex.json`]);
  });
});

describe('what is no disclosure', () => {
  test.each([
    ['a folder that is not there', join(book, 'disclosures/2026-05/v1')],
    ['the book itself', book],
    ['a folder without a manifest', join(book, 'disclosures/2026-04/v1')],
  ])('cannot be verified: %s', async (_, at) => {
    mkdirSync(join(book, 'disclosures/2026-04/v1'), { recursive: true });
    writeFileSync(join(book, 'disclosures/2026-04/v1/notes.txt'), 'nothing');
    await expect(typeIn(verify, at)).rejects.toThrow(/^Cannot verify /);
  });
});
