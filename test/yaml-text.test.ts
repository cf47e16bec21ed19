import { valueIn } from '../lib/adapters/yaml-text.ts';

/** With what compares each with each, or counts lines anew for each fault, these take hours. */
describe('what is made to be slow takes as long as it is', () => {
  test.each([
    ['brackets', '[{'.repeat(2_000_000), 'expected lists and maps less deep in one another at line 1, column 100'],
    ['maps in maps', deepMaps(2000), 'expected lists and maps less deep in one another at line 100, column 100'],
    [
      'lists on one line',
      '- '.repeat(2_000_000),
      'expected lists and maps less deep in one another at line 1, column 199',
    ],
    ['faults', `[${','.repeat(40_000)}]`, 'Unexpected , in flow sequence at line 1, column 3'],
    ['tags', '! '.repeat(50_000), 'A node can have at most one tag at line 1, column 3'],
    ['keys, the last twice', `${manyKeys(50_000)}k7: 8\n`, 'Map keys must be unique at line 50001, column 1'],
    ['commas without end', `[${','.repeat(8_000_000)}`, 'expected at most six million words and signs, got more'],
  ])('%s', (_, text, message) => {
    expect(() => valueIn(text)).toThrow(message);
  });
});

test.each([
  ['two documents', 'a: 1\n---\na: 2\n', 'expected one document, got several at line 2, column 1'],
  ['a key twice, deep in', 'a:\n  - { b: 1, c: 2, b: 3 }\n', 'Map keys must be unique at line 2, column 19'],
  ['a map that is not closed', 'a: { b: 1\nc: 2\n', 'at line 2'],
])('a fault is told with its place: %s', (_, text, message) => {
  expect(() => valueIn(text)).toThrow(message);
});

test('what is honest is read as ever: keys of several maps, anchors, nothing', () => {
  const text = 'site: &a { pue: 1.2 }\nother: *a\nlist: [{ id: x }, { id: x }]\n1: one\nempty:\n# the end\n';
  expect(valueIn(text)).toEqual({
    site: { pue: 1.2 },
    other: { pue: 1.2 },
    list: [{ id: 'x' }, { id: 'x' }],
    1: 'one',
    empty: null,
  });
  expect([valueIn(''), valueIn('# nothing\n'), valueIn('---\n'), valueIn('\uFEFFa: 1\r\n')]).toEqual([
    null,
    null,
    null,
    { a: 1 },
  ]);
});

function deepMaps(depth: number): string {
  return Array.from({ length: depth }, (_, index) => `${' '.repeat(index)}a:`).join('\n');
}

function manyKeys(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}: ${index}\n`).join('');
}
