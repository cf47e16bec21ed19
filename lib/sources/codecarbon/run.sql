-- Fact    fct_run: runs that CodeCarbon tracked
-- Unit    instants in UTC
-- Grain   run, in the month in which it ended
-- Reads   landed (codecarbon/open.sql)
-- CodeCarbon does not know whether a run succeeded: the outcome stays NULL. Rows before the last are no ends.
WITH last_row AS (
    SELECT *
    FROM landed
    QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY ended_at DESC, file_row DESC, hour_start DESC) = 1
)
SELECT
    run_id,
    started_at,
    ended_at,
    NULL AS outcome,
    nullif(project_name, 'codecarbon') AS project,
    run_id AS workload_id,
    tags
FROM last_row
WHERE ended_at >= getvariable('month_start') AND ended_at < getvariable('month_end')
ORDER BY run_id
