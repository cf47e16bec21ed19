-- Fact    fct_activity: what model servers and training jobs did, as the agent scraped it
-- Unit    the measure's own; bounds of buckets in seconds
-- Grain   hour x resource x measure x bucket x workload x labels, target and framework among them
-- Reads   landed (agent/open-activity.sql, cut by agent/hours.sql)
-- The same (host_id, boot_id, seq) counts once. What was read without a break is one span; else each record is one. A gap makes no
-- row. Counts of one bucket add up. A level has no quantity, since it never adds up, and belongs to the hour in which its record
-- ends: what it was in each hour cannot be told apart.
WITH record AS (
    SELECT
        * EXCLUDE (labels),
        greatest(TRY_CAST(period_start AS TIMESTAMPTZ)::TIMESTAMP, hour_start) AS since,
        least(TRY_CAST(period_end AS TIMESTAMPTZ)::TIMESTAMP, hour_start + INTERVAL 1 HOUR) AS until,
        map_from_entries(list_sort(map_entries(map_concat(labels, MAP {'target': target, 'framework': framework})))) AS tags
    FROM landed
    WHERE gap_reason IS NULL
    QUALIFY row_number() OVER (PARTITION BY host_id, boot_id, seq, hour_start ORDER BY file_row) = 1
),
counted AS (
    SELECT record.*, quantity AS counted, NULL AS bucket FROM record WHERE quantity IS NOT NULL
    UNION ALL
    SELECT record.*, bucket.count::DECIMAL(18, 6) AS counted, bucket FROM record, unnest(buckets) AS each (bucket)
),
added AS (
    SELECT
        hour_start, resource_id, measure, project, model_id, workload_type, workload_id, tags,
        sum(slice_energy(counted, lower, upper)) AS quantity,
        CASE
            WHEN any_value(bucket) IS NOT NULL THEN NULL
            WHEN sum(epoch_us(until) - epoch_us(since)) = epoch_us(max(until)) - epoch_us(min(since))
                THEN [{'domain': any_value(tags)::VARCHAR, 'since': min(since), 'until': max(until)}]
            ELSE list({'domain': tags::VARCHAR, 'since': since, 'until': until} ORDER BY since, until)
        END AS spans,
        replace(bucket.over, 'Inf', 'Infinity')::DOUBLE AS bucket_over,
        replace(bucket.up_to, 'Inf', 'Infinity')::DOUBLE AS bucket_up_to
    FROM counted
    GROUP BY ALL
),
levelled AS (
    SELECT
        hour_start, resource_id, measure, project, model_id, workload_type, workload_id, tags,
        arg_max(level.last, (period_end, seq)) AS level_last,
        list_sum(list(level.mean * level.seconds ORDER BY period_end, host_id, boot_id, seq))
            / nullif(list_sum(list(level.seconds ORDER BY period_end, host_id, boot_id, seq)), 0) AS level_mean,
        min(level.minimum) AS level_minimum,
        max(level.maximum) AS level_maximum,
        sum(level.samples) AS level_samples,
        list_sum(list(level.seconds ORDER BY period_end, host_id, boot_id, seq)) AS level_seconds
    FROM record
    WHERE level IS NOT NULL AND upper = 1
    GROUP BY ALL
)
SELECT hour_start AS period_start, * EXCLUDE (hour_start)
FROM (SELECT * FROM added UNION ALL BY NAME SELECT * FROM levelled)
ORDER BY
    period_start, resource_id, measure, project, model_id, workload_type, workload_id, tags::VARCHAR, bucket_up_to, bucket_over
