-- Lines   what model servers, runs and token bills counted, with the source that said so
-- Unit    the measure's own
-- Grain   that of the facts
-- Reads   counted_activity, fct_cost (as lib/kpis/activity-sums.sql does)
CREATE OR REPLACE TEMP VIEW traced_activity AS
SELECT source_id, measure, quantity, project, model_id, workload_type, workload_id
FROM counted_activity
UNION ALL
SELECT
    source_id, energy_driver, driver_quantity::DECIMAL(28,6),
    project, coalesce(model_id, resource_type), coalesce(workload_type, 'inference'), workload_id
FROM fct_cost
ANTI JOIN (SELECT DISTINCT source_id, measure FROM counted_activity) AS told
    ON told.source_id = fct_cost.source_id AND told.measure = fct_cost.energy_driver
WHERE energy_driver IN ('input_tokens', 'output_tokens')
