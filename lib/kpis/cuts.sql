-- Step    cut: every additive quantity, in total and by each dimension alone
-- Unit    joules, gCO2e, billing currency; *_u95 in the unit of the quantity
-- Grain   dimension x value; dimension NULL is the total, value NULL means that nobody said
-- Reads   ledger_sum
-- Half-widths: linear within one method, one site's PUE and one factor (they err together), in quadrature across them
-- (docs/methods/uncertainty.md). placed_hours are those whose PUE is known, factored_hours those whose grid factor is, too.
CREATE OR REPLACE TEMP TABLE cut AS
WITH cell AS (
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
        method,
        site,
        factor_id,
        sum(it_energy_joules) AS it_energy_joules,
        sum(facility_energy_joules) AS facility_energy_joules,
        sum(CASE WHEN basis = 'measured' THEN it_energy_joules END) AS measured_joules,
        sum(CASE WHEN basis = 'modelled' THEN it_energy_joules END) AS modelled_joules,
        sum(CASE WHEN basis = 'filled' THEN it_energy_joules END) AS filled_joules,
        sum(CASE WHEN factor_id LIKE '%/hour' OR factor_id LIKE '%/half\_hour' ESCAPE '\' THEN facility_energy_joules END) AS hour_matched_joules,
        sum(emissions_location_gco2e) AS emissions_location_gco2e,
        sum(emissions_market_gco2e) AS emissions_market_gco2e,
        sum(embodied_gco2e) AS embodied_gco2e,
        sum(billed_cost) AS billed_cost,
        sum(effective_cost) AS effective_cost,
        sum(u95_it_joules) AS u95_it_joules,
        sum(u95_facility_joules) AS u95_facility_joules,
        sum(u95_energy_gco2e) AS u95_energy_gco2e,
        sum(u95_factor_gco2e) AS u95_factor_gco2e,
        sum(u95_pue_joules) AS u95_pue_joules,
        sum(u95_pue_gco2e) AS u95_pue_gco2e,
        sum(known_hours) AS known_hours,
        sum(placed_hours) AS placed_hours,
        sum(CASE WHEN emissions_location_gco2e IS NOT NULL THEN known_hours END) AS factored_hours,
        sum(expected_hours) AS expected_hours,
        list(DISTINCT component ORDER BY component) FILTER (WHERE it_energy_joules IS NOT NULL) AS boundary,
        list(DISTINCT factor_id ORDER BY factor_id) FILTER (WHERE factor_id IS NOT NULL) AS factor_ids,
        list(DISTINCT market_factor(scope, residual_factor_id, factor_id)) FILTER (WHERE factor_id IS NOT NULL) AS market_factor_ids,
        min(scope) AS first_scope,
        max(scope) AS last_scope
    FROM ledger_sum
    GROUP BY method, site, factor_id, GROUPING SETS ((), (provider_name), (region_id), (scope), (project), (model_id), (workload_type), (workload_id))
),
by_method AS (
    SELECT
        dimension, dimension_value,
        sum(it * it) AS it_squared, sum(facility * facility) AS facility_squared, sum(gco2e * gco2e) AS gco2e_squared
    FROM (
        SELECT
            dimension, dimension_value, method,
            sum(u95_it_joules)::DOUBLE AS it, sum(u95_facility_joules)::DOUBLE AS facility, sum(u95_energy_gco2e)::DOUBLE AS gco2e
        FROM cell GROUP BY ALL ORDER BY ALL
    )
    GROUP BY dimension, dimension_value
),
by_site AS (
    SELECT dimension, dimension_value, sum(facility * facility) AS facility_squared, sum(gco2e * gco2e) AS gco2e_squared
    FROM (
        SELECT dimension, dimension_value, site, sum(u95_pue_joules)::DOUBLE AS facility, sum(u95_pue_gco2e)::DOUBLE AS gco2e
        FROM cell GROUP BY ALL ORDER BY ALL
    )
    GROUP BY dimension, dimension_value
),
by_factor AS (
    SELECT dimension, dimension_value, sum(gco2e * gco2e) AS gco2e_squared
    FROM (SELECT dimension, dimension_value, factor_id, sum(u95_factor_gco2e)::DOUBLE AS gco2e FROM cell GROUP BY ALL ORDER BY ALL)
    GROUP BY dimension, dimension_value
),
whole AS (
    SELECT
        dimension,
        dimension_value,
        sum(it_energy_joules) AS it_energy_joules,
        sum(facility_energy_joules) AS facility_energy_joules,
        sum(measured_joules) AS measured_joules,
        sum(modelled_joules) AS modelled_joules,
        sum(filled_joules) AS filled_joules,
        sum(hour_matched_joules) AS hour_matched_joules,
        sum(emissions_location_gco2e) AS emissions_location_gco2e,
        sum(emissions_market_gco2e) AS emissions_market_gco2e,
        sum(embodied_gco2e) AS embodied_gco2e,
        sum(billed_cost) AS billed_cost,
        sum(effective_cost) AS effective_cost,
        sum(known_hours) AS known_hours,
        sum(placed_hours) AS placed_hours,
        sum(factored_hours) AS factored_hours,
        sum(expected_hours) AS expected_hours,
        list_sort(list_distinct(flatten(list(boundary)))) AS boundary,
        list_sort(list_distinct(flatten(list(factor_ids)))) AS factor_ids,
        list_sort(list_distinct(flatten(list(market_factor_ids)))) AS market_factor_ids,
        CASE WHEN min(first_scope) = max(last_scope) THEN min(first_scope) END AS scope
    FROM cell
    GROUP BY dimension, dimension_value
)
SELECT
    whole.*,
    sqrt(by_method.it_squared) AS it_energy_u95,
    sqrt(by_method.facility_squared + coalesce(by_site.facility_squared, 0)) AS facility_energy_u95,
    sqrt(by_method.gco2e_squared + coalesce(by_site.gco2e_squared, 0) + coalesce(by_factor.gco2e_squared, 0)) AS emissions_location_u95
FROM whole
JOIN by_method
    ON by_method.dimension IS NOT DISTINCT FROM whole.dimension AND by_method.dimension_value IS NOT DISTINCT FROM whole.dimension_value
JOIN by_site
    ON by_site.dimension IS NOT DISTINCT FROM whole.dimension AND by_site.dimension_value IS NOT DISTINCT FROM whole.dimension_value
JOIN by_factor
    ON by_factor.dimension IS NOT DISTINCT FROM whole.dimension AND by_factor.dimension_value IS NOT DISTINCT FROM whole.dimension_value
