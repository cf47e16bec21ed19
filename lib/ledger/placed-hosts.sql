-- Step    placed_host: lines of watched hosts by their number, with the spot that they stand on
-- Unit    joules, gCO2e, billing currency
-- Grain   hour x resource x component x share x workload
-- Reads   settled_host, spot, place
CREATE OR REPLACE TEMP TABLE placed_host AS
SELECT
    row_number() OVER line::INTEGER AS name_number,
    standing_number(spot.spot_number, hour_number(settled_host.period_start)) AS standing_number,
    settled_host.* EXCLUDE (period_start, region_id)
FROM settled_host
LEFT JOIN (SELECT DISTINCT resource_id FROM place) AS hosted ON hosted.resource_id = settled_host.resource_id
JOIN spot
    ON spot.provider_name IS NOT DISTINCT FROM settled_host.provider_name
    AND spot.region_id IS NOT DISTINCT FROM settled_host.region_id
    AND spot.resource_id IS NOT DISTINCT FROM hosted.resource_id
WINDOW line AS (ORDER BY period_start, settled_host.resource_id, component, share, project, model_id, workload_type, workload_id)
ORDER BY name_number
