-- Step    activity_cut: what model servers, runs and token bills counted, in total and by workload dimension
-- Unit    the measure's own
-- Grain   measure x dimension x value
-- Reads   fct_activity, fct_cost (tokens of managed models are counted by the bill)
CREATE OR REPLACE TEMP TABLE activity_cut AS
WITH counted AS (
    SELECT measure, quantity, project, model_id, workload_type, workload_id FROM fct_activity
    UNION ALL
    SELECT energy_driver, driver_quantity::DECIMAL(28,6), project, coalesce(model_id, resource_type), coalesce(workload_type, 'inference'), workload_id
    FROM fct_cost
    WHERE energy_driver IN ('input_tokens', 'output_tokens')
)
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
FROM counted
GROUP BY GROUPING SETS ((measure), (measure, project), (measure, model_id), (measure, workload_type), (measure, workload_id))
