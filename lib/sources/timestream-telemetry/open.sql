-- Opens   the agent's points as Timestream unloads them: one row a point
-- Unit    joules, seconds, pieces
-- Grain   measurement x series x instant in which the record ends
-- Reads   raw (Parquet with the columns that the table has; dimensions that nobody wrote are not there)
-- Points of workloads do not say how long they lasted: energy belongs to the hour in which its record ends, for devices, too.
WITH every AS (
    SELECT
        NULL::BIGINT AS file_row, NULL::VARCHAR AS host_id, NULL::VARCHAR AS resource_id, NULL::VARCHAR AS component,
        NULL::VARCHAR AS domain, NULL::VARCHAR AS method, NULL::VARCHAR AS basis, NULL::VARCHAR AS gap_reason,
        NULL::VARCHAR AS project, NULL::VARCHAR AS model_id, NULL::VARCHAR AS workload_type, NULL::VARCHAR AS workload_id, NULL::VARCHAR AS labels,
        NULL::VARCHAR AS target, NULL::VARCHAR AS framework, NULL::VARCHAR AS measure, NULL::DOUBLE AS energy_joules,
        NULL::DOUBLE AS idle_joules, NULL::DOUBLE AS unattributed_joules, NULL::DOUBLE AS u95_ratio,
        NULL::DOUBLE AS duration_seconds, NULL::DOUBLE AS quantity, NULL::VARCHAR AS "over", NULL::VARCHAR AS up_to, NULL::DOUBLE AS "count",
        NULL::DOUBLE AS level_last, NULL::DOUBLE AS level_mean, NULL::DOUBLE AS level_minimum, NULL::DOUBLE AS level_maximum,
        NULL::DOUBLE AS level_samples, NULL::DOUBLE AS level_seconds
    WHERE FALSE
    UNION ALL BY NAME
    SELECT * FROM raw
)
SELECT
    file_row,
    measure_name,
    "time"::TIMESTAMP AS ends_at,
    host_id,
    resource_id,
    component,
    domain,
    method,
    basis,
    energy_joules,
    idle_joules,
    unattributed_joules,
    gap_reason,
    u95_ratio,
    duration_seconds,
    target,
    framework,
    measure,
    quantity,
    "over" AS bucket_over,
    up_to AS bucket_up_to,
    "count" AS bucket_count,
    level_last,
    level_mean,
    level_minimum,
    level_maximum,
    level_samples,
    level_seconds,
    project,
    model_id,
    workload_type,
    workload_id,
    labels,
    date_trunc('hour', "time"::TIMESTAMP - INTERVAL 1 MICROSECOND) AS hour_start
FROM every
