-- Fact    fct_activity: what model servers and training jobs did, as Timestream kept it
-- Unit    the measure's own: pieces, or seconds summed over requests; bounds of buckets in seconds
-- Grain   hour x resource x measure x bucket x workload x labels, target and framework among them
-- Reads   landed (timestream-telemetry/open.sql)
-- A gap makes no row. Counts of one bucket add up. A level has no quantity, since it never adds up.
WITH point AS (
    SELECT
        hour_start AS period_start, resource_id, measure, project, model_id, workload_type, workload_id,
        map_from_entries(list_sort(map_entries(map_concat(
            coalesce(labels::JSON::MAP(VARCHAR, VARCHAR), MAP {}), MAP {'framework': framework, 'target': target}
        )))) AS tags,
        coalesce(bucket_count, quantity) AS counted,
        replace(bucket_over, 'Inf', 'Infinity')::DOUBLE AS bucket_over,
        replace(bucket_up_to, 'Inf', 'Infinity')::DOUBLE AS bucket_up_to,
        level_last, level_mean, level_minimum, level_maximum, level_samples, level_seconds,
        (ends_at, host_id) AS place
    FROM landed
    WHERE measure_name IN ('joulebook_activity', 'joulebook_activity_bucket')
),
added AS (
    SELECT
        period_start, resource_id, measure, project, model_id, workload_type, workload_id, tags, bucket_over, bucket_up_to,
        sum(counted) AS quantity
    FROM point
    WHERE counted IS NOT NULL
    GROUP BY ALL
),
levelled AS (
    SELECT
        period_start, resource_id, measure, project, model_id, workload_type, workload_id, tags,
        arg_max(level_last, place) AS level_last,
        list_sum(list(level_mean * level_seconds ORDER BY place)) / nullif(list_sum(list(level_seconds ORDER BY place)), 0) AS level_mean,
        min(level_minimum) AS level_minimum,
        max(level_maximum) AS level_maximum,
        sum(level_samples)::BIGINT AS level_samples,
        list_sum(list(level_seconds ORDER BY place)) AS level_seconds
    FROM point
    WHERE level_last IS NOT NULL
    GROUP BY ALL
)
SELECT *
FROM (SELECT * FROM added UNION ALL BY NAME SELECT * FROM levelled)
ORDER BY
    period_start, resource_id, measure, project, model_id, workload_type, workload_id, tags::VARCHAR, bucket_up_to, bucket_over
