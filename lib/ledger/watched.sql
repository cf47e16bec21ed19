-- Step    watched: resources and components that telemetry knows in this month, and where the bill has them if it knows them too
-- Grain   resource x component
-- Reads   counted_energy, dim_charge, retired_host
-- A host is expected from its first record on; what is missing after that is a gap. Of a billed host the bill says when it ran. What
-- names no host is a run (CodeCarbon), and is expected while it lasts. A host that the settings say was taken down is expected from that day
-- on no longer than it tells.
-- It stands where the bill has it in hours that the bill does not name as well: a bill that lags by a day makes no own host.
CREATE OR REPLACE TEMP TABLE watched AS
WITH seen AS (
    SELECT resource_id, component, max(host_id) AS host_id, min(period_start) AS first_seen, max(period_start) AS last_seen
    FROM counted_energy
    GROUP BY resource_id, component
),
billed AS (
    SELECT
        resource_id,
        min(provider_name) AS provider_name, min(sub_account_id) AS sub_account_id, min(region_id) AS region_id,
        min(service_name) AS service_name, min(resource_type) AS resource_type
    FROM dim_charge
    WHERE runs_host(energy_driver) AND resource_id IN (SELECT resource_id FROM seen)
    GROUP BY resource_id
),
retired AS (
    SELECT seen.resource_id, min(retired_host.retired_from)::TIMESTAMP AS retired_from
    FROM seen
    JOIN retired_host ON seen.resource_id ILIKE retired_host.pattern ESCAPE '\' OR seen.host_id LIKE retired_host.pattern ESCAPE '\'
    GROUP BY seen.resource_id
)
SELECT seen.*, billed.* EXCLUDE (resource_id), billed.resource_id IS NOT NULL AS is_billed, retired.retired_from
FROM seen
LEFT JOIN billed USING (resource_id)
LEFT JOIN retired USING (resource_id)
