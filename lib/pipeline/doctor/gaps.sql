-- Finding  what drew energy that nobody knows, the dearest first
-- Unit     resource hours, billing currency
-- Grain    reason x provider x service x resource type
-- Reads    ledger
SELECT
    gap_reason AS reason,
    provider_name,
    concat_ws(' ', service_name, resource_type) AS what,
    sum(resource_hours)::VARCHAR AS hours,
    sum(effective_cost)::DECIMAL(28,2)::VARCHAR AS effective_cost
FROM ledger
WHERE gap_reason IS NOT NULL AND settled_as = 'gap'
GROUP BY gap_reason, provider_name, service_name, resource_type
ORDER BY sum(effective_cost) DESC NULLS LAST, reason, provider_name, what
LIMIT 20
