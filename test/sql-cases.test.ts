import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import { identifier, type Row, type Warehouse } from '../lib/landing/warehouse.ts';
import { runStatement, type Stage, statementsOf } from './support/sql-bench.ts';

/**
 * Each folder test/sql/<stage>/<statement>/<case>/ is one case: the tables in given/*.csv must yield expected.csv. It
 * names the columns that it cares about; `name~4` compares a ratio to four places.
 */
const CASES = join(__dirname, 'sql');
const STAGES: readonly Stage[] = ['ledger', 'kpis'];
/** What every query of a figure gives, by name and in any order: `lib/kpis/kpi-row.sql` reads all of them. */
const FIGURE_COLUMNS = [
  'coverage_ratio',
  'denominator',
  'dimension',
  'dimension_value',
  'numerator',
  'u95_ratio',
  'value',
];
/** Macros: test/winner.test.ts has the truth table; the uncertainties stand in the cases of rates and intensities. */
const MACROS = new Set(['ledger/macros', 'ledger/winner']);
/** Statements that no figure is made by: the way back of `trace` has tests of its own. */
const WAY_BACK = /^trace\//;

const statements = STAGES.flatMap((stage) => statementsOf(stage).map((statement) => ({ stage, statement }))).filter(
  ({ stage, statement }) => !MACROS.has(`${stage}/${statement}`) && !WAY_BACK.test(statement),
);

describe.each(statements)('$stage/$statement', ({ stage, statement }) => {
  const folder = join(CASES, stage, statement);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];

  test('has a case', () => expect({ folder, cases: names }).not.toEqual({ folder, cases: [] }));
  if (names.length === 0) return;

  test.each(names)('%s', async (name) => {
    const warehouse = await DuckDbWarehouse.open();
    try {
      await runStatement(warehouse, stage, statement, join(folder, name));
      if (statement.startsWith('figures/')) expect(await columnsOf(warehouse, 'actual')).toEqual(FIGURE_COLUMNS);
      const { actual, expected } = await answers(warehouse, join(folder, name, 'expected.csv'));
      expect(actual).toEqual(expected);
    } finally {
      await warehouse.close();
    }
  });
});

test('no case is left of a statement that is gone', () => {
  const known = new Set(statements.map(({ stage, statement }) => join(stage, statement)));
  const cases = readdirSync(CASES, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('/expected.csv'),
  );
  expect(cases.map((path) => path.split('/').slice(0, -2).join('/')).filter((path) => !known.has(path))).toEqual([]);
});

async function columnsOf(warehouse: Warehouse, table: string): Promise<string[]> {
  return (await warehouse.query(`DESCRIBE ${table}`)).map((row) => String(row['column_name'])).sort();
}

/** Both sides in the types of the statement's own columns, without order. */
async function answers(warehouse: Warehouse, file: string): Promise<{ actual: Row[]; expected: Row[] }> {
  const [header = '', ...lines] = readFileSync(file, 'utf8').split('\n');
  const types = new Map(
    (await warehouse.query('DESCRIBE actual')).map((row) => [String(row['column_name']), String(row['column_type'])]),
  );
  const columns = header.split(',').map((cell) => {
    const [name = '', places] = cell.split('~');
    const type = types.get(name);
    if (!type) throw new Error(`Cannot compare ${file}: expected columns of the statement, got "${name}"`);
    return { name, type: type.endsWith('[]') ? 'VARCHAR' : type, places };
  });
  await warehouse.loadCsv('expected', [columns.map(({ name }) => `${name}:VARCHAR`).join(','), ...lines].join('\n'));
  const cast = columns.map(({ name, type, places }) => {
    const value = `CAST(${identifier(name)} AS ${type})`;
    return `${places ? `round(${value}, ${places})` : value} AS ${identifier(name)}`;
  });
  const read = (table: string) => warehouse.query(`SELECT ${cast.join(', ')} FROM ${table} ORDER BY ALL`);
  return { actual: await read('actual'), expected: await read('expected') };
}
