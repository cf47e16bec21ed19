-- Step    run_sum: energy and emissions of each training or batch run in the month, with the goal that it tried to reach
-- Unit    joules, gCO2e
-- Grain   run
-- Reads   fct_run, ledger_sum, variable month_start
-- A run's energy is the ledger's lines whose workload_id is the run; where there are none, those of the workload that the run names, if no
-- other run names it and it drew nothing before or after the run. Failed runs count: they are part of the way to the goal.
-- A run stands in the month in which it ended, with that month's energy: in_month_ratio is the part of its time that lies there.
-- A goal is open (is_open) where of a run on the way nobody told the outcome and none is known to have reached it.
-- Half-widths as in cuts.sql: linear within one method, one site's PUE and one factor, in quadrature across them.
CREATE OR REPLACE TEMP TABLE run_sum AS
WITH told AS (
    SELECT DISTINCT ON (run_id)
        run_id, coalesce(solution_id, run_id) AS solution_id, outcome, started_at, ended_at, coalesce(workload_id, run_id) AS workload_id
    FROM fct_run
    ORDER BY run_id, ended_at DESC, receipt_sha256
),
drawn AS (
    SELECT workload_id, min(first_hour) AS first_hour, max(last_hour) AS last_hour
    FROM ledger_sum
    WHERE workload_id IS NOT NULL AND it_energy_joules IS NOT NULL
    GROUP BY workload_id
),
run AS (
    SELECT told.* REPLACE (
        CASE
            WHEN told.run_id IN (SELECT workload_id FROM drawn) THEN told.run_id
            WHEN count(*) OVER (PARTITION BY told.workload_id) = 1
                AND drawn.first_hour >= date_trunc('hour', told.started_at) AND drawn.last_hour < told.ended_at THEN told.workload_id
            ELSE told.run_id
        END AS workload_id
    )
    FROM told
    LEFT JOIN drawn ON drawn.workload_id = told.workload_id
),
placed AS (
    SELECT * FROM ledger_sum WHERE workload_id IS NOT NULL AND facility_energy_joules IS NOT NULL
),
half_width AS (
    SELECT workload_id, 'method ' || method AS cause, sum(u95_facility_joules)::DOUBLE AS joules, sum(u95_energy_gco2e)::DOUBLE AS gco2e
    FROM placed GROUP BY ALL
    UNION ALL
    SELECT workload_id, 'site ' || site, sum(u95_pue_joules)::DOUBLE, sum(u95_pue_gco2e)::DOUBLE FROM placed GROUP BY ALL
    UNION ALL
    SELECT workload_id, 'factor ' || factor_id, NULL, sum(u95_factor_gco2e)::DOUBLE FROM placed GROUP BY ALL
),
spread AS (
    SELECT
        workload_id,
        sqrt(list_sum(list(joules * joules ORDER BY cause))) AS joules,
        sqrt(list_sum(list(gco2e * gco2e ORDER BY cause))) AS gco2e
    FROM half_width
    GROUP BY workload_id
),
energy AS (
    SELECT
        workload_id,
        sum(it_energy_joules) AS it_energy_joules,
        sum(CASE WHEN basis = 'modelled' THEN it_energy_joules END) AS modelled_joules,
        sum(CASE WHEN basis = 'filled' THEN it_energy_joules END) AS filled_joules,
        sum(facility_energy_joules) AS facility_energy_joules,
        sum(emissions_location_gco2e) AS emissions_location_gco2e,
        list(DISTINCT component ORDER BY component) FILTER (WHERE it_energy_joules IS NOT NULL) AS boundary,
        list(DISTINCT factor_id ORDER BY factor_id) FILTER (WHERE factor_id IS NOT NULL) AS factor_ids,
        CASE WHEN min(scope) = max(scope) THEN min(scope) END AS scope
    FROM placed
    GROUP BY workload_id
)
SELECT
    run.*,
    CASE
        WHEN run.started_at >= getvariable('month_start') THEN 1
        ELSE epoch(run.ended_at - getvariable('month_start')) / epoch(run.ended_at - run.started_at)
    END AS in_month_ratio,
    energy.* EXCLUDE (workload_id),
    spread.joules / nullif(energy.facility_energy_joules, 0)::DOUBLE AS u95_ratio,
    spread.gco2e / nullif(energy.emissions_location_gco2e, 0)::DOUBLE AS emissions_u95_ratio,
    bool_or(run.outcome IS NULL) OVER goal AND NOT coalesce(bool_or(run.outcome = 'succeeded') OVER goal, false) AS is_open
FROM run
LEFT JOIN energy ON energy.workload_id = run.workload_id
LEFT JOIN spread ON spread.workload_id = run.workload_id
WINDOW goal AS (PARTITION BY run.solution_id)
