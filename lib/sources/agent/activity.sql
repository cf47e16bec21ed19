-- Fact    fct_activity: what model servers and training jobs did, as the agent scraped it
-- Unit    the measure's own: pieces, or seconds summed over requests
-- Grain   hour x resource x measure x workload x labels, target and framework among them
-- Reads   landed (agent/open-activity.sql)
-- The same (host_id, boot_id, seq) counts once. A gap makes no row: there is no quantity to add up.
WITH record AS (
    SELECT *
    FROM landed
    QUALIFY row_number() OVER (PARTITION BY host_id, boot_id, seq, hour_start ORDER BY file_row) = 1
),
labelled AS (
    SELECT
        * EXCLUDE (labels),
        map_from_entries(list_sort(map_entries(map_concat(labels, MAP {'target': target, 'framework': framework})))) AS tags
    FROM record
    WHERE quantity IS NOT NULL
)
SELECT
    hour_start AS period_start,
    resource_id,
    measure,
    sum(slice_energy(quantity, lower, upper)) AS quantity,
    project,
    model_id,
    workload_type,
    workload_id,
    tags
FROM labelled
GROUP BY hour_start, resource_id, measure, project, model_id, workload_type, workload_id, tags
ORDER BY period_start, resource_id, measure, project, model_id, workload_type, workload_id, tags::VARCHAR
