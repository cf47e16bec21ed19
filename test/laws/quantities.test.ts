import { statementsOf } from '../../lib/landing/warehouse.ts';
import ledgerMacros from '../../lib/ledger/macros.sql' with { type: 'text' };
import { withWarehouse } from '../support/with-warehouse.ts';

/** Quantities of every size that a bill can hold, on both sides of where 64 bits end, and both signs. */
const QUANTITIES = `
  SELECT sign * (units + part)::DECIMAL(28,12) AS quantity
  FROM (SELECT (hash(range) % (10 ** (range % 16 + 1))::UBIGINT)::DECIMAL(28,12) AS units, (hash(-range) % 1000000000000 / 1e12)::DECIMAL(28,12) AS part FROM range(200000)),
    (VALUES (1), (-1)) AS signs(sign)
  UNION ALL
  SELECT unnest([999999.999999999999, -999999.999999999999, 1000000, -1000000, 9007.199254740993, 0, NULL]::DECIMAL(28,12)[])`;

test('a quantity by way of 64 bits is the DOUBLE that it is without', () =>
  withWarehouse(async (warehouse) => {
    for (const macro of statementsOf(ledgerMacros)) await warehouse.run(macro);
    const [row] = await warehouse.query(
      `SELECT count(*)::INTEGER AS all_of_them, count(*) FILTER (quantity_as_double(quantity) IS DISTINCT FROM quantity::DOUBLE)::INTEGER AS others
       FROM (${QUANTITIES})`,
    );
    expect(row).toEqual({ all_of_them: 400007, others: 0 });
  }));
