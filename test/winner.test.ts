import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';
import winner from '../lib/ledger/winner.sql';

/** The truth table of docs/methods/winner-rule.md, whole: telemetry × covered × model. `covered` is a part of 3600 s. */
const TABLE = [
  { telemetry: null, covered: null, model: false, basis: null },
  { telemetry: null, covered: null, model: true, basis: 'modelled' },
  { telemetry: 'measured', covered: 0, model: false, basis: 'measured' },
  { telemetry: 'measured', covered: 0, model: true, basis: 'modelled' },
  { telemetry: 'measured', covered: 0.5, model: false, basis: 'measured' },
  { telemetry: 'measured', covered: 0.5, model: true, basis: 'filled' },
  { telemetry: 'measured', covered: 0.9499, model: true, basis: 'filled' },
  { telemetry: 'measured', covered: 0.95, model: false, basis: 'measured' },
  { telemetry: 'measured', covered: 0.95, model: true, basis: 'measured' },
  { telemetry: 'measured', covered: 1, model: false, basis: 'measured' },
  { telemetry: 'measured', covered: 1, model: true, basis: 'measured' },
  { telemetry: 'modelled', covered: 0, model: false, basis: 'modelled' },
  { telemetry: 'modelled', covered: 0, model: true, basis: 'modelled' },
  { telemetry: 'modelled', covered: 0.5, model: false, basis: 'modelled' },
  { telemetry: 'modelled', covered: 0.5, model: true, basis: 'modelled' },
  { telemetry: 'modelled', covered: 0.95, model: false, basis: 'modelled' },
  { telemetry: 'modelled', covered: 1, model: true, basis: 'modelled' },
] as const;

let warehouse: DuckDbWarehouse;
beforeAll(async () => {
  warehouse = await DuckDbWarehouse.open();
  await warehouse.run(winner);
});
afterAll(() => warehouse.close());

async function basisOf(
  telemetry: string | null,
  coveredSeconds: number | null,
  expectedSeconds: number,
  model: boolean,
) {
  const [row] = await warehouse.query('SELECT winning_basis($telemetry, $covered, $expected, $model) AS basis', {
    telemetry,
    covered: coveredSeconds,
    expected: expectedSeconds,
    model,
  });
  return row?.['basis'];
}

describe('the winner of an hour', () => {
  test.each(TABLE)(
    'telemetry $telemetry, covered $covered, model $model: $basis',
    async ({ telemetry, covered, model, basis }) => {
      expect(await basisOf(telemetry, covered === null ? null : 3600 * covered, 3600, model)).toBe(basis);
    },
  );

  test.each(TABLE)('is the same for a machine that ran a quarter of it: $telemetry, $covered, $model', async (line) => {
    const covered = line.covered === null ? null : 900 * line.covered;
    expect(await basisOf(line.telemetry, covered, 900, line.model)).toBe(line.basis);
  });

  test('is nobody only where nothing is known', () => {
    expect(TABLE.filter(({ basis }) => basis === null)).toEqual([
      { telemetry: null, covered: null, model: false, basis: null },
    ]);
  });
});
