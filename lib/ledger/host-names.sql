-- Step    line_name: what is said of each line of a watched host on the ledger
-- Grain   line
-- Reads   placed_host
CREATE OR REPLACE TEMP TABLE line_name AS
SELECT
    name_number, provider_name, sub_account_id, service_name, resource_id, resource_type, component, share,
    project, model_id, workload_type, workload_id, settled_as, basis, method, u95_ratio, billing_currency, gap_reason, gap_unit,
    resource_hours
FROM placed_host
ORDER BY name_number
