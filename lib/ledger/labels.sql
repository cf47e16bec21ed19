-- Step    label: the distinct texts of the day's charges, sorted, one list a column
-- Grain   one row
-- Reads   fct_cost, variables day_start, day_end
-- Each list becomes an ENUM for the day: grouping, sorting and writing millions of lines then handle small numbers.
CREATE OR REPLACE TEMP TABLE label AS
SELECT
    list_sort(list(DISTINCT provider_name) FILTER (WHERE provider_name IS NOT NULL)) AS provider_name,
    list_sort(list(DISTINCT sub_account_id) FILTER (WHERE sub_account_id IS NOT NULL)) AS sub_account_id,
    list_sort(list(DISTINCT region_id) FILTER (WHERE region_id IS NOT NULL)) AS region_id,
    list_sort(list(DISTINCT service_name) FILTER (WHERE service_name IS NOT NULL)) AS service_name,
    list_sort(list(DISTINCT resource_id) FILTER (WHERE resource_id IS NOT NULL)) AS resource_id,
    list_sort(list(DISTINCT resource_type) FILTER (WHERE resource_type IS NOT NULL)) AS resource_type,
    list_sort(list(DISTINCT energy_driver) FILTER (WHERE energy_driver IS NOT NULL)) AS energy_driver,
    list_sort(list(DISTINCT billing_currency) FILTER (WHERE billing_currency IS NOT NULL)) AS billing_currency,
    list_sort(list(DISTINCT project) FILTER (WHERE project IS NOT NULL)) AS project,
    list_sort(list(DISTINCT model_id) FILTER (WHERE model_id IS NOT NULL)) AS model_id,
    list_sort(list(DISTINCT workload_type) FILTER (WHERE workload_type IS NOT NULL)) AS workload_type,
    list_sort(list(DISTINCT workload_id) FILTER (WHERE workload_id IS NOT NULL)) AS workload_id,
    list_sort(list(DISTINCT consumed_unit) FILTER (WHERE consumed_unit IS NOT NULL)) AS consumed_unit
FROM fct_cost
WHERE charge_period_start < getvariable('day_end')
  AND (charge_period_start >= getvariable('day_start') OR charge_period_end > getvariable('day_start'))
