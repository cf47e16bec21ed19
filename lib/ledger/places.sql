-- Step    place: where each resource of the day stands, who controls it, its grid zone and PUE
-- Grain   provider x region, or resource where the settings name its site
-- Reads   charge_hour, watched, regions, provider_pue, site, site_host, variable day_start
-- A region that the table does not know keeps NULL zone and PUE: its emissions are unknown, not zero.
CREATE OR REPLACE TEMP TABLE place AS
WITH named AS (
    SELECT DISTINCT resource_id FROM charge_hour WHERE resource_id IS NOT NULL AND EXISTS (SELECT 1 FROM site_host)
    UNION
    SELECT DISTINCT resource_id FROM watched
),
hosted AS (
    SELECT named.resource_id, min(site_host.site) AS site
    FROM named
    JOIN site_host ON named.resource_id LIKE site_host.pattern ESCAPE '\'
        OR named.resource_id IN (SELECT resource_id FROM watched WHERE watched.host_id LIKE site_host.pattern ESCAPE '\')
    GROUP BY named.resource_id
),
region AS (
    SELECT DISTINCT provider_name, region_id FROM charge_hour
),
fleet AS (
    SELECT provider, pue FROM provider_pue
    WHERE valid_from <= getvariable('day_start')::DATE AND (valid_to IS NULL OR valid_to > getvariable('day_start')::DATE)
    QUALIFY row_number() OVER (PARTITION BY provider ORDER BY valid_from DESC) = 1
),
site_now AS (
    SELECT * FROM site
    WHERE valid_from <= getvariable('day_start')::DATE
    QUALIFY row_number() OVER (PARTITION BY site ORDER BY valid_from DESC) = 1
)
SELECT
    NULL AS resource_id,
    region.provider_name,
    region.region_id,
    concat_ws(' ', region.provider_name, region.region_id) AS site,
    'cloud' AS control,
    known.grid_zone,
    coalesce(known.pue, fleet.pue) AS pue,
    CASE WHEN known.pue IS NOT NULL THEN 0.05 ELSE 0.10 END AS pue_u95_ratio
FROM region
LEFT JOIN regions AS known
    ON known.provider = region.provider_name
    AND (known.region_id = region.region_id OR list_contains(string_split(lower(coalesce(known.aliases, '')), '|'), lower(region.region_id)))
LEFT JOIN fleet ON fleet.provider = region.provider_name
UNION ALL
SELECT hosted.resource_id, NULL, NULL, hosted.site, site_now.control, site_now.grid_zone, site_now.pue, 0.05
FROM hosted
JOIN site_now USING (site)
