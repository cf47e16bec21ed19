-- Step    activity_cut: what was counted, in total and by workload dimension
-- Unit    the measure's own
-- Grain   measure x dimension x value
-- Reads   activity_sum
CREATE OR REPLACE TEMP TABLE activity_cut AS
SELECT
    measure,
    CASE
        WHEN grouping(project) = 0 THEN 'project'
        WHEN grouping(model_id) = 0 THEN 'model_id'
        WHEN grouping(workload_type) = 0 THEN 'workload_type'
        WHEN grouping(workload_id) = 0 THEN 'workload_id'
    END AS dimension,
    coalesce(project, model_id, workload_type, workload_id) AS dimension_value,
    sum(quantity) AS quantity
FROM activity_sum
GROUP BY measure, GROUPING SETS ((), (project), (model_id), (workload_type), (workload_id))
