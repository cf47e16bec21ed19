-- Step    activity_cut: what model servers, runs and token bills counted, in total and by workload dimension
-- Unit    the measure's own
-- Grain   measure x dimension x value
-- Reads   fct_activity, fct_cost (tokens of managed models are counted by the bill, unless their source counts them as activity too)
-- Tokens of a large bill stand on a million rows: they are added up before they are rounded and cut, since rounding an exact
-- decimal is dear. Rounding once a workload moves a figure by less than a millionth of a token.
CREATE OR REPLACE TEMP TABLE activity_cut AS
WITH billed AS (
    SELECT
        energy_driver AS measure, project, coalesce(model_id, resource_type) AS model_id,
        coalesce(workload_type, 'inference') AS workload_type, workload_id, sum(driver_quantity) AS quantity
    FROM fct_cost
    ANTI JOIN (SELECT DISTINCT source_id, measure FROM fct_activity) AS told
        ON told.source_id = fct_cost.source_id AND told.measure = fct_cost.energy_driver
    WHERE energy_driver IN ('input_tokens', 'output_tokens')
    GROUP BY ALL
),
counted AS (
    SELECT measure, quantity, project, model_id, workload_type, workload_id FROM fct_activity
    UNION ALL
    SELECT measure, quantity::DECIMAL(28,6), project, model_id, workload_type, workload_id FROM billed
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
