-- Step    gaps: what drew energy that nobody knows, and known energy that no PUE or no grid factor is known for, with its size
-- Unit    hours, the charge's own unit or kWh, billing currency
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
UNION ALL
SELECT
    CASE
        WHEN pue IS NULL AND grid_zone IS NULL THEN 'neither PUE nor grid zone is known: in no facility energy and in no emissions'
        WHEN pue IS NULL THEN 'no PUE is known: in no facility energy and in no emissions'
        WHEN grid_zone IS NULL THEN 'no grid zone is known: in no emissions'
        ELSE 'no factor of the grid zone ' || grid_zone || ' is known: in no emissions'
    END AS reason,
    provider_name AS provider,
    concat_ws(' ', service_name, resource_type) AS what,
    count(DISTINCT resource_id)::BIGINT AS resources,
    sum(resource_hours)::DECIMAL(28,6) AS hours,
    joules_to_kwh(sum(it_energy_joules))::DECIMAL(28,6) AS quantity,
    'kWh' AS unit,
    sum(effective_cost) AS effective_cost
FROM ledger
WHERE it_energy_joules IS NOT NULL AND emissions_location_gco2e IS NULL
GROUP BY 1, provider_name, service_name, resource_type
ORDER BY effective_cost DESC NULLS LAST, reason, provider, what, unit
