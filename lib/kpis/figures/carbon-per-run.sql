-- KPI     kpi.carbon_per_run: location-based emissions of a training or batch run, whatever its outcome
-- Unit    kgCO2e per run
-- Grain   total (mean over runs) and one row a run
-- Reads   run_sum
-- Runs that ended in the month, with the emissions of the month: what a run emitted before it lowers coverage_ratio
SELECT
    'workload_id' AS dimension,
    run_id AS dimension_value,
    emissions_location_gco2e / 1000 AS value,
    emissions_location_gco2e / 1000 AS numerator,
    1 AS denominator,
    emissions_u95_ratio AS u95_ratio,
    in_month_ratio AS coverage_ratio
FROM run_sum
WHERE emissions_location_gco2e IS NOT NULL
UNION ALL
SELECT
    NULL,
    NULL,
    sum(emissions_location_gco2e) / 1000 / count(emissions_location_gco2e),
    sum(emissions_location_gco2e) / 1000,
    count(emissions_location_gco2e),
    max(emissions_u95_ratio),
    sum(in_month_ratio) FILTER (WHERE emissions_location_gco2e IS NOT NULL) / count(*)
FROM run_sum
HAVING count(emissions_location_gco2e) > 0
