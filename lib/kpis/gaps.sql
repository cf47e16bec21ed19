-- Step    gaps: what drew energy that nobody knows, with all that is known of its size
-- Unit    hours, the charge's own unit, billing currency
-- Grain   reason x provider x service x resource type x component x unit
-- Reads   ledger
SELECT
    gap_reason AS reason,
    provider_name AS provider,
    concat_ws(' ', service_name, resource_type, CASE WHEN component <> 'other' THEN component END) AS what,
    count(DISTINCT resource_id)::BIGINT AS resources,
    CASE WHEN gap_unit = 'seconds' THEN sum(gap_quantity) / 3600 ELSE sum(resource_hours) END::DECIMAL(28,6) AS hours,
    CASE WHEN gap_unit <> 'seconds' THEN sum(gap_quantity) END::DECIMAL(28,6) AS quantity,
    CASE WHEN gap_unit <> 'seconds' THEN gap_unit END AS unit,
    sum(CASE WHEN settled_as = 'gap' THEN effective_cost END) AS effective_cost
FROM ledger
WHERE gap_reason IS NOT NULL
GROUP BY gap_reason, provider_name, service_name, resource_type, component, gap_unit
ORDER BY effective_cost DESC NULLS LAST, reason, provider, what, unit
