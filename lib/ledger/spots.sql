-- Step    spot: each combination of provider, region and placed host that lines of the slice stand on, and its number
-- Grain   provider x region x host that the settings or the telemetry place
-- Reads   charge, settled_host, place
CREATE OR REPLACE TEMP TABLE spot AS
WITH named AS (
    SELECT provider_name, region_id, resource_id FROM charge
    UNION
    SELECT provider_name, region_id, resource_id FROM settled_host
)
SELECT DISTINCT named.provider_name, named.region_id, hosted.resource_id,
    dense_rank() OVER (ORDER BY named.provider_name, named.region_id, hosted.resource_id)::INTEGER AS spot_number
FROM named
LEFT JOIN (SELECT DISTINCT resource_id FROM place) AS hosted ON hosted.resource_id = named.resource_id
ORDER BY spot_number
