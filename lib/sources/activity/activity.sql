-- Fact    fct_activity: requests and tokens of model servers, by latency too, and how full they were
-- Unit    pieces; bounds of buckets in seconds
-- Grain   hour x server x measure x bucket x labels
-- Reads   landed (activity/open.sql)
-- Labels that split one workload (why a request ended, which engine or cache) are added up, and of caches their mean is taken.
-- Between two readings of a gauge that lie further apart than a minute and a half nothing is known (docs/agent/scraping.md).
WITH labelled AS (
    SELECT
        * EXCLUDE (tags),
        hour_start AS period_start,
        coalesce(tags['model_name'], tags['model']) AS model_id,
        map_from_entries(list_sort(list_filter(
            map_entries(tags), lambda entry: entry.key NOT IN ('finished_reason', 'engine', 'is_streaming', 'cache_source', 'version', 'le')
        ))) AS tags
    FROM landed
    WHERE measure IS NOT NULL
),
counted AS (
    SELECT
        period_start, resource_id, measure, model_id, tags, bucket_over, bucket_up_to, sum(quantity) AS quantity,
        CASE WHEN any_value(bucket_up_to) IS NULL THEN [{
            'domain': any_value(tags)::VARCHAR,
            'since': min(greatest(sampled_before, hour_start)),
            'until': max(least(sampled_at, hour_start + INTERVAL 1 HOUR))
        }] END AS spans
    FROM labelled
    WHERE role IS DISTINCT FROM 'level' AND quantity IS NOT NULL AND (role IS DISTINCT FROM 'bucket' OR quantity > 0)
    GROUP BY ALL
),
shown AS (
    SELECT
        period_start, resource_id, measure, model_id, tags, sampled_at,
        (CASE WHEN measure = 'kv_cache_ratio' THEN avg(reading) ELSE sum(reading) END)::DOUBLE AS level,
        CASE
            WHEN count(counted_before) < count(*) OR min(sampled_before) < sampled_at - INTERVAL 90 SECOND THEN NULL
            WHEN measure = 'kv_cache_ratio' THEN avg(counted_before)
            ELSE sum(counted_before)
        END::DOUBLE AS level_before,
        epoch_us(sampled_at) - epoch_us(min(sampled_before)) AS microseconds
    FROM labelled
    WHERE role = 'level'
    GROUP BY period_start, resource_id, measure, model_id, tags, sampled_at
),
levelled AS (
    SELECT
        period_start, resource_id, measure, model_id, tags,
        arg_max(level, sampled_at) AS level_last,
        list_sum(list((level + level_before) / 2 * microseconds ORDER BY sampled_at))
            / nullif(sum(CASE WHEN level_before IS NOT NULL THEN microseconds END), 0) AS level_mean,
        min(least(level, level_before)) AS level_minimum,
        max(greatest(level, level_before)) AS level_maximum,
        count(*) AS level_samples,
        coalesce(sum(CASE WHEN level_before IS NOT NULL THEN microseconds END), 0) / 1000000 AS level_seconds
    FROM shown
    GROUP BY ALL
)
SELECT *, 'inference' AS workload_type
FROM (SELECT * FROM counted UNION ALL BY NAME SELECT * FROM levelled)
ORDER BY period_start, resource_id, measure, model_id, tags::VARCHAR, bucket_up_to::DOUBLE, bucket_over::DOUBLE
