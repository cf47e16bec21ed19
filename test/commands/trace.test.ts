import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { close } from '../../bin/commands/close.ts';
import { trace } from '../../bin/commands/trace.ts';
import type { Annex, Figure } from '../../lib/disclosure/annex.ts';
import { figureKey } from '../../lib/disclosure/figures.ts';
import { KPIS } from '../../lib/kpis/catalogue.ts';
import { TRACES } from '../../lib/kpis/trace/catalogue.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { typeIn } from '../support/typed.ts';

const MONTH = '2026-06';
const book = tempFolder();
const broken = tempFolder();
let figures: readonly Figure[] = [];

beforeAll(async () => {
  await typeIn(
    close,
    '--month',
    MONTH,
    '--settings',
    'example/joulebook.yaml',
    '--book',
    book,
    '--as-of',
    '2026-07-22T06:00:00Z',
  );
  const annex: Annex = JSON.parse(readFileSync(join(book, `disclosures/${MONTH}/v1/annex.json`), 'utf8'));
  figures = annex.figures;
});

function theFigure(isIt: (figure: Figure) => boolean, name: string): Figure {
  const figure = figures.find(isIt);
  if (!figure) throw new Error(`Cannot trace ${name}: expected the figure in the example, got none`);
  return figure;
}

function traced(figure: Figure) {
  const where = Object.entries(figure.dimensions).flatMap(([dimension, value]) => [
    '--where',
    `${dimension}=${value ?? ''}`,
  ]);
  return typeIn(trace, figure.id, '--month', MONTH, '--book', book, ...where);
}

/** The tables of a print: their last column above the rule, and what stands below it. */
function tablesIn(printed: string): { readonly parts: readonly string[]; readonly total: string }[] {
  const blocks = printed.split('\n\n').map((block) => block.split('\n'));
  return blocks.flatMap((lines) => {
    const rule = lines.findIndex((line) => line.startsWith('  ─'));
    const last = (line: string | undefined) => line?.trim().split(/\s+/).at(-1) ?? '';
    return rule < 0 ? [] : [{ parts: lines.slice(2, rule).map(last), total: last(lines[rule + 1]) }];
  });
}

const PLACES = 12;
function exact(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.');
  const digits = BigInt(whole + fraction.padEnd(PLACES, '0'));
  return decimal.startsWith('-') ? -digits : digits;
}
const sumOf = (decimals: readonly string[]) => decimals.map(exact).reduce((sum, one) => sum + one, 0n);

/** What the parts add up to: the numerator, or the value of a figure that is a sum. */
function termOf({ numerator, value }: Figure): string {
  return numerator ?? value ?? 'nothing';
}

describe('the catalogue of ways back', () => {
  test('has one for every figure, a formula that is there and method notes that are there', () => {
    expect(Object.keys(TRACES).sort()).toEqual(KPIS.map(({ id }) => id).sort());
    const notes = Object.values(TRACES).flatMap(({ methods }) => methods);
    expect([...new Set(notes)].filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('what is printed adds up on paper', () => {
  test.each(KPIS.map(({ id }) => id))('%s', async (id) => {
    const figure = theFigure(({ id: each }) => each === id, id);
    const { answer, printed } = await traced(figure);
    expect(answer).toBe(0);
    expect(existsSync(/ (lib\/kpis\/figures\/\S+\.sql)$/m.exec(printed)?.[1] ?? 'nowhere')).toBe(true);
    const tables = tablesIn(printed);
    for (const { parts, total } of tables) expect(sumOf(parts)).toBe(exact(total));
    const over = figure.denominator === null ? tables : tables.slice(0, -1);
    expect(sumOf(over.map(({ total }) => total))).toBe(exact(termOf(figure)));
    expect(tables.slice(over.length).map(({ total }) => exact(total))).toEqual(
      [figure.denominator].flatMap((term) => (term === null ? [] : [exact(term)])),
    );
  });

  test('also when a figure is cut: by site, by project, by nobody', async () => {
    const keys = [
      'energy.facility{region=leeds}',
      'emissions.location{project=chat}',
      'cost.effective{project=}',
      'kpi.carbon_per_1k_requests{model_id=code-22b}',
    ];
    for (const key of keys) {
      const figure = theFigure((each) => figureKey(each) === key, key);
      const { answer, printed } = await traced(figure);
      const [table] = tablesIn(printed);
      expect([key, answer, sumOf(table?.parts ?? [])]).toEqual([key, 0, exact(termOf(figure))]);
    }
  });
});

describe('the way goes on to the bytes', () => {
  test('through factors to landed files, whose receipts are in the book', async () => {
    const { printed } = await typeIn(trace, 'emissions.location', '--month', MONTH, '--book', book);
    expect(printed).toContain('grid-gb/GB/direct/half_hour');
    const receipts = printed.match(/landing\/\S+\.receipt\.json/g) ?? [];
    expect(receipts.length).toBeGreaterThan(60);
    expect(receipts.filter((path) => !existsSync(join(book, path)))).toEqual([]);
    expect(printed).toContain('Method  docs/methods/grid-factors.md');
  });

  test('as JSON with the same sums', async () => {
    const { printed } = await typeIn(trace, 'energy.it', '--month', MONTH, '--book', book, '--json');
    const { numerator, figure, faults } = JSON.parse(printed);
    expect(numerator[0].totals.quantity).toBe(figure.value);
    expect(faults).toEqual([]);
  });
});

describe('what cannot be traced', () => {
  test('an unknown figure: the closest id comes first', async () => {
    await expect(typeIn(trace, 'energy.facilty', '--month', MONTH, '--book', book)).rejects.toThrow(
      /closest first:\n {2}energy\.facility\n/,
    );
  });

  test('a figure as pages name it: the option that gives the cut', async () => {
    await expect(typeIn(trace, 'energy.it{project=chat}', '--month', MONTH, '--book', book)).rejects.toThrow(
      "expected energy.it --where 'project=chat'",
    );
  });

  test('an unknown cut: the closest comes first', async () => {
    await expect(
      typeIn(trace, 'energy.it', '--month', MONTH, '--book', book, '--where', 'project=chatt'),
    ).rejects.toThrow(/closest first:\n {2}energy\.it\{project=chat\}\n/);
  });

  test('a month without a disclosure', async () => {
    await expect(typeIn(trace, 'energy.it', '--month', '2026-05', '--book', book)).rejects.toThrow(
      /^Cannot trace 2026-05: expected a disclosure/,
    );
  });

  test('a book whose files are not as they were written, and one of another version of the program', async () => {
    cpSync(book, broken, { recursive: true });
    const sums = join(broken, `sums/month=${MONTH}`);
    for (const name of readdirSync(sums)) writeFileSync(join(sums, name), 'not Parquet');
    const tracing = () => typeIn(trace, 'energy.it', '--month', MONTH, '--book', broken);
    await expect(tracing()).rejects.toThrow(/^Cannot trace 2026-06: expected the book as it was closed, got /);
    const manifest = join(broken, `disclosures/${MONTH}/v1/manifest.json`);
    const other = readFileSync(manifest, 'utf8').replace(
      /"code_version": "[^"]+"/,
      '"code_version": "joulebook 0.0.9+0123"',
    );
    writeFileSync(manifest, other);
    await expect(tracing()).rejects.toThrow(/got one of joulebook 0\.0\.9\+0123 \(.*close the month again$/);
  });
});
