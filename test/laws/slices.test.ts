import fc from 'fast-check';

import { DuckDbWarehouse } from '../../lib/adapters/duckdb-warehouse.ts';
import type { Warehouse } from '../../lib/landing/warehouse.ts';

const RUNS = { seed: 20_260_602, numRuns: 40 };
const MACROS = [
  { macro: 'slice_money', type: 'DECIMAL(28,12)', places: 12 },
  { macro: 'slice_energy', type: 'DECIMAL(28,6)', places: 6 },
] as const;
const DIGITS = 28;

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await DuckDbWarehouse.open();
});
afterAll(() => warehouse.close());

/** Where a whole is cut: 0, up to twenty places in between in order, 1. */
const cuts = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })
  .map((between) => [0, ...between.sort((a, b) => a - b), 1]);

/** Totals up to all 28 digits, of both signs, as decimal text. */
const totals = (places: number) =>
  fc
    .bigInt({ min: -(10n ** BigInt(DIGITS)) + 1n, max: 10n ** BigInt(DIGITS) - 1n })
    .map((units) => decimalText(units, places));

describe.each(MACROS)('$macro', ({ macro, type, places }) => {
  const pieces = async (total: string, at: readonly number[]): Promise<string[]> => {
    const columns = at
      .slice(1)
      .map((upper, index) => `${macro}(${total}::${type}, ${exactText(at[index] ?? 0)}, ${exactText(upper)})::VARCHAR`);
    const [row] = await warehouse.query(`SELECT [${columns.join(', ')}] AS pieces`);
    return row?.['pieces'] as unknown as string[];
  };

  test('the pieces of a whole add up to it exactly, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(totals(places), cuts, async (total, at) => {
        const sum = (await pieces(total, at)).reduce((all, piece) => all + unitsOf(piece, places), 0n);
        expect(decimalText(sum, places)).toBe(decimalText(unitsOf(total, places), places));
      }),
      RUNS,
    );
  });

  test('no piece of a whole that a DOUBLE holds has another sign than the whole', async () => {
    const small = fc.bigInt({ min: 0n, max: 10n ** 15n }).map((units) => decimalText(units, places));
    await fc.assert(
      fc.asyncProperty(small, cuts, async (total, at) => {
        for (const piece of await pieces(total, at)) expect(unitsOf(piece, places) >= 0n).toBe(true);
      }),
      RUNS,
    );
  });

  test.each([
    ['1', [0, 1 / 3, 2 / 3, 1]],
    [`${'9'.repeat(DIGITS - places)}.${'9'.repeat(places)}`, [0, Number.EPSILON, 0.5, 1 - Number.EPSILON / 2, 1]],
    [`-${'9'.repeat(DIGITS - places)}.${'9'.repeat(places)}`, [0, 0.1, 0.7, 1]],
    ['0', [0, 0.5, 1]],
  ])('%s is cut and put together again', async (total, at) => {
    const sum = (await pieces(total, at)).reduce((all, piece) => all + unitsOf(piece, places), 0n);
    expect(sum).toBe(unitsOf(total, places));
  });

  test('an unknown whole has unknown pieces', async () => {
    const [row] = await warehouse.query(
      `SELECT ${macro}(NULL, 0.2, 0.4) AS inner_piece, ${macro}(NULL, 0, 1) AS whole`,
    );
    expect(row).toEqual({ inner_piece: null, whole: null });
  });
});

/** A double with every digit that tells it from its neighbours. */
function exactText(value: number): string {
  return `${value}::DOUBLE`;
}

function unitsOf(decimal: string, places: number): bigint {
  const [whole = '0', rest = ''] = decimal.split('.');
  return BigInt(whole + rest.padEnd(places, '0'));
}

function decimalText(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
