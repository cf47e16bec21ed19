-- Step    activity_sum: what model servers, runs and token bills counted in the month, by workload
-- Unit    the measure's own
-- Grain   measure x workload
-- Reads   counted_activity, cost_line, dim_charge (tokens of managed models are counted by the bill, unless their source counts them as activity too)
-- Tokens of a large bill stand on a million rows: they are added up by charge before a text is looked at, and before they are rounded,
-- since rounding an exact decimal is dear. Rounding once a workload moves a figure by less than a millionth of a token.
CREATE OR REPLACE TEMP TABLE activity_sum AS
WITH token_charge AS (
    SELECT
        file_key, charge_in_file, energy_driver AS measure, project, coalesce(model_id, resource_type) AS model_id,
        coalesce(workload_type, 'inference') AS workload_type, workload_id
    FROM dim_charge
    ANTI JOIN (SELECT DISTINCT source_id, measure FROM counted_activity) AS told
        ON told.source_id = dim_charge.source_id AND told.measure = dim_charge.energy_driver
    WHERE energy_driver IN ('input_tokens', 'output_tokens')
),
charged AS (
    SELECT file_key, charge_in_file, sum(driver_quantity) AS quantity
    FROM cost_line
    SEMI JOIN token_charge USING (file_key, charge_in_file)
    GROUP BY file_key, charge_in_file
),
billed AS (
    SELECT measure, project, model_id, workload_type, workload_id, sum(quantity) AS quantity
    FROM charged
    JOIN token_charge USING (file_key, charge_in_file)
    GROUP BY ALL
),
counted AS (
    SELECT measure, quantity, project, model_id, workload_type, workload_id FROM counted_activity
    UNION ALL
    SELECT measure, quantity::DECIMAL(28,6), project, model_id, workload_type, workload_id FROM billed
)
SELECT measure, project, model_id, workload_type, workload_id, sum(quantity) AS quantity
FROM counted
GROUP BY ALL
