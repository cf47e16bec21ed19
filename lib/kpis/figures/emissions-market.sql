-- KPI     emissions.market: market-based emissions: instruments first, then the residual mix, the grid average where none landed
-- Unit    kgCO2e
-- Grain   total and one row a dimension value, in months with an instrument or a residual mix
-- Reads   market_line, instrument, instrument_use, cut
-- The total is Scope 2 market-based + Scope 3 as in the location-based one. Its interval is, relatively, that of the location-based one.
WITH summed AS (
    SELECT
        CASE
            WHEN grouping(provider_name) = 0 THEN 'provider'
            WHEN grouping(region_id) = 0 THEN 'region'
            WHEN grouping(scope) = 0 THEN 'scope'
            WHEN grouping(project) = 0 THEN 'project'
            WHEN grouping(model_id) = 0 THEN 'model_id'
            WHEN grouping(workload_type) = 0 THEN 'workload_type'
            WHEN grouping(workload_id) = 0 THEN 'workload_id'
        END AS dimension,
        coalesce(provider_name, region_id, scope, project, model_id, workload_type, workload_id) AS dimension_value,
        sum(gco2e) AS gco2e
    FROM market_line
    GROUP BY GROUPING SETS ((), (provider_name), (region_id), (scope), (project), (model_id), (workload_type), (workload_id))
)
SELECT
    summed.dimension,
    summed.dimension_value,
    summed.gco2e / 1000 AS value,
    NULL AS numerator,
    NULL AS denominator,
    cut.emissions_location_u95 / nullif(cut.emissions_location_gco2e, 0)::DOUBLE AS u95_ratio,
    coalesce(cut.factored_hours, 0)::DOUBLE / nullif(cut.expected_hours, 0)::DOUBLE AS coverage_ratio
FROM summed
JOIN cut ON cut.dimension IS NOT DISTINCT FROM summed.dimension AND cut.dimension_value IS NOT DISTINCT FROM summed.dimension_value
WHERE EXISTS (SELECT 1 FROM instrument) OR EXISTS (SELECT 1 FROM instrument_use)
