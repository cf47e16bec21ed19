import { csvCell, renderFiguresCsv } from '../../lib/disclosure/figures-csv.ts';
import { ODD_NAMES, sampleAnnex } from './sample-annex.ts';

test.each([
  ["=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"],
  ['+1+2', "'+1+2"],
  ['-2+3', "'-2+3"],
  ['@SUM(1)', "'@SUM(1)"],
  ['  =1', "'  =1"],
  ['"=1', '"\'""=1"'],
  ['\t=1', "'\t=1"],
  ['\rx', '"\'\rx"'],
  ['＝1', "'＝1"],
  ['－1', "'－1"],
  ['＋1', "'＋1"],
  ['＠x', "'＠x"],
  ['-12.5', '-12.5'],
  ['-0', '-0'],
  ['1e5', '1e5'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['', '""'],
  [null, ''],
])('the cell %j is written as %j', (value, written) => {
  expect(csvCell(value)).toBe(written);
});

describe('figures.csv', () => {
  const table = parseCsv(renderFiguresCsv(sampleAnnex));
  const [header = [], ...rows] = table;
  const column = (name: string) => rows.map((row) => row[header.indexOf(name)]);

  test('has one row a figure and every row is as wide as the header', () => {
    expect(rows).toHaveLength(sampleAnnex.figures.length);
    expect(new Set(table.map((row) => row.length))).toEqual(new Set([header.length]));
    expect(header.slice(0, 5)).toEqual(['id', 'label', 'cut_by', 'scope', 'provider']);
    expect(new Set(header).size).toBe(header.length);
  });

  test('gives every value unrounded, and nothing for what is not known', () => {
    expect(column('value')).toEqual(sampleAnnex.figures.map(({ value }) => value ?? ''));
  });

  test('says on every row that the company is made up', () => {
    expect(new Set(column('synthetic'))).toEqual(new Set(['true']));
  });

  test('keeps a project of no name apart from a total', () => {
    const unnamed = rows.find(
      (row) => row[header.indexOf('cut_by')] === 'project' && row[header.indexOf('project')] === '',
    );
    expect(unnamed?.[header.indexOf('value')]).toBe('9103.005');
  });

  test('no cell begins a formula', () => {
    for (const cell of table.flat()) expect(cell).not.toMatch(/^[\t\r]|^[\s"]*[=+@＝＋－＠]|^-(?!\d+(\.\d+)?$)/u);
    expect(column('project')).toContain(`'${ODD_NAMES.formula}`);
    expect(column('model_id')).toContain(ODD_NAMES.arabic);
  });
});

/** Reads RFC 4180; apostrophes stay. */
function parseCsv(text: string): string[][] {
  const cells = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g;
  const table: string[][] = [[]];
  for (const [, raw = '', end] of text.matchAll(cells)) {
    table.at(-1)?.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === '\r\n') table.push([]);
  }
  return table.slice(0, -1);
}
