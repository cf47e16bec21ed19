-- Fact    fct_run: training and batch runs
-- Unit    instants in UTC
-- Grain   run, in the month in which it ended
-- Reads   landed (columns of runs/source.ts)
-- A run that stands twice in a file counts once, as the later row has it.
SELECT
    run_id,
    coalesce(solution_id, run_id) AS solution_id,
    started_at::TIMESTAMP AS started_at,
    ended_at::TIMESTAMP AS ended_at,
    outcome,
    target_metric,
    target_value,
    project,
    model_id,
    workload_type,
    coalesce(workload_id, run_id) AS workload_id,
    tags
FROM landed
QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY file_row DESC) = 1
ORDER BY run_id
