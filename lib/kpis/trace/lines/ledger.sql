-- Lines   every ledger line of the figure
-- Unit    joules, gCO2e, billing currency
-- Grain   that of the ledger
-- Reads   ledger, variables traced_dimension, traced_value
SELECT *
FROM ledger
WHERE is_traced(provider_name, region_id, scope, project, model_id, workload_type, workload_id)
