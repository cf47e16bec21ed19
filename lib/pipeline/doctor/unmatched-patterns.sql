-- Finding  host patterns of the settings that match nothing
-- Unit     none
-- Grain    site x pattern
-- Reads    site_host, fct_energy, dim_charge
SELECT site_host.site, replace(regexp_replace(site_host.pattern, '\\(.)', '\1', 'g'), '%', '*') AS pattern
FROM site_host
WHERE NOT EXISTS (
    SELECT 1 FROM fct_energy
    WHERE host_id LIKE site_host.pattern ESCAPE '\' OR resource_id ILIKE site_host.pattern ESCAPE '\'
)
AND NOT EXISTS (SELECT 1 FROM dim_charge WHERE resource_id ILIKE site_host.pattern ESCAPE '\')
ORDER BY ALL
