import { DuckDBInstance } from '@duckdb/node-api';

/** The yardstick: one group-by by hour, resource, instance type, region and usage type over the same files, two threads, 1 GB. */
const instance = await DuckDBInstance.create(':memory:', {
  threads: '2',
  memory_limit: '1GB',
  temp_directory: `${process.argv[3]}/spill`,
});
const connection = await instance.connect();
await connection.run(`
  CREATE TEMP TABLE grouped AS
  SELECT date_trunc('hour', line_item_usage_start_date) AS hour, line_item_resource_id, product_instance_type, product_region_code,
         line_item_usage_type, sum(line_item_unblended_cost) AS cost, sum(line_item_usage_amount) AS usage
  FROM read_parquet('${process.argv[2]}/data/*/*.parquet')
  GROUP BY ALL`);
