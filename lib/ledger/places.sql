-- Step    place: where each resource of the slice stands, who controls it, its grid zone, and its PUE with the time it holds
-- Grain   provider x region, or resource where the settings name its site; x time of the PUE
-- Reads   charge, watched, regions, provider_pue, site, site_host, variables day_start, day_end
-- A region that a bill writes in several ways (`US East`, `eastus`) bears one name.
-- A host that nobody bills stands on its site also before the first PUE of it, which is unknown then; a billed one where its region is.
-- An own host that no site names stands nowhere; a region that the table does not know keeps NULL zone and PUE: its emissions are unknown, not zero.
CREATE OR REPLACE TEMP TABLE place AS
WITH named AS (
    SELECT DISTINCT resource_id FROM charge WHERE resource_id IS NOT NULL AND EXISTS (SELECT 1 FROM site_host)
    UNION
    SELECT DISTINCT resource_id FROM watched
),
hosted AS (
    SELECT named.resource_id, min(site_host.site) AS site
    FROM named
    JOIN site_host ON named.resource_id ILIKE site_host.pattern ESCAPE '\'
        OR named.resource_id IN (SELECT resource_id FROM watched WHERE watched.host_id LIKE site_host.pattern ESCAPE '\')
    GROUP BY named.resource_id
),
region AS (
    SELECT provider_name, region_id FROM charge
    UNION
    SELECT provider_name, region_id FROM watched WHERE is_billed
),
fleet AS (
    SELECT provider, pue, valid_from::TIMESTAMP AS valid_from, coalesce(valid_to::TIMESTAMP, TIMESTAMP 'infinity') AS valid_to
    FROM provider_pue
),
site_pue AS (
    SELECT
        site, control, grid_zone, pue,
        valid_from::TIMESTAMP AS valid_from,
        coalesce(lead(valid_from::TIMESTAMP) OVER (PARTITION BY site ORDER BY valid_from), TIMESTAMP 'infinity') AS valid_to
    FROM site
),
placed_region AS (
    SELECT
        region.provider_name, region.region_id, coalesce(known.region_id, region.region_id::VARCHAR) AS region_label, known.grid_zone, known.pue
    FROM region
    LEFT JOIN regions AS known
        ON known.provider = region.provider_name
        AND (known.region_id = region.region_id OR list_contains(string_split(lower(known.aliases), '|'), lower(region.region_id)))
)
SELECT
    NULL AS resource_id,
    region.provider_name,
    region.region_id,
    region.region_label,
    concat_ws(' ', region.provider_name, region.region_label) AS site,
    'cloud' AS control,
    region.grid_zone,
    coalesce(region.pue, fleet.pue) AS pue,
    CASE WHEN region.pue IS NOT NULL THEN 0.05 ELSE 0.10 END AS pue_u95_ratio,
    coalesce(fleet.valid_from, TIMESTAMP '-infinity') AS valid_from,
    coalesce(fleet.valid_to, TIMESTAMP 'infinity') AS valid_to
FROM placed_region AS region
LEFT JOIN fleet
    ON region.pue IS NULL AND fleet.provider = region.provider_name
    AND fleet.valid_from < getvariable('day_end') AND fleet.valid_to > getvariable('day_start')
UNION ALL
SELECT hosted.resource_id, NULL, NULL, hosted.site, hosted.site, site_pue.control, site_pue.grid_zone, site_pue.pue, 0.05, site_pue.valid_from, site_pue.valid_to
FROM hosted
JOIN site_pue USING (site)
WHERE site_pue.valid_from < getvariable('day_end') AND site_pue.valid_to > getvariable('day_start')
UNION ALL
SELECT hosted.resource_id, NULL, NULL, hosted.site, hosted.site, first.control, first.grid_zone, NULL, NULL, TIMESTAMP '-infinity', first.valid_from
FROM hosted
JOIN (SELECT * FROM site_pue QUALIFY row_number() OVER (PARTITION BY site ORDER BY valid_from) = 1) AS first USING (site)
WHERE first.valid_from > getvariable('day_start') AND hosted.resource_id IN (SELECT resource_id FROM watched WHERE NOT is_billed)
UNION ALL
SELECT DISTINCT resource_id, NULL, NULL, 'own', 'own', 'own', NULL, NULL::DOUBLE, NULL::DOUBLE, TIMESTAMP '-infinity', TIMESTAMP 'infinity'
FROM watched
WHERE NOT is_billed AND resource_id NOT IN (SELECT resource_id FROM hosted)
