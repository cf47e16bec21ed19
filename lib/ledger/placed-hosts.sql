-- Step    placed_host: the day's lines of watched hosts with the number of the spot that they stand on
-- Unit    joules, billing currency
-- Grain   hour x resource x component x share x workload
-- Reads   settled_host, spot, place
-- In the order of settled_host.
CREATE OR REPLACE TEMP VIEW placed_host AS
SELECT settled_host.* EXCLUDE (region_id), spot.spot_number
FROM settled_host
LEFT JOIN (SELECT DISTINCT resource_id FROM place) AS hosted ON hosted.resource_id = settled_host.resource_id
LEFT JOIN spot
    ON spot.provider_name IS NOT DISTINCT FROM settled_host.provider_name
    AND spot.region_id IS NOT DISTINCT FROM settled_host.region_id
    AND spot.resource_id IS NOT DISTINCT FROM hosted.resource_id
