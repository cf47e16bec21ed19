-- Step    serving: energy, emissions and cost of inference beside what it served, for models that count it
-- Unit    joules, gCO2e, billing currency; requests, tokens
-- Grain   measure x dimension x value
-- Reads   ledger_sum, activity_sum
-- Both sides are inference: what a model counts in an evaluation is no part of it. A model that draws energy but counts nothing is left
-- out of the ratio and lowers its coverage, and so does one that counts and of which no energy is known at all: powered_quantity is
-- without it, emitting_quantity without those of no known emissions, priced_quantity without those that have no bill. So do the hours of
-- the others whose facility energy (of emissions: whose factor, of cost: whose bill) is not known, and what models counted of which the
-- ledger has no line at all, not even a gap (settled_ratio). made_ratio is the part of the energy whose machines have known embodied
-- emissions. Half-widths as in cuts.sql: linear
-- within one method, one site's PUE and one factor, in quadrature across them.
CREATE OR REPLACE TEMP TABLE serving AS
WITH measure AS (
    SELECT DISTINCT measure FROM activity_sum WHERE measure IN ('requests', 'output_tokens')
),
counted AS (
    SELECT measure, model_id, sum(quantity) AS quantity
    FROM activity_sum
    WHERE coalesce(workload_type, 'inference') = 'inference' AND model_id IS NOT NULL
    GROUP BY measure, model_id
    HAVING sum(quantity) > 0
),
line AS (
    SELECT
        measure.measure,
        counted.quantity IS NOT NULL AS is_counted,
        bool_or(ledger_sum.effective_cost IS NOT NULL) OVER model AS is_priced,
        bool_or(ledger_sum.emissions_location_gco2e IS NOT NULL) OVER model AS is_emitting,
        coalesce(ledger_sum.model_id, ledger_sum.project, ledger_sum.workload_id) AS model_id,
        ledger_sum.* EXCLUDE (model_id)
    FROM ledger_sum
    CROSS JOIN measure
    LEFT JOIN counted ON counted.measure = measure.measure AND counted.model_id = ledger_sum.model_id
    WHERE ledger_sum.workload_type = 'inference'
    WINDOW model AS (PARTITION BY measure.measure, ledger_sum.model_id)
),
-- Hardware of one provider is billed with its machines; that of own hosts, of cores without a machine and of tokens is not known at all.
unmade AS (
    SELECT measure, model_id
    FROM line
    WHERE is_counted AND it_energy_joules IS NOT NULL AND component NOT IN ('storage', 'network')
    GROUP BY measure, model_id, provider_name, method
    HAVING count(embodied_gco2e) = 0
    UNION
    SELECT measure, model_id
    FROM line
    WHERE is_counted
    GROUP BY measure, model_id
    HAVING count(embodied_gco2e) = 0
),
cell AS (
    SELECT
        measure,
        CASE WHEN grouping(model_id) = 0 THEN 'model_id' END AS dimension,
        model_id AS dimension_value,
        method,
        site,
        factor_id,
        sum(facility_energy_joules) AS inference_joules,
        sum(it_energy_joules) FILTER (WHERE is_counted) AS it_energy_joules,
        sum(it_energy_joules) FILTER (WHERE is_counted AND basis = 'modelled') AS modelled_joules,
        sum(it_energy_joules) FILTER (WHERE is_counted AND basis = 'filled') AS filled_joules,
        sum(facility_energy_joules) FILTER (WHERE is_counted) AS facility_energy_joules,
        sum(emissions_location_gco2e) FILTER (WHERE is_counted) AS emissions_location_gco2e,
        sum(embodied_gco2e) FILTER (WHERE is_counted AND is_emitting) AS emitting_embodied_gco2e,
        sum(it_energy_joules) FILTER (WHERE is_counted AND is_emitting) AS emitting_joules,
        sum(unmade_joules) FILTER (WHERE is_counted AND is_emitting) AS unmade_joules,
        sum(effective_cost) FILTER (WHERE is_counted) AS effective_cost,
        sum(expected_hours) FILTER (WHERE is_counted) AS expected_hours,
        sum(placed_hours) FILTER (WHERE is_counted) AS placed_hours,
        sum(known_hours) FILTER (WHERE is_counted AND emissions_location_gco2e IS NOT NULL) AS factored_hours,
        sum(expected_hours) FILTER (WHERE is_counted AND is_priced) AS billable_hours,
        sum(expected_hours) FILTER (WHERE is_counted AND effective_cost IS NOT NULL) AS billed_hours,
        sum(u95_facility_joules) FILTER (WHERE is_counted) AS u95_facility_joules,
        sum(u95_pue_joules) FILTER (WHERE is_counted) AS u95_pue_joules,
        sum(u95_energy_gco2e) FILTER (WHERE is_counted) AS u95_energy_gco2e,
        sum(u95_pue_gco2e) FILTER (WHERE is_counted) AS u95_pue_gco2e,
        sum(u95_factor_gco2e) FILTER (WHERE is_counted) AS u95_factor_gco2e,
        list(DISTINCT component) FILTER (WHERE is_counted AND it_energy_joules IS NOT NULL) AS boundary,
        CASE WHEN bool_or(is_counted) THEN factor_id END AS counted_factor,
        list(DISTINCT scope) FILTER (WHERE is_counted) AS scopes,
        list(DISTINCT model_id) FILTER (WHERE is_counted) AS models,
        list(DISTINCT model_id) FILTER (WHERE is_counted AND facility_energy_joules IS NOT NULL) AS powered_models,
        list(DISTINCT model_id) FILTER (WHERE is_counted AND is_emitting) AS emitting_models,
        list(DISTINCT model_id) FILTER (WHERE is_counted AND effective_cost IS NOT NULL) AS priced_models
    FROM line
    GROUP BY GROUPING SETS ((measure, method, site, factor_id), (measure, model_id, method, site, factor_id))
),
half_width AS (
    SELECT measure, dimension, dimension_value, 'method ' || method AS cause, sum(u95_facility_joules)::DOUBLE AS joules, sum(u95_energy_gco2e)::DOUBLE AS gco2e
    FROM cell GROUP BY ALL
    UNION ALL
    SELECT measure, dimension, dimension_value, 'site ' || site, sum(u95_pue_joules)::DOUBLE, sum(u95_pue_gco2e)::DOUBLE FROM cell GROUP BY ALL
    UNION ALL
    SELECT measure, dimension, dimension_value, 'factor ' || factor_id, NULL, sum(u95_factor_gco2e)::DOUBLE FROM cell GROUP BY ALL
),
spread AS (
    SELECT
        measure, dimension, dimension_value,
        sqrt(list_sum(list(joules * joules ORDER BY cause))) AS joules,
        sqrt(list_sum(list(gco2e * gco2e ORDER BY cause))) AS gco2e
    FROM half_width
    GROUP BY measure, dimension, dimension_value
),
whole AS (
    SELECT
        measure, dimension, dimension_value,
        sum(inference_joules) AS inference_joules,
        sum(it_energy_joules) AS it_energy_joules,
        sum(modelled_joules) AS modelled_joules,
        sum(filled_joules) AS filled_joules,
        sum(facility_energy_joules) AS facility_energy_joules,
        sum(emissions_location_gco2e) AS emissions_location_gco2e,
        sum(emitting_embodied_gco2e) AS emitting_embodied_gco2e,
        least(1, greatest(0, 1 - coalesce(sum(unmade_joules)::DOUBLE / nullif(sum(emitting_joules), 0)::DOUBLE, 0))) AS made_ratio,
        sum(effective_cost) AS effective_cost,
        sum(facility_energy_joules)::DOUBLE / nullif(sum(inference_joules), 0)::DOUBLE AS counted_ratio,
        coalesce(sum(placed_hours), 0)::DOUBLE / nullif(sum(expected_hours), 0)::DOUBLE AS placed_ratio,
        coalesce(sum(factored_hours), 0)::DOUBLE / nullif(sum(expected_hours), 0)::DOUBLE AS factored_ratio,
        coalesce(sum(billed_hours), 0)::DOUBLE / nullif(sum(billable_hours), 0)::DOUBLE AS billed_ratio,
        list_sort(list_distinct(flatten(list(boundary)))) AS boundary,
        list_sort(list_distinct(list(counted_factor))) AS factor_ids,
        list_sort(list_distinct(flatten(list(scopes)))) AS scopes,
        list_distinct(flatten(list(models))) AS models,
        list_distinct(flatten(list(powered_models))) AS powered_models,
        list_distinct(flatten(list(emitting_models))) AS emitting_models,
        list_distinct(flatten(list(priced_models))) AS priced_models
    FROM cell
    GROUP BY ALL
)
SELECT
    whole.* EXCLUDE (inference_joules, scopes, models, powered_models, emitting_models, priced_models, counted_ratio, placed_ratio, factored_ratio),
    CASE WHEN len(whole.scopes) = 1 THEN whole.scopes[1] END AS scope,
    told.quantity,
    (SELECT sum(counted.quantity) FROM counted WHERE counted.measure = whole.measure AND list_contains(whole.powered_models, counted.model_id)) AS powered_quantity,
    (SELECT sum(counted.quantity) FROM counted WHERE counted.measure = whole.measure AND list_contains(whole.emitting_models, counted.model_id)) AS emitting_quantity,
    (SELECT sum(counted.quantity) FROM counted WHERE counted.measure = whole.measure AND list_contains(whole.priced_models, counted.model_id)) AS priced_quantity,
    NOT EXISTS (FROM unmade WHERE unmade.measure = whole.measure AND list_contains(whole.emitting_models, unmade.model_id)) AS is_embodied_known,
    whole.counted_ratio * whole.placed_ratio * told.settled_ratio AS coverage_ratio,
    whole.counted_ratio * whole.factored_ratio * told.settled_ratio AS emissions_coverage_ratio,
    spread.joules / nullif(whole.facility_energy_joules, 0)::DOUBLE AS u95_ratio,
    spread.gco2e AS emissions_location_u95
FROM whole
JOIN spread
    ON spread.measure = whole.measure AND spread.dimension IS NOT DISTINCT FROM whole.dimension
    AND spread.dimension_value IS NOT DISTINCT FROM whole.dimension_value
CROSS JOIN LATERAL (
    SELECT
        sum(counted.quantity) AS quantity,
        coalesce(sum(counted.quantity) FILTER (WHERE list_contains(whole.models, counted.model_id)), 0)::DOUBLE / sum(counted.quantity)::DOUBLE AS settled_ratio
    FROM counted
    WHERE counted.measure = whole.measure AND (whole.dimension IS NULL OR counted.model_id = whole.dimension_value)
) AS told
WHERE len(whole.models) > 0
