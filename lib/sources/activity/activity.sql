-- Fact    fct_activity: requests and tokens of model servers
-- Unit    pieces
-- Grain   hour x server x measure x labels
-- Reads   landed (activity/open.sql)
-- Labels that split one workload (why a request ended, which engine or cache) are added up.
WITH labelled AS (
    SELECT
        hour_start AS period_start,
        resource_id,
        measure,
        quantity,
        coalesce(tags['model_name'], tags['model']) AS model_id,
        map_from_entries(list_sort(list_filter(
            map_entries(tags), lambda entry: entry.key NOT IN ('finished_reason', 'engine', 'is_streaming', 'cache_source', 'version')
        ))) AS tags
    FROM landed
    WHERE measure IS NOT NULL AND quantity IS NOT NULL
)
SELECT period_start, resource_id, measure, sum(quantity) AS quantity, model_id, 'inference' AS workload_type, tags
FROM labelled
GROUP BY period_start, resource_id, measure, model_id, tags
ORDER BY period_start, resource_id, measure, model_id, tags::VARCHAR
