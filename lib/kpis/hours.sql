-- Step    hour_sum: energy, emissions, money and requests of each hour, in total and by project and model
-- Unit    joules, gCO2e, billing currency, requests
-- Grain   hour x dimension x value; dimension NULL is the total
-- Reads   ledger, counted_activity, heard; variables window_start, window_end (half-open) and most_series
-- The names with the most energy keep their own line; all others share (other), and (unknown) is what nobody named.
-- serving_* is inference of models that count requests anywhere in the window, as in serving.sql, idle named to it included; its requests are those
-- of hours whose energy is known (requests come sooner than a bill), emitting_* of those whose emissions are known, priced_* of
-- those that have a bill, since an own host is not free; priced_cost is also that of models of which no energy is known. awaiting_* are those of the same models since, for three days: what has not come by
-- then is a gap, as a hole between known hours is. Each of the three comes by itself: an agent knows the energy of an hour a day before its bill.
-- What a host may not be expected to have told by now lowers no coverage.
CREATE OR REPLACE TEMP TABLE hour_sum AS
WITH counted AS (
    SELECT period_start, project, model_id, quantity, coalesce(workload_type, 'inference') = 'inference' AS is_inference
    FROM counted_activity
    WHERE measure = 'requests' AND period_start >= getvariable('window_start') AND period_start < getvariable('window_end')
),
counted_model AS (
    SELECT DISTINCT model_id FROM counted WHERE is_inference AND quantity > 0 AND model_id IS NOT NULL
),
serving_hour AS (
    SELECT
        period_start, model_id,
        count(facility_energy_joules) > 0 AS is_known, count(emissions_location_gco2e) > 0 AS is_emitting, count(effective_cost) > 0 AS is_priced
    FROM ledger
    SEMI JOIN counted_model USING (model_id)
    WHERE workload_type = 'inference' AND period_start >= getvariable('window_start') AND period_start < getvariable('window_end')
    GROUP BY period_start, model_id
),
serving_model AS (
    SELECT
        model_id,
        max(period_start) FILTER (WHERE is_known) AS known_until,
        max(period_start) FILTER (WHERE is_emitting) AS emitting_until,
        max(period_start) FILTER (WHERE is_priced) AS priced_until
    FROM serving_hour
    GROUP BY model_id
),
line AS (
    SELECT
        ledger.period_start AS hour,
        ledger.project,
        ledger.model_id,
        ledger.facility_energy_joules,
        CASE WHEN ledger.share = 'idle' THEN ledger.facility_energy_joules END AS idle_joules,
        ledger.emissions_location_gco2e,
        ledger.effective_cost,
        CASE WHEN is_serving.yes THEN ledger.facility_energy_joules END AS serving_joules,
        CASE WHEN is_serving.yes THEN ledger.emissions_location_gco2e END AS serving_gco2e,
        CASE WHEN is_serving.yes THEN ledger.effective_cost END AS serving_cost,
        CASE WHEN ledger.workload_type = 'inference' AND serving_model.model_id IS NOT NULL THEN ledger.effective_cost END AS priced_cost,
        NULL::DECIMAL(28,6) AS requests,
        NULL::DECIMAL(28,6) AS serving_requests,
        NULL::DECIMAL(28,6) AS emitting_requests,
        NULL::DECIMAL(28,6) AS priced_requests,
        NULL::DECIMAL(28,6) AS awaiting_requests,
        NULL::DECIMAL(28,6) AS awaiting_emissions_requests,
        NULL::DECIMAL(28,6) AS awaiting_cost_requests,
        CASE WHEN ledger.settled_as = 'energy' THEN ledger.resource_hours END AS known_hours,
        CASE
            WHEN ledger.settled_as = 'energy' OR (ledger.settled_as <> 'no_energy' AND ledger.period_start < coalesce(heard.expected_until, TIMESTAMP 'infinity'))
                THEN ledger.resource_hours
        END AS expected_hours
    FROM ledger
    LEFT JOIN heard ON heard.resource_id = ledger.resource_id
    LEFT JOIN serving_model ON serving_model.model_id = ledger.model_id
    CROSS JOIN LATERAL (SELECT ledger.workload_type = 'inference' AND serving_model.known_until IS NOT NULL AS yes) AS is_serving
    WHERE ledger.period_start >= getvariable('window_start') AND ledger.period_start < getvariable('window_end')
    UNION ALL
    SELECT
        period_start, project, model_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, quantity,
        CASE WHEN is_inference AND serving_hour.is_known THEN quantity END,
        CASE WHEN is_inference AND serving_hour.is_emitting THEN quantity END,
        CASE WHEN is_inference AND serving_hour.is_priced THEN quantity END,
        CASE WHEN is_inference AND period_start > known_until AND period_start <= known_until + INTERVAL 3 DAY THEN quantity END,
        CASE WHEN is_inference AND period_start > emitting_until AND period_start <= emitting_until + INTERVAL 3 DAY THEN quantity END,
        CASE WHEN is_inference AND period_start > priced_until AND period_start <= priced_until + INTERVAL 3 DAY THEN quantity END,
        NULL, NULL
    FROM counted
    LEFT JOIN serving_hour USING (period_start, model_id)
    LEFT JOIN serving_model USING (model_id)
),
project_rank AS (
    SELECT project, row_number() OVER (ORDER BY coalesce(sum(facility_energy_joules), 0) DESC, project) AS place
    FROM line
    WHERE project IS NOT NULL
    GROUP BY project
),
model_rank AS (
    SELECT model_id, row_number() OVER (ORDER BY coalesce(sum(facility_energy_joules), 0) DESC, model_id) AS place
    FROM line
    WHERE model_id IS NOT NULL
    GROUP BY model_id
),
named AS (
    SELECT
        line.* EXCLUDE (project, model_id),
        CASE WHEN line.project IS NULL THEN '(unknown)' WHEN project_rank.place <= getvariable('most_series') THEN line.project ELSE '(other)' END AS project,
        CASE WHEN line.model_id IS NULL THEN '(unknown)' WHEN model_rank.place <= getvariable('most_series') THEN line.model_id ELSE '(other)' END AS model_id
    FROM line
    LEFT JOIN project_rank ON project_rank.project = line.project
    LEFT JOIN model_rank ON model_rank.model_id = line.model_id
)
SELECT
    strftime(hour, '%Y-%m-%dT%H:%M:%SZ') AS hour,
    CASE WHEN grouping(project) = 0 THEN 'project' WHEN grouping(model_id) = 0 THEN 'model_id' END AS dimension,
    coalesce(project, model_id) AS dimension_value,
    sum(facility_energy_joules) AS facility_energy_joules,
    sum(idle_joules) AS idle_joules,
    sum(emissions_location_gco2e) AS emissions_location_gco2e,
    sum(effective_cost) AS effective_cost,
    sum(serving_joules) AS serving_joules,
    sum(serving_gco2e) AS serving_gco2e,
    sum(serving_cost) AS serving_cost,
    sum(priced_cost) AS priced_cost,
    sum(requests) AS requests,
    sum(serving_requests) AS serving_requests,
    sum(emitting_requests) AS emitting_requests,
    sum(priced_requests) AS priced_requests,
    sum(awaiting_requests) AS awaiting_requests,
    sum(awaiting_emissions_requests) AS awaiting_emissions_requests,
    sum(awaiting_cost_requests) AS awaiting_cost_requests,
    sum(known_hours) AS known_hours,
    sum(expected_hours) AS expected_hours
FROM named
GROUP BY GROUPING SETS ((hour), (hour, project), (hour, model_id))
