-- Finding  hosts that send telemetry, are on no bill and stand on no site
-- Unit     none
-- Grain    host
-- Reads    fct_energy, dim_charge, site_host, same_host
SELECT DISTINCT fct_energy.host_id
FROM fct_energy
WHERE NOT EXISTS (
    SELECT 1 FROM site_host
    WHERE fct_energy.host_id LIKE site_host.pattern ESCAPE '\' OR fct_energy.resource_id ILIKE site_host.pattern ESCAPE '\'
)
AND NOT EXISTS (SELECT 1 FROM dim_charge WHERE dim_charge.resource_id = fct_energy.resource_id)
-- What an exporter names otherwise stands where the agent's host does
AND NOT EXISTS (SELECT 1 FROM same_host WHERE same_host.resource_id = fct_energy.resource_id)
ORDER BY ALL
