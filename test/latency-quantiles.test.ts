import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import { DuckDbWarehouse } from '../lib/adapters/duckdb-warehouse.ts';

const PAGE = readFileSync(join(__dirname, '../docs/agent/scraping.md'), 'utf8');
const STATEMENT = /```sql\n(.+?)```/s.exec(PAGE)?.[1] ?? '';
const PARQUET = "read_parquet('book/facts/fct_activity/month=2026-06/*.parquet')";
/** Two servers with other bounds. */
const BOUNDS = [
  [0.3, 0.5, 1, Infinity],
  [0.25, 0.5, 2, 10, Infinity],
];

/** Rows of `fct_activity` that a server with these bounds gives for some latencies. */
function bucketsOf(seconds: readonly number[], bounds: readonly number[]): string[] {
  return bounds.flatMap((upTo, index) => {
    const over = bounds[index - 1] ?? -Infinity;
    const count = seconds.filter((each) => each > over && each <= upTo).length;
    return count > 0
      ? [`('m', 'requests_by_latency', '${over}'::DOUBLE, '${upTo}'::DOUBLE, ${count}::DECIMAL(28,6))`]
      : [];
  });
}

test('the statement of the page says what a part of all requests took at most, whatever the bounds of their servers', async () => {
  expect(STATEMENT).toContain(PARQUET);
  const warehouse = await DuckDbWarehouse.open();
  const latencies = fc.array(fc.double({ min: 0.01, max: 20, noNaN: true }), { minLength: 1, maxLength: 30 });
  try {
    await fc.assert(
      fc.asyncProperty(latencies, latencies, async (one, other) => {
        const rows = [one, other].flatMap((seconds, server) => bucketsOf(seconds, BOUNDS[server] ?? []));
        const facts = `(VALUES ${rows.join(', ')}) AS fact (model_id, measure, bucket_over, bucket_up_to, quantity)`;
        const [told, ...others] = await warehouse.query(STATEMENT.replace(PARQUET, facts));
        const all = [...one, ...other];
        const atMost = Number(told?.['at_most_seconds']);
        expect(others).toEqual([]);
        expect(all.filter((each) => each <= atMost).length).toBeGreaterThanOrEqual(0.95 * all.length);
        const below = BOUNDS.flat().filter((bound) => bound < atMost);
        const isLess = (bound: number) =>
          [one, other].flatMap((seconds, server) => {
            const reached = Math.max(0, ...(BOUNDS[server] ?? []).filter((each) => each <= bound));
            return seconds.filter((each) => each <= reached);
          }).length >=
          0.95 * all.length;
        expect(below.some(isLess)).toBe(false);
      }),
      { numRuns: 50 },
    );
  } finally {
    await warehouse.close();
  }
});
