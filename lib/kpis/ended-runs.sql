-- Step    ended_run: each run that ended, with its emissions as the month's figures have them
-- Unit    kgCO2e
-- Grain   run
-- Reads   fct_run, kpis; variable window_end
-- A run that the figures do not know has unknown emissions.
CREATE OR REPLACE TEMP TABLE ended_run AS
SELECT
    run.run_id,
    strftime(run.ended_at, '%Y-%m-%dT%H:%M:%SZ') AS ended_at,
    kpis.value AS emissions_kgco2e
FROM (
    SELECT DISTINCT ON (run_id) run_id, ended_at
    FROM fct_run
    WHERE ended_at < getvariable('window_end')
    ORDER BY run_id, ended_at DESC
) AS run
LEFT JOIN kpis
    ON kpis.figure_id = 'kpi.carbon_per_run' AND kpis.dimension = 'workload_id' AND kpis.dimension_value = run.run_id
