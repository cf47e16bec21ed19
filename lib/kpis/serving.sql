-- Step    serving: energy, emissions and cost of inference beside what it served, for workloads that count it
-- Unit    joules, gCO2e, billing currency; requests, tokens
-- Grain   measure x dimension x value
-- Reads   ledger_sum, activity_cut
-- A model that draws energy but counts nothing is left out of the ratio and lowers its coverage.
CREATE OR REPLACE TEMP TABLE serving AS
WITH inference AS (
    SELECT
        * REPLACE (coalesce(model_id, project, workload_id) AS model_id)
    FROM ledger_sum
    WHERE workload_type = 'inference'
),
measure AS (
    SELECT DISTINCT measure FROM activity_cut WHERE measure IN ('requests', 'output_tokens')
),
counted AS (
    SELECT measure, dimension_value AS model_id, quantity FROM activity_cut WHERE dimension = 'model_id' AND quantity > 0 AND dimension_value IS NOT NULL
),
model AS (
    SELECT
        measure.measure,
        inference.model_id,
        inference.method,
        counted.quantity IS NOT NULL AS is_counted,
        sum(inference.facility_energy_joules) AS facility_energy_joules,
        sum(inference.emissions_location_gco2e) AS emissions_location_gco2e,
        sum(inference.embodied_gco2e) AS embodied_gco2e,
        sum(inference.effective_cost) AS effective_cost,
        sum(inference.u95_facility_joules) AS u95_joules
    FROM inference
    CROSS JOIN measure
    LEFT JOIN counted ON counted.measure = measure.measure AND counted.model_id = inference.model_id
    GROUP BY ALL
),
cell AS (
    SELECT
        measure, NULL AS dimension, NULL AS dimension_value, method, is_counted, facility_energy_joules, emissions_location_gco2e, embodied_gco2e, effective_cost, u95_joules, model_id
    FROM model
    UNION ALL
    SELECT measure, 'model_id', model_id, method, is_counted, facility_energy_joules, emissions_location_gco2e, embodied_gco2e, effective_cost, u95_joules, model_id
    FROM model
    WHERE is_counted
),
by_method AS (
    SELECT measure, dimension, dimension_value, sqrt(sum(u95 * u95)) AS u95_joules
    FROM (
        SELECT measure, dimension, dimension_value, method, sum(u95_joules)::DOUBLE AS u95
        FROM cell WHERE is_counted GROUP BY ALL ORDER BY ALL
    )
    GROUP BY measure, dimension, dimension_value
),
whole AS (
    SELECT
        measure, dimension, dimension_value,
        sum(facility_energy_joules) FILTER (WHERE is_counted) AS facility_energy_joules,
        sum(emissions_location_gco2e) FILTER (WHERE is_counted) AS emissions_location_gco2e,
        sum(embodied_gco2e) FILTER (WHERE is_counted) AS embodied_gco2e,
        sum(effective_cost) FILTER (WHERE is_counted) AS effective_cost,
        sum(facility_energy_joules) AS inference_joules,
        list(DISTINCT model_id) FILTER (WHERE is_counted) AS models
    FROM cell
    GROUP BY ALL
)
SELECT
    whole.* EXCLUDE (models),
    (SELECT sum(counted.quantity) FROM counted WHERE counted.measure = whole.measure AND list_contains(whole.models, counted.model_id)) AS quantity,
    whole.facility_energy_joules::DOUBLE / nullif(whole.inference_joules, 0)::DOUBLE AS coverage_ratio,
    by_method.u95_joules / nullif(whole.facility_energy_joules, 0)::DOUBLE AS u95_ratio
FROM whole
LEFT JOIN by_method
    ON by_method.measure = whole.measure
    AND by_method.dimension IS NOT DISTINCT FROM whole.dimension AND by_method.dimension_value IS NOT DISTINCT FROM whole.dimension_value
