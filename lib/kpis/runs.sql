-- Step    run_sum: energy and emissions of each training or batch run in the month, with the goal that it tried to reach
-- Unit    joules, gCO2e
-- Grain   run
-- Reads   fct_run, ledger_sum
-- A run's energy is the ledger's lines whose workload_id is the run. Failed runs count: they are part of the way to the goal.
CREATE OR REPLACE TEMP TABLE run_sum AS
WITH run AS (
    SELECT DISTINCT ON (run_id) run_id, coalesce(solution_id, run_id) AS solution_id, outcome, started_at, ended_at
    FROM fct_run
    ORDER BY run_id, ended_at DESC, receipt_sha256
),
energy AS (
    SELECT
        workload_id,
        sum(it_energy_joules) AS it_energy_joules,
        sum(CASE WHEN basis = 'modelled' THEN it_energy_joules END) AS modelled_joules,
        sum(CASE WHEN basis = 'filled' THEN it_energy_joules END) AS filled_joules,
        sum(facility_energy_joules) AS facility_energy_joules,
        sum(emissions_location_gco2e) AS emissions_location_gco2e,
        sum(u95_facility_joules)::DOUBLE / nullif(sum(facility_energy_joules), 0)::DOUBLE AS u95_ratio,
        list(DISTINCT component ORDER BY component) FILTER (WHERE it_energy_joules IS NOT NULL) AS boundary,
        list(DISTINCT factor_id ORDER BY factor_id) FILTER (WHERE factor_id IS NOT NULL) AS factor_ids,
        CASE WHEN min(scope) = max(scope) THEN min(scope) END AS scope
    FROM ledger_sum
    WHERE workload_id IS NOT NULL AND facility_energy_joules IS NOT NULL
    GROUP BY workload_id
)
SELECT run.*, energy.* EXCLUDE (workload_id)
FROM run
LEFT JOIN energy ON energy.workload_id = run.run_id
