import { DuckDbWarehouse } from '../../lib/adapters/duckdb-warehouse.ts';

/** An engine for one piece of work, closed when it is done. */
export async function withWarehouse<Answer>(work: (warehouse: DuckDbWarehouse) => Promise<Answer>): Promise<Answer> {
  const warehouse = await DuckDbWarehouse.open();
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}
