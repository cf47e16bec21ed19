-- KPI     emissions.market: market-based emissions: instruments first, the residual mix or grid average for the rest
-- Unit    kgCO2e
-- Grain   total and one row a dimension value
-- Reads   ledger_sum, instrument_use
-- A zone's instruments serve its Scope 2 lines alike, by emissions before instruments; zones without any keep no figure.
WITH line AS (
    SELECT
        provider_name AS provider, region_id AS region, scope, project, model_id, workload_type, workload_id,
        (emissions_market_gco2e::DOUBLE
            * CASE WHEN scope = 'scope_2' THEN coalesce(instrument_use.after_gco2e / nullif(instrument_use.before_gco2e, 0), 1) ELSE 1 END
        )::DECIMAL(28,6) AS gco2e
    FROM ledger_sum
    LEFT JOIN instrument_use USING (grid_zone)
    WHERE emissions_market_gco2e IS NOT NULL
)
SELECT
    CASE
        WHEN grouping(provider) = 0 THEN 'provider'
        WHEN grouping(region) = 0 THEN 'region'
        WHEN grouping(scope) = 0 THEN 'scope'
        WHEN grouping(project) = 0 THEN 'project'
        WHEN grouping(model_id) = 0 THEN 'model_id'
        WHEN grouping(workload_type) = 0 THEN 'workload_type'
        WHEN grouping(workload_id) = 0 THEN 'workload_id'
    END AS dimension,
    coalesce(provider, region, scope, project, model_id, workload_type, workload_id) AS dimension_value,
    sum(gco2e) / 1000 AS value, NULL AS numerator, NULL AS denominator, NULL AS u95_ratio, NULL AS coverage_ratio
FROM line
GROUP BY GROUPING SETS ((), (provider), (region), (scope), (project), (model_id), (workload_type), (workload_id))
HAVING count(*) > 0 AND (grouping(workload_id) = 1 OR workload_id IS NOT NULL)
