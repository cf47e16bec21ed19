-- Fact    fct_activity: what model servers and training jobs did, as Timestream kept it
-- Unit    the measure's own: pieces, or seconds summed over requests
-- Grain   hour x resource x measure x workload x target and framework
-- Reads   landed (timestream-telemetry/open.sql)
-- A gap makes no row: there is no quantity to add up; and a level never adds up.
SELECT
    hour_start AS period_start,
    resource_id,
    measure,
    sum(quantity) AS quantity,
    project,
    model_id,
    workload_type,
    workload_id,
    MAP {'framework': framework, 'target': target} AS tags
FROM landed
WHERE measure_name = 'joulebook_activity' AND quantity IS NOT NULL
GROUP BY hour_start, resource_id, measure, project, model_id, workload_type, workload_id, framework, target
ORDER BY period_start, resource_id, measure, project, model_id, workload_type, workload_id, tags::VARCHAR
