-- Step    watched: resources and components that telemetry knows in this month, and whether the bill knows them too
-- Grain   resource x component
-- Reads   fct_energy, dim_charge
-- A host is expected from its first record on; what is missing after that is a gap. Of a billed host the bill says when it ran.
CREATE OR REPLACE TEMP TABLE watched AS
WITH seen AS (
    SELECT resource_id, component, max(host_id) AS host_id, min(period_start) AS first_seen
    FROM fct_energy
    GROUP BY resource_id, component
),
billed AS (
    SELECT DISTINCT resource_id
    FROM dim_charge
    WHERE runs_host(energy_driver) AND resource_id IN (SELECT resource_id FROM seen)
)
SELECT seen.*, billed.resource_id IS NOT NULL AS is_billed
FROM seen
LEFT JOIN billed USING (resource_id)
