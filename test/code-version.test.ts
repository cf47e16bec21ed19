import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { codeVersion } from '../lib/pipeline/code-version.ts';

const fingerprinted: string[] = [];
codeVersion((bytes) => {
  fingerprinted.push(new TextDecoder().decode(bytes));
  return '0'.repeat(64);
});

test.each([
  'lib/facts/macros.sql',
  'lib/ledger/macros.sql',
  'lib/ledger/repeated.sql',
  'lib/kpis/kpi-row.sql',
  'lib/kpis/retold.sql',
  'lib/kpis/figures/sci.sql',
  'lib/sources/agent/energy.sql',
  'lib/ledger/tables/regions.csv',
  'lib/disclosure/document.typ',
  'lib/disclosure/page.css',
])('another %s is another version', (path) => {
  const text = readFileSync(join(__dirname, '..', path), 'utf8');
  expect(fingerprinted.join()).toContain(JSON.stringify(text).slice(1, -1));
});

test('so are other patterns of file names, rules in SQL and packages', () => {
  expect(fingerprinted.join()).toMatch(/\\\.\(prom\|metrics/);
  expect(fingerprinted.join()).toContain('list_contains([');
  expect(fingerprinted.join()).toMatch(/"@duckdb\/node-api":"[\d.]+/);
});
